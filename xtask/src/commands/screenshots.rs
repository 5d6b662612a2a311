//! `cargo xtask screenshots`: pictures of every page, to be looked at.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use super::build_server;
use crate::process::run as run_command;
use crate::progress::Steps;
use crate::site::{self, Effort};
use crate::tools::{chromium, npm};
use crate::workspace::Workspace;

/// Builds the server and takes the pictures into `target/screenshots`.
///
/// # Errors
/// When something does not compile, or a page does not open.
pub fn run(workspace: &Workspace, only: Option<&str>) -> Result<ExitCode> {
    let mut steps = Steps::new(5);
    let wasm =
        steps.run("Compile the browser's copy to WebAssembly", || site::compile_wasm(workspace, Effort::Quick))?;
    let site = steps.run("Lay out script, styles and icons", || site::assemble(workspace, &wasm, Effort::Quick))?;
    let server = steps.run("Compile the server", || build_server(workspace, &site))?;
    let end2end = workspace.path("end2end");
    let browser = steps.run("Install Playwright and a browser", || {
        npm::install_and_link(workspace, &end2end)?;
        chromium::ensure()
    })?;
    let folder = workspace.path("target/screenshots");
    steps.run("Take the pictures", || {
        fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        let mut command = Command::new(end2end.join("node_modules/.bin/playwright"));
        command.current_dir(&end2end).args(["test", "--config", "screenshots.config.ts"]);
        command.env("PILOTHOUSE_BIN", &server).env("CHROMIUM", &browser).env("SCREENSHOTS_DIR", &folder);
        if let Some(only) = only {
            command.args(["--grep", only]);
        }
        run_command(&mut command)
    })?;
    eprintln!("pictures are in {}", folder.display());
    Ok(ExitCode::SUCCESS)
}
