//! The secret type.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes that must not be shown: no `Debug`, no `Display`, no `Serialize`, no `Clone`; wiped from memory when dropped.
///
/// `Deserialize` reads a string, so that a request's body is read straight into this type.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes over `bytes`.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Takes over `text`.
    pub fn from_string(text: String) -> Self {
        Self::from_bytes(text.into_bytes())
    }

    /// `N` random bytes of the operating system.
    ///
    /// # Errors
    /// When the operating system has no entropy to give.
    pub fn random<const N: usize>() -> Result<Self, getrandom::Error> {
        let mut bytes = vec![0; N];
        getrandom::fill(&mut bytes)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The bytes themselves. Keep them out of everything that is printed, logged or stored.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The text itself, or `None` where the bytes are no UTF-8.
    pub fn expose_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// A second copy, for the rare place that must keep one.
    pub fn duplicate(&self) -> Self {
        Self::from_bytes(self.0.to_vec())
    }

    /// Compares in a time that depends on the lengths alone.
    pub fn equals(&self, other: &[u8]) -> bool {
        self.0.ct_eq(other).into()
    }

    /// True where there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for a string, a format would quote a number that stands in its place in its own error.
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

impl SecretVisitor {
    /// An error that doesn't quote what was there instead, as serde's own would.
    fn refuse<E: Error>() -> Result<Secret, E> {
        Err(E::custom("a secret must be a string"))
    }
}

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::from_bytes(text.as_bytes().to_vec()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::from_string(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Self::refuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compiles only while `$type` does not implement `$trait`: otherwise `proof` is ambiguous.
    macro_rules! lacks {
        ($type:ty: $($trait:path),+) => {$(
            const _: fn() = || {
                trait Ambiguous<A> { fn proof() {} }
                impl<T: ?Sized> Ambiguous<()> for T {}
                struct Implemented;
                impl<T: ?Sized + $trait> Ambiguous<Implemented> for T {}
                let _ = <$type as Ambiguous<_>>::proof;
            };
        )+};
    }

    lacks!(Secret: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

    #[test]
    fn a_secret_is_read_from_a_request_body() {
        #[derive(serde::Deserialize)]
        struct Body {
            password: Secret,
        }
        let body: Body = serde_json::from_str(r#"{"password":"p\u00e4ss"}"#).unwrap();
        assert_eq!(body.password.expose_str(), Some("päss"));
        assert!(body.password.equals("päss".as_bytes()));
        assert!(!body.password.equals(b"pass") && !body.password.equals(b""));
    }

    #[test]
    fn an_error_never_quotes_what_stood_in_place_of_a_secret() {
        for body in ["123456789", "-98765432", "true", "1.23456789", "[\"123456789\"]", "{\"123456789\":1}", "null"] {
            let error = serde_json::from_str::<Secret>(body).err().unwrap().to_string();
            for shown in ["123456789", "98765432", "1.2345"] {
                assert!(!error.contains(shown), "{error}");
            }
        }
    }
}
