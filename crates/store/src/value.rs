//! Column types: how times, digests, sealed blobs and JSON documents stand in the database.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// Unix milliseconds, the form of every time column.
#[derive(Clone, Copy, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct Millis(pub(crate) i64);

impl From<Timestamp> for Millis {
    fn from(at: Timestamp) -> Self {
        // Rounds down before 1970 too, so that order is kept.
        Self(at.as_nanosecond().div_euclid(1_000_000) as i64)
    }
}

impl TryFrom<Millis> for Timestamp {
    type Error = jiff::Error;

    fn try_from(millis: Millis) -> Result<Self, Self::Error> {
        Timestamp::from_millisecond(millis.0)
    }
}

/// A time column that may be NULL.
#[derive(Clone, Copy, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct MaybeMillis(Option<i64>);

impl TryFrom<MaybeMillis> for Option<Timestamp> {
    type Error = jiff::Error;

    fn try_from(millis: MaybeMillis) -> Result<Self, Self::Error> {
        millis.0.map(Timestamp::from_millisecond).transpose()
    }
}

/// The column form of an optional time.
pub(crate) fn millis(at: Option<Timestamp>) -> Option<Millis> {
    at.map(Millis::from)
}

/// An unsigned 64-bit number kept bit for bit in a signed column.
#[derive(Clone, Copy, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct Bits(pub(crate) i64);

impl From<Bits> for u64 {
    fn from(bits: Bits) -> Self {
        bits.0.cast_unsigned()
    }
}

impl From<u64> for Bits {
    fn from(number: u64) -> Self {
        Self(number.cast_signed())
    }
}

/// A JSON text, kept byte for byte: reading it back never changes the order of keys or a digit.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::Type)]
#[sqlx(transparent)]
pub struct Document(String);

impl Document {
    /// Serialises a value.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if the value has no JSON form.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, StoreError> {
        serde_json::to_string(value)
            .map(Self)
            .map_err(|_| StoreError::Invalid { what: "document", rule: "must have a JSON form" })
    }

    /// Takes a text that already is JSON.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if it is not.
    pub fn parse(text: impl Into<String>) -> Result<Self, StoreError> {
        let text = text.into();
        serde_json::from_str::<serde::de::IgnoredAny>(&text)
            .map_err(|_| StoreError::Invalid { what: "document", rule: "must be JSON" })?;
        Ok(Self(text))
    }

    /// Reads the document as a value.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it has another shape; the text is not quoted.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(&self.0).map_err(|error| {
            StoreError::Corrupt(format!(
                "a stored document has an unknown shape at line {} column {}",
                error.line(),
                error.column()
            ))
        })
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A SHA-256 digest of something that must not be stored itself.
#[derive(Clone, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Digest(Vec<u8>);

impl Digest {
    /// The digest's bytes; 32 of them unless the database was tampered with.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes.to_vec())
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// Ciphertext, opaque to this crate.
#[derive(Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Wraps bytes that the caller has encrypted.
    pub fn new(ciphertext: Vec<u8>) -> Self {
        Self(ciphertext)
    }

    /// The ciphertext.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// An enum stored as text, with its names in one place.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
        pub enum $name {
            $($(#[$vmeta])* #[sqlx(rename = $text)] $variant),+
        }

        impl $name {
            /// The stored name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::StoreError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::StoreError::Invalid {
                        what: stringify!($name),
                        rule: concat!("must be one of" $(, " ", $text)+),
                    }),
                }
            }
        }
    };
}
pub(crate) use text_enum;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_cut_to_the_millisecond_and_keeps_its_order() {
        for (nanos, expected) in [(1_999_999, 1), (0, 0), (-1, -1), (-1_000_000, -1)] {
            let at = Timestamp::from_nanosecond(nanos).unwrap();
            assert_eq!(Millis::from(at).0, expected, "{nanos}");
        }
    }

    #[test]
    fn a_document_keeps_its_bytes_and_refuses_what_is_not_json() {
        let text = r#"{"b":0.30000000000000004,"a":[1, 2]}"#;
        assert_eq!(Document::parse(text).unwrap().as_str(), text);
        assert!(matches!(Document::parse("{"), Err(StoreError::Invalid { .. })));
        let wrong: Result<Vec<u8>, _> = Document::of("text").unwrap().read();
        assert!(matches!(wrong, Err(StoreError::Corrupt(_))));
    }

    #[test]
    fn seeds_beyond_the_signed_range_survive() {
        for seed in [0, 1, u64::MAX, 1 << 63] {
            assert_eq!(u64::from(Bits::from(seed)), seed);
        }
    }
}
