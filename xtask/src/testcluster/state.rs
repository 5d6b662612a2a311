//! What is known of a started cluster, kept in a file so that another command can stop it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::process::works;
use crate::workspace::Workspace;

/// How long a process may take to end after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// One started cluster.
#[derive(Serialize, Deserialize)]
pub struct Cluster {
    pub name: String,
    /// URL of the API server.
    pub server: String,
    pub kubeconfig: PathBuf,
    /// The `kubectl` that fits.
    pub kubectl: PathBuf,
    /// URL where etcd serves its metrics.
    pub etcd_metrics: String,
    pub processes: Vec<Process>,
}

/// What other programs want to know of a cluster.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary<'a> {
    name: &'a str,
    server: &'a str,
    kubeconfig: &'a Path,
    kubectl: &'a Path,
    etcd_metrics: &'a str,
}

/// A running part of a cluster, with the command line to start it again.
#[derive(Serialize, Deserialize, Clone)]
pub struct Process {
    pub component: String,
    pub command: Vec<String>,
    pub pid: u32,
    /// When the kernel says it began: process ids are used again, this pair is not.
    pub begun: u64,
}

impl Cluster {
    /// The folder of a cluster.
    pub fn folder(workspace: &Workspace, name: &str) -> PathBuf {
        workspace.cache.join("testclusters").join(name)
    }

    /// What was written down about a cluster; `None` when it was never started, or was taken down.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(workspace: &Workspace, name: &str) -> Result<Option<Self>> {
        let file = Self::folder(workspace, name).join("cluster.json");
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read(&file).with_context(|| format!("read {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("understand {}", file.display()))
    }

    /// Writes it down.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, workspace: &Workspace) -> Result<()> {
        let file = Self::folder(workspace, &self.name).join("cluster.json");
        fs::write(&file, serde_json::to_vec_pretty(self)?).with_context(|| format!("write {}", file.display()))
    }

    /// Whether every part runs.
    pub fn is_running(&self) -> bool {
        self.processes.iter().all(Process::is_running)
    }

    /// The part of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn process(&mut self, component: &str) -> Result<&mut Process> {
        self.processes
            .iter_mut()
            .find(|process| process.component == component)
            .with_context(|| format!("no {component} here"))
    }

    pub fn summary(&self) -> Summary<'_> {
        Summary {
            name: &self.name,
            server: &self.server,
            kubeconfig: &self.kubeconfig,
            kubectl: &self.kubectl,
            etcd_metrics: &self.etcd_metrics,
        }
    }
}

impl Process {
    /// Notes a process that was just started.
    pub fn started(component: &str, command: Vec<String>, pid: u32) -> Self {
        Self { component: component.to_owned(), command, pid, begun: begun(pid).unwrap_or(0) }
    }

    /// Whether it is the one that was started, and has not ended.
    pub fn is_running(&self) -> bool {
        begun(self.pid) == Some(self.begun)
    }

    /// Ends it: asks first, then kills. `at_once` does not ask.
    pub fn stop(&self, at_once: bool) {
        if !self.is_running() {
            return;
        }
        if !at_once {
            self.signal("TERM");
            let deadline = Instant::now() + GRACE;
            while self.is_running() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        if self.is_running() {
            self.signal("KILL");
        }
    }

    fn signal(&self, signal: &str) {
        works("sh", &["-c", &format!("kill -{signal} {}", self.pid)]);
    }
}

/// Start time of a process in clock ticks since boot; `None` when it is gone or only waits to be reaped.
fn begun(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
    let mut fields = stat[stat.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?;
    if state == "Z" { None } else { fields.nth(18)?.parse().ok() }
}

/// Every cluster that was written down, sorted by name.
///
/// # Errors
/// When a file cannot be read.
pub fn all(workspace: &Workspace) -> Result<Vec<Cluster>> {
    let folder = workspace.cache_folder("testclusters")?;
    let mut clusters = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        clusters.extend(Cluster::load(workspace, &name)?);
    }
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(clusters)
}

/// Checks a name: it becomes a folder and a part of node names.
///
/// # Errors
/// Says what is allowed.
pub fn parse_name(name: &str) -> Result<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 40 || name.starts_with('-') || name.ends_with('-') || !name.chars().all(allowed)
    {
        bail!("1 to 40 lower-case letters, digits and inner dashes");
    }
    Ok(name.to_owned())
}

/// Starts a program in a session of its own, so that it outlives this command and its terminal.
///
/// # Errors
/// When it cannot be started.
pub fn start(component: &str, command: Vec<String>, log: &Path) -> Result<Process> {
    use std::os::unix::process::CommandExt;
    let (program, arguments) = command.split_first().context("a command has a program")?;
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("open {}", log.display()))?;
    let child = Command::new(program)
        .args(arguments)
        .process_group(0)
        .stdin(std::process::Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("start {component}"))?;
    Ok(Process::started(component, command, child.id()))
}

#[cfg(test)]
mod tests {
    use super::{Process, parse_name, start};

    #[test]
    fn names_are_checked() {
        for good in ["a", "e2e-one", "c1"] {
            assert!(parse_name(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "../x", "a b", &"x".repeat(41)] {
            assert!(parse_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_process_is_known_by_its_beginning_and_can_be_stopped() {
        let log = std::env::temp_dir().join(format!("pilothouse-process-{}", std::process::id()));
        let process = start("sleep", vec!["sleep".into(), "600".into()], &log).unwrap();
        assert!(process.is_running());
        let other = Process { begun: process.begun + 1, ..process.clone() };
        assert!(!other.is_running(), "the same id with another beginning is another process");
        other.stop(true);
        assert!(process.is_running(), "another process must not be stopped");
        process.stop(false);
        assert!(!process.is_running());
        std::fs::remove_file(log).unwrap();
    }
}
