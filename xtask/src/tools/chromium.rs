//! A browser for the tests: the distribution's Chromium, or one named by `CHROMIUM`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{output, run, works};

const PATHS: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-cjk"];

/// The browser's path; on Debian, as root, it is installed when missing.
///
/// # Errors
/// When there is none and it cannot be installed; the text says what to install.
pub fn ensure() -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        let path = PathBuf::from(path);
        if !path.exists() {
            bail!("CHROMIUM names {}, which does not exist", path.display());
        }
        return Ok(path);
    }
    if let Some(path) = find() {
        if can_install() && !has_chinese_font() {
            install(&PACKAGES[1..])?;
        }
        return Ok(path);
    }
    if !can_install() {
        bail!(
            "no browser for the tests: install Chromium and a font with Chinese characters \
             (Debian, as root: apt-get update && apt-get install -y {}), or name one in CHROMIUM",
            PACKAGES.join(" ")
        );
    }
    install(&PACKAGES)?;
    find().context("chromium was installed, but is not where it should be")
}

fn find() -> Option<PathBuf> {
    PATHS.iter().map(Path::new).find(|path| path.exists()).map(Path::to_path_buf)
}

fn has_chinese_font() -> bool {
    output(Command::new("fc-list").args([":lang=zh-cn", "family"])).is_ok_and(|families| !families.trim().is_empty())
}

fn can_install() -> bool {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && works("apt-get", &["--version"])
}

fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        command
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}
