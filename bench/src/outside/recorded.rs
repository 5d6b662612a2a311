//! The process of the recorded API servers, from the driver's side.

use crate::fake::protocol::{Answer, Command, Counts, Ready};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// Running recorded API servers. Dropping it ends them.
pub struct Recorded {
    pub ready: Ready,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Recorded {
    /// Starts this program once more as API servers, and waits until their objects are generated.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(clusters: usize, nodes: usize, pods: usize, plain: bool) -> Result<Self> {
        let mut command = std::process::Command::new(std::env::current_exe()?);
        command.arg("fake");
        for (option, number) in [("--clusters", clusters), ("--nodes", nodes), ("--pods", pods)] {
            command.arg(option).arg(number.to_string());
        }
        if plain {
            command.arg("--plain");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("start API servers")?;
        let input = child.stdin.take().context("its input is piped")?;
        let mut output = BufReader::new(child.stdout.take().context("its output is piped")?);
        let ready = read(&mut output)?;
        Ok(Self { ready, child, input, output })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How many pods all clusters have.
    pub fn pods(&self) -> u64 {
        self.ready.clusters.iter().map(|cluster| cluster.pods as u64).sum()
    }

    /// How many nodes all clusters have.
    pub fn nodes(&self) -> u64 {
        self.ready.clusters.iter().map(|cluster| cluster.nodes as u64).sum()
    }

    /// Has a command obeyed.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn tell(&mut self, command: Command) -> Result<Answer> {
        let mut line = serde_json::to_vec(&command)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        self.input.flush()?;
        read(&mut self.output)
    }

    /// What was counted so far.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn counts(&mut self) -> Result<Counts> {
        match self.tell(Command::Counts)? {
            Answer::Counts(counts) => Ok(counts),
            other => bail!("counts were asked for, and {other:?} came"),
        }
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read<T: serde::de::DeserializeOwned>(output: &mut BufReader<ChildStdout>) -> Result<T> {
    let mut line = String::new();
    let length = output.read_line(&mut line)?;
    if length == 0 {
        bail!("the recorded API servers have ended");
    }
    serde_json::from_str(&line).with_context(|| format!("the recorded API servers said {line}"))
}
