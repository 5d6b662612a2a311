//! The use cases. The pages and REST call nothing else: each method takes the caller, passes one
//! [`authorize`](authorize::authorize), and writes its audit row in the transaction of its change.

mod audit;
mod authorize;
mod checkpoints;
mod config;
mod core;
pub mod fields;
mod lock;
mod maintenance;
mod problem;
mod scope;

pub mod accounts;
pub mod monitor;
pub mod registry;
pub mod resources;
pub mod schedule;
pub mod telemetry;

pub use crate::config::EngineConfig;
pub use crate::core::{Change, Engine, StartError, Topic};
pub use crate::lock::DataDirLock;
pub use crate::maintenance::{Check, restore};
