//! The commands, one file each.

pub mod bench;
pub mod check;
pub mod demo;
pub mod dist;
pub mod screenshots;
pub mod site;
pub mod test;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::workspace::Workspace;

/// The server's build script embeds the folder that this variable names.
pub const SITE_VARIABLE: &str = "PILOTHOUSE_SITE_DIR";

/// Compiles the server of the development profile with the given site inside; returns its file.
///
/// # Errors
/// When it does not compile.
pub fn build_server(workspace: &Workspace, site: &Path) -> Result<PathBuf> {
    run(cargo(workspace).args(["build", "--package", "server", "--bin", "pilothouse"]).env(SITE_VARIABLE, site))?;
    Ok(workspace.server_binary("debug"))
}

/// As [`build_server`], but from the very artifacts that `cargo test` has made over all crates: tests ask for more
/// features of some dependencies, and most of the tree would be compiled a second time without them.
///
/// # Errors
/// When it does not compile.
pub fn build_server_beside_tests(workspace: &Workspace, site: &Path) -> Result<PathBuf> {
    let mut command = cargo(workspace);
    server_side(command.arg("build")).args(["--bin", "pilothouse", "--tests"]).env(SITE_VARIABLE, site);
    run(&mut command)?;
    Ok(workspace.server_binary("debug"))
}

/// The server's crates are all but `frontend`, which needs the feature of `app` that excludes theirs, and `bench`, which
/// brings the peers it measures against: they take longer to compile than everything of ours.
pub fn server_side(command: &mut Command) -> &mut Command {
    command.args(["--workspace", "--exclude", "frontend", "--exclude", "bench"])
}
