//! Keyed and plain SHA-256 for token lookup, audit chains and signed notifications.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A key for HMAC-SHA256. Keep it sealed where it must last.
pub struct MacKey(Zeroizing<Vec<u8>>);

impl MacKey {
    /// A fresh 256-bit key.
    ///
    /// # Errors
    /// When the operating system has no entropy to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        Secret::random::<32>().map(|secret| Self::from_secret(&secret))
    }

    /// The key with these bytes.
    pub fn from_secret(secret: &Secret) -> Self {
        Self(Zeroizing::new(secret.expose().to_vec()))
    }

    /// The key as a secret, to be sealed.
    pub fn to_secret(&self) -> Secret {
        Secret::from_bytes(self.0.to_vec())
    }

    /// HMAC-SHA256 of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        self.start(message).finalize().into_bytes().into()
    }

    /// HMAC-SHA256 of `parts`, each preceded by its length, so that no two lists of parts sign alike.
    pub fn sign_parts(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.start(&[]);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether `signature` is the one of `message`, in constant time.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.start(message).verify_slice(signature).is_ok()
    }

    fn start(&self, message: &[u8]) -> Hmac<Sha256> {
        // RFC 2104: a key longer than a block counts as its hash, a shorter one is padded with zeros.
        let mut block = Zeroizing::new([0u8; 64]);
        if self.0.len() > block.len() {
            block[..32].copy_from_slice(&Sha256::digest(&*self.0));
        } else {
            block[..self.0.len()].copy_from_slice(&self.0);
        }
        let mut mac = Hmac::<Sha256>::new(&(*block).into());
        mac.update(message);
        mac
    }
}

/// What is stored of a random token of at least 128 bits, to look it up by. Such a token needs no slow hash.
pub fn digest_token(token: &Secret) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"pilothouse token v1\0");
    hash.update(token.expose());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn key(bytes: Vec<u8>) -> MacKey {
        MacKey::from_secret(&Secret::from_bytes(bytes))
    }

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        let table = [
            (vec![0x0b; 20], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (bytes, message, expected) in table {
            let key = key(bytes);
            let signature = key.sign(message);
            assert_eq!(hex(&signature), expected);
            assert!(key.verify(message, &signature));
            assert!(!key.verify(b"another message", &signature) && !key.verify(message, &signature[..31]));
        }
    }

    #[test]
    fn lists_of_parts_that_join_alike_sign_differently() {
        let key = key(vec![1; 32]);
        let lists: [&[&[u8]]; 4] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"abc", b""]];
        for (i, one) in lists.iter().enumerate() {
            for other in &lists[i + 1..] {
                assert_ne!(key.sign_parts(one), key.sign_parts(other));
            }
        }
    }

    #[test]
    fn tokens_are_told_apart_by_their_digest() {
        let digest = |text: &str| digest_token(&Secret::from_string(text.to_owned()));
        assert_eq!(digest("ph_a"), digest("ph_a"));
        assert_ne!(digest("ph_a"), digest("ph_b"));
        assert_ne!(digest("ph_a"), <[u8; 32]>::from(Sha256::digest(b"ph_a")));
    }
}
