//! Durable state in one SQLite file: users, clusters, audit, decisions, alerts, outbox, checkpoints.
//!
//! [`Store::begin`] opens a unit of work: everything one use case writes, its audit record included,
//! is committed together or not at all. [`Store::read`] gives the same repositories, read-only, over
//! one consistent snapshot. Ids and the clock always come from the caller. Times are kept to the
//! millisecond.

mod audit_key;
mod backup;
mod dialect;
mod error;
mod migrate;
mod page;
pub mod repositories;
mod store;
mod unit;
mod value;

pub use audit_key::AuditKey;
pub use error::{StoreError, Unique};
pub use page::{Cursor, MAX_LIMIT, Page, PageRequest};
pub use store::{OpenOptions, Store};
pub use unit::{ReadOnly, ReadUnit, ReadWrite, Unit, WriteUnit};
pub use value::{Digest, Document, Sealed};
