//! The secret type, envelope encryption, and where the master key comes from.
//!
//! A record is encrypted under a key of its own (the data key), and that key under the master key (the key-encryption
//! key). Both steps are XChaCha20-Poly1305 bound to the record's [`Aad`], so a ciphertext that was moved to another
//! row, or whose row was pointed at another server, does not open.

mod aad;
mod cipher;
mod keyfile;
mod keyring;
mod mac;
mod sealed;
mod secret;

pub use aad::Aad;
pub use keyfile::{DatabaseState, RETIRED_PREFIX, retire_key_file, rotate_key_file};
pub use keyring::{Keyring, KeyringError, OpenError, SealError};
pub use mac::{MacKey, digest_token};
pub use sealed::{KeyId, Sealed, SealedFormatError};
pub use secret::Secret;
