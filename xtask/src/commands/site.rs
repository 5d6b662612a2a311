//! `cargo xtask site`: the browser's files alone.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;

use crate::progress::Steps;
use crate::site::{self, Effort, first_route};
use crate::workspace::Workspace;

/// Builds the browser's files and prints their folder.
///
/// # Errors
/// When something does not compile.
pub fn run(workspace: &Workspace, small: bool) -> Result<ExitCode> {
    let effort = if small { Effort::Small { wasm_opt: true } } else { Effort::Quick };
    let mut steps = Steps::new(2);
    let wasm = steps.run("Compile the browser's copy to WebAssembly", || site::compile_wasm(workspace, effort))?;
    let folder = steps.run("Lay out script, styles and icons", || site::assemble(workspace, &wasm, effort))?;
    first_route::hold(&folder, effort)?;
    writeln!(std::io::stdout(), "{}", folder.display())?;
    Ok(ExitCode::SUCCESS)
}
