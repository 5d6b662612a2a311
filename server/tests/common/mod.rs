//! A running `pilothouse` of the test's own, and a client that follows no redirects.

// Every test binary has its own copy and uses a part.
#![allow(dead_code, unused_imports, clippy::unwrap_used)]

mod client;
mod clusters;

pub use client::{Answer, Ask, Events};
pub use clusters::*;

use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

/// Within this everything that a test waits for must have come.
pub const PATIENCE: Duration = Duration::from_secs(60);
const PROGRAM: &str = env!("CARGO_BIN_EXE_pilothouse");

/// The password of every user that [`Server::add_user`] makes.
pub const PASSWORD: &str = "correct horse battery";

/// A command that ended.
pub struct Finished {
    pub status: i32,
    pub errors: String,
}

/// A server process; it ends with the test.
pub struct Server {
    _child: Child,
    dir: TempDir,
    /// `127.0.0.1:<port>`.
    pub address: String,
    /// The path of the set-up link that was printed.
    pub setup_link: Option<String>,
    /// An administrator's token.
    pub admin: String,
}

impl Server {
    /// With an administrator, and allowed to reach simulated clusters.
    pub async fn start() -> Server {
        Server::with(&["--allow-target", "127.0.0.0/8"]).await
    }

    /// With an administrator and these options.
    pub async fn with(options: &[&str]) -> Server {
        let dir = tempfile::tempdir().unwrap();
        let admin = add_user(&dir, "root", "admin");
        Server { admin, ..Server::launch(dir, options).await }
    }

    /// With nobody in it.
    pub async fn empty() -> Server {
        Server::launch(tempfile::tempdir().unwrap(), &[]).await
    }

    async fn launch(dir: TempDir, options: &[&str]) -> Server {
        let mut child = tokio::process::Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(dir.path())
            .args(options)
            .env("PILOTHOUSE_LOG", "warn")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut setup_link, mut address) = (None, None);
        while address.is_none() {
            let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("the server is silent");
            let line = line.unwrap().expect("the server ended");
            if let Some(at) = line.find("/setup?token=") {
                setup_link = Some(line[at..].to_string());
            }
            address = line.strip_prefix("Pilothouse listens on ").map(|_| listener_of(child.id().unwrap()));
        }
        Server { _child: child, dir, address: address.unwrap(), setup_link, admin: String::new() }
    }

    /// Makes a user by the command line and returns a token of theirs.
    pub fn add_user(&self, name: &str, role: &str) -> String {
        add_user(&self.dir, name, role)
    }

    pub fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    /// Runs another command of the program on this server's data directory.
    pub async fn command(&self, arguments: &[&str]) -> Finished {
        let mut command = tokio::process::Command::new(PROGRAM);
        command.args(arguments).arg("--data-dir").arg(self.data_dir()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("the command goes on").unwrap();
        Finished { status: output.status.code().unwrap(), errors: String::from_utf8(output.stderr).unwrap() }
    }

    /// A request of nobody.
    pub fn anonymous(&self, method: &str, path: &str) -> Ask {
        Ask::new(&self.address, method, path)
    }

    /// A request of the administrator.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        self.anonymous(method, path).token(&self.admin)
    }

    /// What the administrator reads there; it must be there.
    pub async fn get(&self, path: &str) -> Value {
        self.ask("GET", path).send().await.expect_status(200)
    }
}

/// The port that a process listens on, as the kernel has it: with `--public-url` it is printed nowhere.
fn listener_of(process: u32) -> String {
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok()?.into_os_string().into_string().ok())
        .filter_map(|link| link.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_string))
        .collect();
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let port = table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields[3] == "0A" && sockets.iter().any(|inode| inode == fields[9]);
        listens.then(|| u16::from_str_radix(fields[1].split(':').nth(1).unwrap(), 16).unwrap())
    });
    format!("127.0.0.1:{}", port.expect("no listener"))
}

fn add_user(dir: &TempDir, name: &str, role: &str) -> String {
    run(dir, &["user", "add", name, "--role", role, "--password-stdin"], PASSWORD);
    run(dir, &["token", "create", "--user", name, "--name", "test"], "")
}

/// Runs a command on the data directory and returns the line it printed.
fn run(dir: &TempDir, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .arg("--data-dir")
        .arg(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?} failed");
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

/// Looks until it finds something.
///
/// # Panics
/// After a minute.
pub async fn wait_until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < end, "waited a minute for {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
