//! The server as a process of its own, seen from outside: what it answers, and what the system says of it.

mod api;
mod follow;
mod processes;
mod recorded;
mod serve;
mod wal;

pub use api::Api;
pub use follow::Events;
pub use processes::{cpu, load, peak_bytes, resident_bytes};
pub use recorded::Recorded;
pub use serve::{Home, Serve};
pub use wal::WalWatch;
