//! Writing to a cluster: server-side apply, and the reads and deletes that belong to it.

mod object;
mod outcome;
mod write;

pub use object::{Gvk, ObjectError};
pub use outcome::{ApplyOutcome, DeleteOutcome, Refusal};
pub use write::{ApplyMode, FIELD_MANAGER};
