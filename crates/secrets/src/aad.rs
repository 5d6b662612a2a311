//! What a ciphertext is bound to.

/// The associated data of a record: where the ciphertext belongs. It opens there and nowhere else.
///
/// The encoding is injective: every part is preceded by its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aad(Vec<u8>);

impl Aad {
    /// Binds to the `column` of the record `id` among the records of `kind`.
    pub fn new(kind: &str, id: &str, column: &str) -> Self {
        let mut aad = Self(b"pilothouse".to_vec());
        aad.push("kind", kind);
        aad.push("id", id);
        aad.push("column", column);
        aad
    }

    /// Binds to one more fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.push(name, value);
        self
    }

    /// Binds to the server that the credential is for, so that pointing a record at another server makes its secret useless.
    /// `ca_fingerprint` is empty where the public web's authorities are trusted.
    #[must_use]
    pub fn for_server(self, scheme: &str, host: &str, port: u16, ca_fingerprint: &str) -> Self {
        self.with("scheme", scheme).with("host", host).with("port", &port.to_string()).with("ca", ca_fingerprint)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn push(&mut self, name: &str, value: &str) {
        for part in [name, value] {
            self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
            self.0.extend_from_slice(part.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn different_facts_never_encode_alike(a in prop::array::uniform4("[ab]{0,3}"), b in prop::array::uniform4("[ab]{0,3}")) {
            let encode = |p: &[String; 4]| Aad::new(&p[0], &p[1], &p[2]).with("x", &p[3]);
            prop_assert_eq!(encode(&a) == encode(&b), a == b);
        }
    }
}
