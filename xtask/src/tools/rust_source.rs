//! The source of the standard library.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{output, run, works};

/// Installs it where it is missing.
///
/// # Errors
/// When it is missing and `rustup` is not there or cannot install it.
pub fn ensure() -> Result<()> {
    let root = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(root.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").exists() {
        return Ok(());
    }
    if !works("rustup", &["--version"]) {
        bail!("this Rust toolchain lacks rust-src: install it with your system's packages, or use rustup");
    }
    run(Command::new("rustup").args(["component", "add", "rust-src"])).context("install the standard library's source")
}
