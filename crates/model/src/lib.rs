//! The vocabulary shared by browser and server: ids, rows, the query language, Kubernetes quantities
//! and selectors, what a decision reads (`fleet`), and the shapes on the wire (`wire`).
//!
//! Nothing here does I/O, reads a clock or a random source: time is always an argument. The crate
//! compiles for wasm32.

#[cfg(target_family = "wasm")]
extern crate browser_time as jiff;

pub mod access;
pub mod columns;
pub mod fleet;
pub mod ids;
pub mod k8s;
pub mod kinds;
pub mod labels;
pub mod query;
pub mod rows;
pub mod wire;
