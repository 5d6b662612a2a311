//! Content hashes: what was made from the same bytes is not made again.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// SHA-256 over named parts, as hexadecimal text.
#[derive(Default)]
pub struct ContentHash(Sha256);

impl ContentHash {
    /// Adds bytes under a name; the length goes in too, so that parts cannot run into each other.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        for part in [name.as_bytes(), bytes] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// Adds a file under its own name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn add_file(&mut self, path: &Path) -> Result<()> {
        let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
        self.add(&path.file_name().unwrap_or_default().to_string_lossy(), &bytes);
        Ok(())
    }

    /// The first 16 hexadecimal digits, plenty for a file name.
    pub fn short(self) -> String {
        let mut text = String::new();
        for byte in self.0.finalize().iter().take(8) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// The short hash of one piece of content.
pub fn of_bytes(bytes: &[u8]) -> String {
    let mut hash = ContentHash::default();
    hash.add("", bytes);
    hash.short()
}

/// The short hash of several files, in the order given.
///
/// # Errors
/// When one cannot be read.
pub fn of_files<P: AsRef<Path>>(files: &[P]) -> Result<String> {
    let mut hash = ContentHash::default();
    for file in files {
        hash.add_file(file.as_ref())?;
    }
    Ok(hash.short())
}

#[cfg(test)]
mod tests {
    use super::ContentHash;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let hash = |parts: &[(&str, &str)]| {
            let mut hash = ContentHash::default();
            for (name, bytes) in parts {
                hash.add(name, bytes.as_bytes());
            }
            hash.short()
        };
        assert_ne!(hash(&[("a", "bc")]), hash(&[("ab", "c")]));
        assert_ne!(hash(&[("a", "b"), ("c", "d")]), hash(&[("a", "bcd")]));
        assert_eq!(hash(&[("a", "b")]), hash(&[("a", "b")]));
        assert_eq!(hash(&[("a", "b")]).len(), 16);
    }
}
