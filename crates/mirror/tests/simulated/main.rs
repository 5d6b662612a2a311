//! The mirror against simulated clusters, over TLS and HTTP/2.

#![allow(clippy::unwrap_used)]

mod budget;
mod faults;
mod following;
mod random;
mod support;
mod warm_start;
