//! Compiles the browser's copy of the application.

use std::path::PathBuf;

use anyhow::Result;

use super::Effort;
use crate::process::{cargo, run};
use crate::tools::{rust_source, wasm_target};
use crate::workspace::Workspace;

/// What a release does without: places and texts of panics, and the code that puts them together. The standard library
/// is compiled with the application, or its own would stay. See `docs/adr/0005-code-by-page.md`.
const WITHOUT_PANICS: [&str; 5] = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
    // As without these switches: `unused.rs` looks for names.
    "-Csymbol-mangling-version=legacy",
];

/// Returns the file that the compiler wrote.
///
/// # Errors
/// When the target cannot be installed or the code does not compile.
pub fn compile_wasm(workspace: &Workspace, effort: Effort) -> Result<PathBuf> {
    wasm_target::ensure()?;
    let mut command = cargo(workspace);
    command.args(["build", "--package", "frontend", "--lib", "--profile", "wasm-release", "--target"]);
    command.arg(wasm_target::TRIPLE);
    let mut target = workspace.target.clone();
    if effort == (Effort::Small { wasm_opt: true }) {
        rust_source::ensure()?;
        // Apart: build scripts look at these switches, and would run again with every other build.
        target.push("small");
        command
            .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
            .arg("--config")
            .arg(format!("target.{}.rustflags={WITHOUT_PANICS:?}", wasm_target::TRIPLE))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", &target);
    }
    run(&mut command)?;
    Ok(target.join(wasm_target::TRIPLE).join("wasm-release/frontend.wasm"))
}
