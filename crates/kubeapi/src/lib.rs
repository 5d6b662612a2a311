//! Member clusters: how a credential comes in, the client that speaks to a cluster, its probe, slim decoding of what it
//! serves, and server-side apply.

pub mod apply;
pub mod client;
pub mod credential;
pub mod decode;
pub mod intake;
pub mod listwatch;
pub mod metrics;
pub mod probe;
