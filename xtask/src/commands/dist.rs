//! `cargo xtask dist`: one file to copy to a server.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::SITE_VARIABLE;
use crate::process::{cargo, output, run as run_command};
use crate::progress::Steps;
use crate::site::{self, Effort, first_route};
use crate::workspace::Workspace;

/// Builds `target/dist/pilothouse`.
///
/// # Errors
/// When something does not compile, or a tool is missing.
pub fn run(workspace: &Workspace, no_wasm_opt: bool) -> Result<ExitCode> {
    let mut steps = Steps::new(4);
    let effort = Effort::Small { wasm_opt: !no_wasm_opt };
    let wasm = steps.run("Compile the browser's copy to WebAssembly", || site::compile_wasm(workspace, effort))?;
    let site = steps.run("Optimise and compress the browser's files", || site::assemble(workspace, &wasm, effort))?;
    if !no_wasm_opt {
        first_route::hold(&site, effort)?;
    }
    steps.run("Compile the server for release", || {
        run_command(
            cargo(workspace)
                .args(["build", "--release", "--package", "server", "--bin", "pilothouse"])
                .env(SITE_VARIABLE, &site),
        )
    })?;
    // The contract names the checkout's target folder, wherever cargo's own may be.
    let file = workspace.path("target/dist/pilothouse");
    steps.run("Copy it to target/dist", || {
        fs::create_dir_all(file.parent().context("the file lies in a folder")?)?;
        let _ = fs::remove_file(&file);
        fs::copy(workspace.server_binary("release"), &file).with_context(|| format!("write {}", file.display()))?;
        output(std::process::Command::new(&file).arg("--version")).context("the file that was built does not run")
    })?;
    let megabytes = fs::metadata(&file)?.len() as f64 / 1e6;
    eprintln!("{} ({megabytes:.1} MB) after {}", file.display(), steps.elapsed());
    Ok(ExitCode::SUCCESS)
}
