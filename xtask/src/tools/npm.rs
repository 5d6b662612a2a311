//! npm packages, installed from a lock file into the cache, keyed by that lock file.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::hash;
use crate::process::{run, works};
use crate::stamp;
use crate::workspace::Workspace;

/// Installs the packages of `project` (a folder with `package.json` and `package-lock.json`); returns the
/// `node_modules` folder in the cache.
///
/// # Errors
/// When Node.js is missing, or npm fails.
pub fn install(workspace: &Workspace, project: &Path) -> Result<PathBuf> {
    if !works("node", &["--version"]) || !works("npm", &["--version"]) {
        bail!("this needs Node.js 20 or later with npm: install it first (Debian: apt-get install nodejs npm)");
    }
    let files = [project.join("package.json"), project.join("package-lock.json")];
    let key = hash::of_files(&files)?;
    let folder = workspace.cache_folder("npm")?.join(&key);
    if !stamp::is_current(&folder, &key) {
        stamp::make(&folder, &key, |folder| {
            for file in &files {
                fs::copy(file, folder.join(file.file_name().context("a file has a name")?))?;
            }
            run(Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                .current_dir(folder))
        })?;
    }
    Ok(folder.join("node_modules"))
}

/// As [`install`], and `node_modules` in the project leads there.
///
/// # Errors
/// As [`install`], or when a `node_modules` of other making is in the way.
pub fn install_and_link(workspace: &Workspace, project: &Path) -> Result<PathBuf> {
    let modules = install(workspace, project)?;
    let link = project.join("node_modules");
    match fs::symlink_metadata(&link) {
        Ok(found) if found.is_symlink() => fs::remove_file(&link)?,
        Ok(_) => bail!("{} is in the way: remove it, the packages are kept in the cache", link.display()),
        Err(_) => {}
    }
    symlink(&modules, &link).with_context(|| format!("link {}", link.display()))?;
    Ok(modules)
}
