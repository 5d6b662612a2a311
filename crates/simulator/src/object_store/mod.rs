//! The objects of one cluster, what etcd and the watch cache are to a real API server.

mod error;
pub mod kinds;
mod lifecycle;
mod log;
mod object;
mod store;

pub use error::{Gone, StoreError};
pub use kinds::{Kind, Subresource};
pub(crate) use lifecycle::{check_preconditions, now};
pub use log::{Batch, Event, EventType, Subscription, frame};
pub use object::{StoredObject, selectable_fields};
pub use store::{DeleteOptions, Listing, ObjectStore};
