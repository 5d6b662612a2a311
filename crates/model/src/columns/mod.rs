//! Rows as columns: one table holds the objects of one kind in one cluster.
//!
//! * [`pool`] keeps one copy of every text and of every list (labels, images, amounts), known by its number.
//! * [`segment`] holds 256 rows as narrow columns of numbers. A published segment never changes: whoever writes to
//!   it copies it first, so that a picture costs only what changed since the one before.
//! * [`table`] is the writer's side, [`snapshot`] the picture that readers share, [`row`] one row of either.
//! * [`layout`] says which fields a kind has and how lists read them; [`words`] how lists are written as numbers.

pub mod layout;
mod name;
mod pool;
mod row;
mod saved;
mod segment;
mod snapshot;
mod table;
mod words;

pub use layout::{Access, Field, Width};
pub use pool::Chunk;
pub use row::Row;
pub use saved::{Changed, Saved, Unsaved};
pub use segment::{Mask, ROWS, Segment};
pub use snapshot::Snapshot;
pub use table::{Outcome, Table};
pub use words::{CellWriter, WordReader, Words};

use crate::rows::RowMeta;

/// A kind of object that is kept as columns.
pub trait Columnar: Sized {
    /// The kind's own fields, beside those every object has.
    const FIELDS: &'static [Width];

    /// What every object has.
    fn meta(&self) -> &RowMeta;

    /// Writes the kind's own fields. Fields that are not written are zero.
    fn write(&self, cells: &mut CellWriter<'_>);

    /// The object again.
    fn read(meta: RowMeta, row: &Row<'_>) -> Self;
}

#[cfg(test)]
mod tests;
