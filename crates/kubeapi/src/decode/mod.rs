//! From bytes to rows: slim structs that name only the fields the mirror keeps, decoded straight from the
//! wire, with every string that objects share interned.
//!
//! Every field is optional. An object that does not fit is skipped and counted, never its page or stream.

mod bad;
mod claim;
mod deployment;
mod envelope;
mod event;
mod intern;
mod job;
mod limit_range;
mod meta;
mod namespace;
mod node;
mod page;
mod pod;
mod pod_requests;
mod pod_status;
mod quantities;
mod quota;
mod text;
mod time;
mod workload;

#[cfg(test)]
mod tests;

pub use bad::BadObject;
pub use envelope::{Event, StatusBody, Tombstone, decode_line, decode_status};
pub use intern::Interner;
pub use page::{Page, decode_page};

use model::columns::Columnar;
use model::kinds::MirroredKind;
use serde::Deserialize;

/// A kind that is decoded into rows.
pub trait Mirrored: Columnar + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// Which one it is.
    const KIND: MirroredKind;

    /// The slim form on the wire.
    type Slim<'a>: Deserialize<'a>;

    /// The `metadata.resourceVersion` of an object, empty when absent.
    fn version<'s>(slim: &'s Self::Slim<'_>) -> &'s str;

    /// The row of an object.
    ///
    /// # Errors
    /// When the object lacks what identifies it, or a field holds what its type does not allow.
    fn from_slim(slim: Self::Slim<'_>, interner: &mut Interner) -> Result<Self, BadObject>;
}

/// One object as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded<R> {
    /// What is kept of it.
    pub row: R,
    /// `metadata.resourceVersion` as a number; 0 where it is none.
    pub version: u64,
}

impl<R: Mirrored> Decoded<R> {
    fn from_slim(slim: R::Slim<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let version = R::version(&slim).parse().unwrap_or(0);
        Ok(Self { row: R::from_slim(slim, interner)?, version })
    }
}

/// Decodes one object, as a GET returns it.
///
/// # Errors
/// [`BadObject`].
pub fn decode_object<R: Mirrored>(bytes: &[u8], interner: &mut Interner) -> Result<Decoded<R>, BadObject> {
    let slim: R::Slim<'_> = serde_json::from_slice(bytes).map_err(|error| BadObject::from_json(&error))?;
    Decoded::from_slim(slim, interner)
}
