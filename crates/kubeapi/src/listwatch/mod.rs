//! The list/watch state machine of one kind in one cluster (and namespace): pages, watch, bookmarks,
//! expired versions, idle streams. It yields [`Step`]s and knows nothing of what they are stored in.

mod admission;
mod error;
mod lines;
mod machine;
mod pace;
mod request;
mod steps;
mod transport;
mod watch;

#[cfg(test)]
mod tests;

pub use admission::Admission;
pub use error::SyncError;
pub use machine::{Limits, ListWatch, Step};
pub use pace::Pace;
pub use request::Scope;
pub use steps::{StepReceiver, StepSender, Unheard, steps};
pub use transport::{BodyStream, Carrier, Get, Reply, Transport};
