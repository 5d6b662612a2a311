//! `cargo xtask check`: what can be found without running anything.

use std::process::ExitCode;

use anyhow::Result;

use super::server_side;
use crate::process::{cargo, run as run_command};
use crate::progress::Steps;
use crate::tools::wasm_target;
use crate::workspace::Workspace;

/// Crates that the browser runs too, or could: no I/O, no clock.
pub const PURE_CRATES: [&str; 3] = ["model", "scheduler", "alerting"];

/// Checks formatting, lints and types.
///
/// # Errors
/// Names the check that failed.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    let mut steps = Steps::new(4);
    steps.run("Check the formatting", || formatting(workspace))?;
    steps.run("Lint the server's side", || lint_server(workspace))?;
    steps.run("Lint the browser's side", || lint_browser(workspace))?;
    steps.run("Check the pure crates for WebAssembly", || pure_crates(workspace))?;
    eprintln!("everything is in order, after {}", steps.elapsed());
    Ok(ExitCode::SUCCESS)
}

/// `cargo fmt` finds nothing to change.
///
/// # Errors
/// Shows what it would change.
pub fn formatting(workspace: &Workspace) -> Result<()> {
    run_command(cargo(workspace).args(["fmt", "--all", "--check"]))
}

/// `clippy` over everything the server is made of, tests included; a warning fails.
///
/// # Errors
/// When there is a warning.
pub fn lint_server(workspace: &Workspace) -> Result<()> {
    run_command(server_side(cargo(workspace).arg("clippy")).args(["--all-targets", "--", "--deny", "warnings"]))
}

/// `clippy` over the browser's copy.
///
/// # Errors
/// When there is a warning.
pub fn lint_browser(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure()?;
    run_command(
        cargo(workspace)
            .args(["clippy", "--package", "frontend", "--package", "app", "--features", "app/hydrate"])
            .args(["--target", wasm_target::TRIPLE, "--", "--deny", "warnings"]),
    )
}

/// The pure crates compile for the browser, each by itself.
///
/// # Errors
/// When one does not.
pub fn pure_crates(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure()?;
    for name in PURE_CRATES {
        run_command(cargo(workspace).args(["check", "--package", name, "--lib", "--target", wasm_target::TRIPLE]))?;
    }
    Ok(())
}
