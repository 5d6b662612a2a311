//! The shapes on the wire, shared by REST, the pages and their server functions. They are never
//! database rows and never Kubernetes objects; conversions are explicit.
//!
//! Times are RFC 3339 in UTC, ages are seconds as numbers. Nothing here can hold a secret: bodies that
//! carry one are read by `engine` straight into its own type.

pub mod account;
pub mod alerting;
pub mod cluster;
pub mod list;
pub mod problem;
pub mod resource;
pub mod schedule;
