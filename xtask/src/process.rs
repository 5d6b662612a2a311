//! Running other programs, with errors that name them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// `cargo` in the checkout, with this workspace's target folder.
pub fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&workspace.root).env("CARGO_TARGET_DIR", &workspace.target);
    // Set for this program by `cargo run`; build scripts of the inner build must not mistake them for their own.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(name);
    }
    command
}

/// Runs a program to its end, its output going where ours goes.
///
/// # Errors
/// When it cannot be started or does not end with 0.
pub fn run(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("start {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// Runs a program to its end and returns its standard output.
///
/// # Errors
/// When it cannot be started or does not end with 0; then with its last words.
pub fn output(command: &mut Command) -> Result<String> {
    let name = describe(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {name}"))?;
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program with its standard output passed through line by line and shown to `watch` as well.
/// Returns whether it ended with 0.
///
/// # Errors
/// When it cannot be started or read from.
pub fn watch_lines(command: &mut Command, mut watch: impl FnMut(&str)) -> Result<bool> {
    let name = describe(command);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("start {name}"))?;
    let stdout = child.stdout.take().context("the program's output is piped")?;
    let mut ours = std::io::stdout();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line.with_context(|| format!("read from {name}"))?;
        let line = String::from_utf8_lossy(&line);
        writeln!(ours, "{line}")?;
        watch(&line);
    }
    Ok(child.wait().with_context(|| format!("wait for {name}"))?.success())
}

/// Gives a program its standard input and returns its standard output.
///
/// # Errors
/// As [`output`].
pub fn output_with_input(command: &mut Command, input: &[u8]) -> Result<String> {
    let name = describe(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {name}"))?;
    child
        .stdin
        .take()
        .context("the program's input is piped")?
        .write_all(input)
        .with_context(|| format!("write to {name}"))?;
    let output = child.wait_with_output().with_context(|| format!("wait for {name}"))?;
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program of this name can be started with these arguments and ends with 0.
pub fn works(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments: Vec<_> = command.get_args().take(3).map(|argument| argument.to_string_lossy()).collect();
    format!("`{program} {}`", arguments.join(" ")).replace(" `", "`")
}
