//! The form in which ciphertext is stored.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(crate) const VERSION: u8 = 1;
pub(crate) const KEY_ID: usize = 8;
pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;
pub(crate) const KEY: usize = 32;
const WRAPPED_KEY: usize = KEY + TAG;
const HEADER: usize = 1 + KEY_ID + NONCE + WRAPPED_KEY + NONCE;

/// Names a master key: a prefix of a hash of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; KEY_ID]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A sealed secret: one byte of version, the master key's id, the wrapped data key with its nonce, the ciphertext with its nonce.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// The bytes are not a sealed secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedFormatError {
    /// Too short, or not base64.
    #[error("not a sealed secret")]
    Malformed,
    /// Written by a later version.
    #[error("sealed in format {0}, which this version does not know")]
    UnknownVersion(u8),
}

/// The parts of a [`Sealed`], borrowed.
pub(crate) struct Parts<'a> {
    pub key_id: KeyId,
    pub wrap_nonce: &'a [u8; NONCE],
    pub wrapped_key: &'a [u8],
    pub nonce: &'a [u8; NONCE],
    pub ciphertext: &'a [u8],
}

impl Sealed {
    /// Takes bytes read from storage.
    ///
    /// # Errors
    /// [`SealedFormatError`]; whether they open is known only to `Keyring::open`.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SealedFormatError> {
        match bytes.first() {
            Some(&VERSION) if bytes.len() >= HEADER + TAG => Ok(Self(bytes)),
            Some(&VERSION) | None => Err(SealedFormatError::Malformed),
            Some(&other) => Err(SealedFormatError::UnknownVersion(other)),
        }
    }

    /// Takes base64 text read from storage.
    ///
    /// # Errors
    /// [`SealedFormatError`].
    pub fn from_base64(text: &str) -> Result<Self, SealedFormatError> {
        let bytes = STANDARD.decode(text).map_err(|_| SealedFormatError::Malformed)?;
        Self::from_bytes(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same as base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// The master key it is sealed under.
    pub fn key_id(&self) -> KeyId {
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&self.0[1..1 + KEY_ID]);
        KeyId(id)
    }

    pub(crate) fn assemble(
        key_id: KeyId,
        wrap_nonce: &[u8; NONCE],
        wrapped_key: &[u8],
        nonce: &[u8; NONCE],
        ciphertext: &[u8],
    ) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + ciphertext.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&key_id.0);
        bytes.extend_from_slice(wrap_nonce);
        bytes.extend_from_slice(wrapped_key);
        bytes.extend_from_slice(nonce);
        bytes.extend_from_slice(ciphertext);
        Self(bytes)
    }

    /// `None` is impossible: both constructors see to the length.
    pub(crate) fn parts(&self) -> Option<Parts<'_>> {
        let rest = self.0.get(1 + KEY_ID..)?;
        let (wrap_nonce, rest) = rest.split_first_chunk()?;
        let (wrapped_key, rest) = rest.split_at_checked(WRAPPED_KEY)?;
        let (nonce, ciphertext) = rest.split_first_chunk()?;
        Some(Parts { key_id: self.key_id(), wrap_nonce, wrapped_key, nonce, ciphertext })
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.key_id(), self.0.len())
    }
}
