//! What a cluster says of itself: whether it is well, who we are to it, what we may do, what it serves.

mod access;
mod discovery;
mod facts;
mod ready;

pub use access::{Access, Permission};
pub(crate) use discovery::DiscoveryCache;
pub use discovery::{ApiResource, ServedApis};
pub use facts::{ServerVersion, UserInfo};
pub use ready::{NoAnswer, ProbeOutcome, ProbeReport};
