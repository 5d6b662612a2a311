//! Sealing and opening under the master keys.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::aad::Aad;
use crate::cipher::{KeyBytes, decrypt, encrypt, random};
use crate::keyfile::{self, DatabaseState};
use crate::sealed::{KEY, KEY_ID, KeyId, NONCE, Parts, Sealed, VERSION};
use crate::secret::Secret;

/// Why there is no master key to work with. The text says what to do about it, and never quotes a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// There is a database but no key for it. A new key would make every stored secret unreadable.
    #[error("{} is missing, but the database has secrets sealed under it: restore the key file from backup", .0.display())]
    Missing(PathBuf),
    /// Others than the owner may read or write the file.
    #[error("{} has mode {mode:04o}: group and others must have no access (chmod 600)", path.display())]
    Permissions {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds no key.
    #[error("{} does not hold a master key: expected 32 bytes in base64", .0.display())]
    BadFile(PathBuf),
    /// The value given holds no key.
    #[error("the master key given is not 32 bytes in base64")]
    BadValue,
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file at fault.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The operating system has no entropy to give.
    #[error("no random bytes from the operating system")]
    Entropy,
    /// A retired key that is not there.
    #[error("there is no retired key {0}")]
    NoSuchKey(KeyId),
}

/// A secret could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The operating system has no entropy to give.
    #[error("no random bytes from the operating system")]
    Entropy,
    /// The secret is beyond the cipher's limit.
    #[error("the secret is too large to be sealed")]
    TooLarge,
}

/// A sealed secret does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is sealed under a key that this keyring lacks.
    #[error("sealed under master key {0}, which is not loaded")]
    UnknownKey(KeyId),
    /// It was altered, or it belongs to another record or another server.
    #[error("the sealed secret was altered or belongs elsewhere")]
    Altered,
    /// The operating system has no entropy to give, or re-sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// One master key, and what is derived from it.
pub(crate) struct MasterKey {
    id: KeyId,
    wrapping: KeyBytes,
}

/// The master keys: one active, under which new secrets are sealed, and retired ones that still open old secrets.
pub struct Keyring {
    active: MasterKey,
    retired: Vec<MasterKey>,
}

impl MasterKey {
    pub(crate) fn from_bytes(bytes: &KeyBytes) -> Self {
        let derive = |label: &[u8]| -> Zeroizing<[u8; 32]> {
            let mut hash = Sha256::new();
            hash.update(label);
            hash.update(**bytes);
            Zeroizing::new(hash.finalize().into())
        };
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&derive(b"pilothouse key id v1\0")[..KEY_ID]);
        Self { id: KeyId(id), wrapping: derive(b"pilothouse wrapping key v1\0") }
    }

    /// Reads base64 with white space around it.
    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        let mut bytes = KeyBytes::default();
        let text = text.trim_ascii();
        // Exact length first: the decoder would otherwise fill part of the buffer.
        if text.len() != KEY.div_ceil(3) * 4 {
            return None;
        }
        let decoded = Zeroizing::new(STANDARD.decode(text).ok()?);
        bytes.copy_from_slice(decoded.get(..KEY).filter(|_| decoded.len() == KEY)?);
        Some(Self::from_bytes(&bytes))
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }
}

impl Keyring {
    /// Reads `DIR/master.key` and the retired keys beside it; makes the key where the database is new and there is none.
    ///
    /// # Errors
    /// [`KeyringError`]; nothing is created or changed over an existing database.
    pub fn from_dir(dir: &Path, database: DatabaseState) -> Result<Self, KeyringError> {
        let active = keyfile::load_or_create(dir, database)?;
        let retired = keyfile::load_retired(dir)?;
        Ok(Self { active, retired })
    }

    /// Takes the master key from a value that the caller read: 32 bytes in base64.
    ///
    /// # Errors
    /// [`KeyringError::BadValue`].
    pub fn from_value(value: &Secret) -> Result<Self, KeyringError> {
        let active = MasterKey::from_text(value.expose()).ok_or(KeyringError::BadValue)?;
        Ok(Self { active, retired: Vec::new() })
    }

    /// Adds a retired key, which opens and no longer seals.
    ///
    /// # Errors
    /// [`KeyringError::BadValue`].
    pub fn with_retired(mut self, value: &Secret) -> Result<Self, KeyringError> {
        let key = MasterKey::from_text(value.expose()).ok_or(KeyringError::BadValue)?;
        self.retired.push(key);
        Ok(self)
    }

