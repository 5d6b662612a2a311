//! `pilothouse serve` as a child process.

use super::Api;
use crate::fake::TOKEN;
use crate::fake::protocol::Ready;
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const USER: &str = "bench";
pub const PASSWORD: &str = "a long enough password";
/// Nothing here takes this long unless it never comes.
const PATIENCE: Duration = Duration::from_secs(120);
/// Clusters registered at the same moment.
const AT_ONCE: usize = 8;

/// A data directory with a user, and the program that serves it.
pub struct Home {
    binary: PathBuf,
    folder: TempDir,
    address: SocketAddr,
    token: String,
}

/// A server at work. Dropping it kills it.
pub struct Serve {
    child: Child,
    pub api: Api,
}

impl Home {
    /// Makes a data directory with an administrator and a token.
    ///
    /// # Errors
    /// When the program does not do that.
    pub fn furnish(binary: &Path) -> Result<Self> {
        ensure!(binary.is_file(), "there is no server at {}: build it, or name another by --server", binary.display());
        let folder = tempfile::Builder::new().prefix("pilothouse-bench-").tempdir()?;
        // Free now; taken again at once by nobody but us, most likely.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut home = Self { binary: binary.to_owned(), folder, address, token: String::new() };
        home.run(&["user", "add", USER, "--role", "admin", "--password-stdin"], PASSWORD)?;
        home.token = home.run(&["token", "create", "--user", USER, "--name", "bench"], "")?.trim().to_owned();
        Ok(home)
    }

    /// The name and the password of its administrator.
    pub fn account(&self) -> (&'static str, &'static str) {
        (USER, PASSWORD)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The database's write-ahead log.
    pub fn wal(&self) -> PathBuf {
        self.data().join("pilothouse.db-wal")
    }

    /// The size of the database without its write-ahead log.
    pub fn database_bytes(&self) -> u64 {
        std::fs::metadata(self.data().join("pilothouse.db")).map_or(0, |file| file.len())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // Nothing of our environment may change how it behaves.
        command.env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut command = self.command();
        command.args(arguments).arg("--data-dir").arg(self.data());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("start {}", self.binary.display()))?;
        writeln!(child.stdin.take().context("its input is piped")?, "{input}")?;
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pilothouse {} failed: {}", arguments.join(" "), said.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the server, and does not wait for it.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn start(&self) -> Result<Serve> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = self.command();
        command.arg("serve").arg("--data-dir").arg(self.data()).arg("--listen").arg(self.address.to_string());
        command.args(["--allow-target", "127.0.0.1/32"]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("start {}", self.binary.display()))?;
        Ok(Serve { child, api: Api::new(self.address, &self.token) })
    }

    /// The last lines of the server's log, for somebody who looks for the reason of a failure.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

impl Serve {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until something holds of the API; errors of the API are a no.
    ///
    /// # Errors
    /// When it never does, or the server has ended.
    pub async fn until(
        &mut self,
        what: &str,
        every: Duration,
        mut holds: impl AsyncFnMut(&Api) -> Result<bool>,
    ) -> Result<()> {
        let begun = Instant::now();
        loop {
            if let Ok(true) = holds(&self.api).await {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server has ended ({status}) while {what} was waited for");
            }
            ensure!(begun.elapsed() < PATIENCE, "{what}: did not come within {} s", PATIENCE.as_secs());
            tokio::time::sleep(every).await;
        }
    }

    /// Waits until it answers at all.
    ///
    /// # Errors
    /// When it never does.
    pub async fn until_ready(&mut self) -> Result<()> {
        let every = Duration::from_millis(20);
        self.until("readiness", every, async |api| Ok(api.get("/readyz").await.is_ok())).await
    }

    /// Registers the recorded clusters.
    ///
    /// # Errors
    /// When one is refused.
    pub async fn register(&self, clusters: &Ready) -> Result<()> {
        let bodies: Vec<_> = clusters
            .clusters
            .iter()
            .map(|cluster| {
                json!({"name": cluster.name, "credential": {"kind": "token", "server": cluster.server,
                    "caData": clusters.ca_pem, "token": TOKEN}})
            })
            .collect();
        for some in bodies.chunks(AT_ONCE) {
            let posts = some.iter().map(|body| self.api.post("/api/v1/clusters", body));
            futures::future::try_join_all(posts).await?;
        }
        Ok(())
    }

    /// Ends it as an operator would.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(mut self) -> Result<()> {
        let status = Command::new("kill").arg("-TERM").arg(self.pid().to_string()).status()?;
        ensure!(status.success(), "the server cannot be told to end");
        let status = self.child.wait()?;
        ensure!(status.success(), "the server did not end well: {status}");
        Ok(())
    }

    /// Ends it as a crash would.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
