//! Scripted faults of one cluster: what goes wrong, for which requests, how often.

mod board;
mod bodies;
mod control;
mod fault;
mod gate;
mod inject;
mod request;

pub use board::{FaultBoard, FaultState};
pub use control::{ControlledCluster, control_router};
pub use fault::{BadFault, Effect, Fault, Verb};
pub use inject::with_faults;

pub(crate) use board::{Connections, connection_ended};
pub(crate) use gate::Gate;
