//! XChaCha20-Poly1305 over byte strings.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::sealed::{KEY, NONCE};

/// A 256-bit key, wiped when dropped.
pub(crate) type KeyBytes = Zeroizing<[u8; KEY]>;

pub(crate) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// `None` only for texts beyond the cipher's limit of 256 GiB.
pub(crate) fn encrypt(key: &KeyBytes, nonce: &[u8; NONCE], text: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new(&Key::from(**key));
    cipher.encrypt(&XNonce::from(*nonce), Payload { msg: text, aad }).ok()
}

/// `None` where anything was altered.
pub(crate) fn decrypt(key: &KeyBytes, nonce: &[u8; NONCE], text: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = XChaCha20Poly1305::new(&Key::from(**key));
    let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad });
    plain.ok().map(Zeroizing::new)
}
