//! The key of the audit chain and the two MACs made with it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::repositories::audit::{AuditEvent, Hash};

/// Key of the audit chain's HMAC-SHA-256. Without it records can be read, but not forged.
pub struct AuditKey(Zeroizing<[u8; 32]>);

impl AuditKey {
    /// Takes 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Hash of a record: HMAC(key, previous hash ‖ sequence number ‖ every field with its length).
    pub(crate) fn record(&self, prev: &Hash, seq: i64, at_millis: i64, event: &AuditEvent) -> Hash {
        let mut mac = self.mac(b"record");
        mac.update(prev);
        mac.update(&seq.to_be_bytes());
        mac.update(&at_millis.to_be_bytes());
        for field in [
            event.actor.as_str(),
            event.action.as_str(),
            event.object.as_str(),
            event.outcome.as_str(),
            event.detail.as_str(),
        ] {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// Mark of the newest record, in another domain than the records' own hashes.
    pub(crate) fn head(&self, seq: i64, hash: &Hash) -> Hash {
        let mut mac = self.mac(b"head");
        mac.update(&seq.to_be_bytes());
        mac.update(hash);
        mac.finalize().into_bytes().into()
    }

    fn mac(&self, domain: &[u8]) -> Hmac<Sha256> {
        let mut mac = match Hmac::<Sha256>::new_from_slice(self.0.as_slice()) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC takes keys of every length"),
        };
        mac.update(&(domain.len() as u64).to_be_bytes());
        mac.update(domain);
        mac
    }
}
