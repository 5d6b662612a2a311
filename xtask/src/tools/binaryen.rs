//! `wasm-opt`, from the npm package `binaryen`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::npm;
use crate::process::run;
use crate::workspace::Workspace;

/// Makes a WebAssembly module smaller, in place.
///
/// # Errors
/// When the tool cannot be installed, or refuses the module.
pub fn optimise(workspace: &Workspace, module: &Path) -> Result<()> {
    let modules = npm::install(workspace, &workspace.path("xtask/npm"))?;
    // The features that the Rust target turns on; wasm-opt must not be stricter, nor use newer ones.
    run(Command::new("node")
        .arg(modules.join("binaryen/bin/wasm-opt"))
        .args([
            "-Os",
            "--enable-bulk-memory",
            "--enable-bulk-memory-opt",
            "--enable-multivalue",
            "--enable-mutable-globals",
            "--enable-nontrapping-float-to-int",
            "--enable-reference-types",
            "--enable-sign-ext",
            "--output",
        ])
        .arg(module)
        .arg(module))
    .context("make the WebAssembly smaller (cargo xtask dist --no-wasm-opt does without)")?;
    Ok(())
}
