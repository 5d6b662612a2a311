//! What makes an alert the same alert again.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// 16 hexadecimal digits over the labels, sorted by name; every part is preceded by its length.
pub fn fingerprint(labels: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for (name, value) in labels {
        for part in [name, value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &[(&str, &str)]) -> String {
        fingerprint(&labels.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    #[test]
    fn a_fingerprint_depends_on_the_labels_and_not_on_their_order() {
        assert_eq!(of(&[("a", "1"), ("b", "2")]), of(&[("b", "2"), ("a", "1")]));
        let all = [of(&[("a", "1")]), of(&[("a", "2")]), of(&[("b", "1")]), of(&[("a", "1"), ("b", "1")]), of(&[])];
        for (at, one) in all.iter().enumerate() {
            assert!(one.len() == 16 && !all[..at].contains(one), "{one}");
        }
        assert_ne!(of(&[("ab", "c")]), of(&[("a", "bc")]));
    }

    #[test]
    fn a_fingerprint_outlives_a_restart() {
        assert_eq!(of(&[("alertname", "NodeReadyLow"), ("cluster", "1")]), "1a9aa10787727292");
    }
}
