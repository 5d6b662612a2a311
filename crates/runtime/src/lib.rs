//! What every long-lived part of Pilothouse stands on: supervised tasks with backoff, and the one
//! guarded way out of the process (address policy, deadlines, body caps).

pub mod backoff;
pub mod body;
pub mod egress;
pub mod http;
pub mod supervise;
