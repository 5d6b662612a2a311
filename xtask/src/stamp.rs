//! Stamp files: a folder that carries the key it was made from need not be made again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const STAMP: &str = ".stamp";

/// Whether `folder` was finished from exactly this key.
pub fn is_current(folder: &Path, key: &str) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == key)
}

/// Empties `folder`, lets `make` fill it, and stamps it; the stamp is written last, so that a folder left half
/// made is made again.
///
/// # Errors
/// What `make` returned, or a file that could not be written.
pub fn make(folder: &Path, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    make(folder)?;
    let stamp: PathBuf = folder.join(STAMP);
    fs::write(&stamp, key).with_context(|| format!("write {}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::{is_current, make};

    #[test]
    fn an_unfinished_folder_is_not_current() {
        let folder = std::env::temp_dir().join(format!("pilothouse-stamp-{}", std::process::id()));
        let failed = make(&folder, "one", |_| anyhow::bail!("stopped half way"));
        assert!(failed.is_err());
        assert!(!is_current(&folder, "one"));
        make(&folder, "one", |_| Ok(())).unwrap();
        assert!(is_current(&folder, "one"));
        assert!(!is_current(&folder, "two"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