    /// The key that new secrets are sealed under.
    pub fn active_key(&self) -> KeyId {
        self.active.id
    }

    /// Seals `secret` so that it opens with the same `aad` alone.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal(&self, aad: &Aad, secret: &Secret) -> Result<Sealed, SealError> {
        let data_key: KeyBytes = Zeroizing::new(entropy()?);
        let nonce = entropy::<NONCE>()?;
        let ciphertext = encrypt(&data_key, &nonce, secret.expose(), &data_aad(aad)).ok_or(SealError::TooLarge)?;
        self.wrap(aad, &data_key, &nonce, &ciphertext)
    }

    /// Opens what was sealed with the same `aad`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, aad: &Aad, sealed: &Sealed) -> Result<Secret, OpenError> {
        let parts = sealed.parts().ok_or(OpenError::Altered)?;
        let data_key = self.unwrap_key(aad, &parts)?;
        let plain = decrypt(&data_key, parts.nonce, parts.ciphertext, &data_aad(aad)).ok_or(OpenError::Altered)?;
        Ok(Secret::from_bytes(plain.to_vec()))
    }

    /// Moves a sealed secret under the active key; `None` where it is there already. The secret itself is verified, not exposed.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn rewrap(&self, aad: &Aad, sealed: &Sealed) -> Result<Option<Sealed>, OpenError> {
        if sealed.key_id() == self.active.id {
            return Ok(None);
        }
        // A record that was altered must not get a fresh, valid envelope.
        self.open(aad, sealed)?;
        let parts = sealed.parts().ok_or(OpenError::Altered)?;
        let data_key = self.unwrap_key(aad, &parts)?;
        Ok(Some(self.wrap(aad, &data_key, parts.nonce, parts.ciphertext)?))
    }

    /// A known secret under the active key, to be stored beside the data: whether it opens tells a wrong key at start.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn key_check(&self) -> Result<Sealed, SealError> {
        self.seal(&check_aad(), &Secret::from_bytes(CHECK_TEXT.to_vec()))
    }

    /// Whether the stored key check opens with this keyring.
    ///
    /// # Errors
    /// [`OpenError`]: the key is not the one that the data is sealed under.
    pub fn verify_key_check(&self, stored: &Sealed) -> Result<(), OpenError> {
        match self.open(&check_aad(), stored)?.equals(CHECK_TEXT) {
            true => Ok(()),
            false => Err(OpenError::Altered),
        }
    }

    fn wrap(
        &self,
        aad: &Aad,
        data_key: &KeyBytes,
        nonce: &[u8; NONCE],
        ciphertext: &[u8],
    ) -> Result<Sealed, SealError> {
        let wrap_nonce = entropy::<NONCE>()?;
        let wrap_aad = wrap_aad(aad, self.active.id);
        let wrapped = encrypt(&self.active.wrapping, &wrap_nonce, &**data_key, &wrap_aad).ok_or(SealError::TooLarge)?;
        Ok(Sealed::assemble(self.active.id, &wrap_nonce, &wrapped, nonce, ciphertext))
    }

    fn unwrap_key(&self, aad: &Aad, parts: &Parts<'_>) -> Result<KeyBytes, OpenError> {
        let mut keys = std::iter::once(&self.active).chain(&self.retired);
        let master = keys.find(|key| key.id == parts.key_id).ok_or(OpenError::UnknownKey(parts.key_id))?;
        let wrap_aad = wrap_aad(aad, master.id);
        let plain =
            decrypt(&master.wrapping, parts.wrap_nonce, parts.wrapped_key, &wrap_aad).ok_or(OpenError::Altered)?;
        let mut data_key = KeyBytes::default();
        match plain.len() == KEY {
            true => data_key.copy_from_slice(&plain),
            false => return Err(OpenError::Altered),
        }
        Ok(data_key)
    }
}

const CHECK_TEXT: &[u8] = b"pilothouse key check";

fn check_aad() -> Aad {
    Aad::new("key-check", "", "")
}

fn entropy<const N: usize>() -> Result<[u8; N], SealError> {
    random().map_err(|_| SealError::Entropy)
}

/// The data layer is not bound to the master key, or rotation would have to re-encrypt every secret.
fn data_aad(aad: &Aad) -> Vec<u8> {
    [&[VERSION, b'd'], aad.as_bytes()].concat()
}

fn wrap_aad(aad: &Aad, key: KeyId) -> Vec<u8> {
    [&[VERSION, b'w'], &key.0[..], aad.as_bytes()].concat()
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
