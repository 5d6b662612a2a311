//! The compiler's WebAssembly target.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{output, run, works};

/// The target's name.
pub const TRIPLE: &str = "wasm32-unknown-unknown";

/// Installs the target where it is missing.
///
/// # Errors
/// When it is missing and `rustup` is not there or cannot install it.
pub fn ensure() -> Result<()> {
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir", "--target", TRIPLE]))?;
    if std::path::Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    if !works("rustup", &["--version"]) {
        bail!("this Rust toolchain lacks the target {TRIPLE}: install it with your system's packages, or use rustup");
    }
    run(Command::new("rustup").args(["target", "add", TRIPLE])).context("install the WebAssembly target")
}
