//! The master key as a file: `DIR/master.key`, and retired keys beside it as `DIR/master-<id>.key`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::cipher::random;
use crate::keyring::{KeyringError, MasterKey};
use crate::sealed::{KEY, KeyId};

const ACTIVE: &str = "master.key";
const NEXT: &str = "master.key.new";
/// Retired keys are named `master-<id>.key`.
pub const RETIRED_PREFIX: &str = "master-";
const SUFFIX: &str = ".key";
/// A key file is 45 bytes; nothing longer is read.
const MAX_FILE: u64 = 1024;

/// Whether there is a database whose secrets need a key that exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseState {
    /// There is none yet, so a key may be made.
    New,
    /// There is one, so its key must be found.
    Existing,
}

pub(crate) fn load_or_create(dir: &Path, database: DatabaseState) -> Result<MasterKey, KeyringError> {
    let path = dir.join(ACTIVE);
    match read(&path) {
        Err(KeyringError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => match database {
            DatabaseState::Existing => Err(KeyringError::Missing(path)),
            DatabaseState::New => {
                let mut builder = fs::DirBuilder::new();
                builder.recursive(true).mode(0o700).create(dir).map_err(at(dir))?;
                create(&path)?;
                sync_dir(dir)?;
                read(&path)
            }
        },
        other => other,
    }
}

pub(crate) fn load_retired(dir: &Path) -> Result<Vec<MasterKey>, KeyringError> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(dir).map_err(at(dir))? {
        let path = entry.map_err(at(dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(RETIRED_PREFIX) && name.ends_with(SUFFIX) {
            keys.push(read(&path)?);
        }
    }
    Ok(keys)
}

/// Makes a new active key and keeps the old one as retired. Load the keyring again, rewrap every secret, then call
/// [`retire_key_file`]. Interrupted at any point, the directory still opens every secret.
///
/// # Errors
/// [`KeyringError`].
pub fn rotate_key_file(dir: &Path) -> Result<KeyId, KeyringError> {
    let path = dir.join(ACTIVE);
    let old = read(&path)?;
    let kept = retired_path(dir, old.id());
    match fs::hard_link(&path, &kept) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(at(&kept)(error)),
        _ => sync_dir(dir)?,
    }
    let next = dir.join(NEXT);
    // Left over from a rotation that was interrupted before it took effect.
    match fs::remove_file(&next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&next)(error)),
        _ => create(&next)?,
    }
    fs::rename(&next, &path).map_err(at(&path))?;
    sync_dir(dir)?;
    Ok(read(&path)?.id())
}

/// Deletes the retired key `id`, once no secret is sealed under it any more.
///
/// # Errors
/// [`KeyringError::NoSuchKey`] where there is none, the active key included.
pub fn retire_key_file(dir: &Path, id: KeyId) -> Result<(), KeyringError> {
    let path = retired_path(dir, id);
    if read(&dir.join(ACTIVE))?.id() == id {
        return Err(KeyringError::NoSuchKey(id));
    }
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(KeyringError::NoSuchKey(id)),
        Err(error) => Err(at(&path)(error)),
        Ok(()) => sync_dir(dir),
    }
}

fn retired_path(dir: &Path, id: KeyId) -> PathBuf {
    dir.join(format!("{RETIRED_PREFIX}{id}{SUFFIX}"))
}

fn create(path: &Path) -> Result<(), KeyringError> {
    let bytes: Zeroizing<[u8; KEY]> = Zeroizing::new(random().map_err(|_| KeyringError::Entropy)?);
    let text = Zeroizing::new(STANDARD.encode(*bytes) + "\n");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(at(path))?;
    file.write_all(text.as_bytes()).map_err(at(path))?;
    file.sync_all().map_err(at(path))
}

fn read(path: &Path) -> Result<MasterKey, KeyringError> {
    let file = File::open(path).map_err(at(path))?;
    let mode = file.metadata().map_err(at(path))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        let path = path.to_owned();
        return Err(KeyringError::Permissions { path, mode });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_FILE as usize));
    file.take(MAX_FILE).read_to_end(&mut text).map_err(at(path))?;
    MasterKey::from_text(&text).ok_or_else(|| KeyringError::BadFile(path.to_owned()))
}

/// A rename or a new file lasts only once its directory is on the disk too.
fn sync_dir(dir: &Path) -> Result<(), KeyringError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(at(dir))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyringError {
    let path = path.to_owned();
    move |source| KeyringError::Io { path, source }
}

#[cfg(test)]
#[path = "keyfile_tests.rs"]
mod tests;
