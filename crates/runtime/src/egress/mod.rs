//! The one guarded way out of the process: which addresses may be connected to, checked when a target
//! is saved and again on every connect.

mod address;
mod allow;
mod connect;
mod deadline;
mod host;
mod policy;

pub use address::{AddressClass, classify};
pub use allow::{AllowTarget, AllowTargetError};
pub use connect::{
    ConnectError, ConnectionHandle, GuardedConnector, GuardedStream, Resolve, SystemResolver, WireMeter,
};
pub use deadline::WithDeadline;
pub use host::Host;
pub use policy::{Reason, TargetForbidden, TargetKind, TargetPolicy};
