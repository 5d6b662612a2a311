//! Where things are: the checkout, cargo's target folder, and the user's cache folder for what is costly to make.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders every command works in.
pub struct Workspace {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder (`CARGO_TARGET_DIR`, else `target` in the checkout).
    pub target: PathBuf,
    /// `${XDG_CACHE_HOME:-~/.cache}/pilothouse`.
    pub cache: PathBuf,
    /// This program's file. Asked for before anything is built: the tests' build puts another in its place.
    pub program: PathBuf,
}

impl Workspace {
    /// Finds the folders from where this program was built and from the environment.
    ///
    /// # Errors
    /// When neither `XDG_CACHE_HOME` nor `HOME` is set, or the system does not tell which program this is.
    pub fn locate() -> Result<Self> {
        let root = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
            .parent()
            .context("xtask lies in the workspace's folder")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        let cache = match env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
            Some(dir) => PathBuf::from(dir),
            None => PathBuf::from(env::var_os("HOME").context("set HOME or XDG_CACHE_HOME")?).join(".cache"),
        }
        .join("pilothouse");
        let program = env::current_exe().context("find this program")?;
        Ok(Self { root, target, cache, program })
    }

    /// A path inside the checkout.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The server's file in the given profile folder (`debug`, `release`).
    pub fn server_binary(&self, profile_folder: &str) -> PathBuf {
        self.target.join(profile_folder).join("pilothouse")
    }

    /// A folder in the cache, created when missing.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn cache_folder(&self, name: impl AsRef<Path>) -> Result<PathBuf> {
        let folder = self.cache.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        Ok(folder)
    }
}
