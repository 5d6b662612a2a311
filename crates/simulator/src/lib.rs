//! Fake Kubernetes clusters that speak the real Kubernetes API, with scripted faults.
//!
//! A fleet of them serves demos, tests and load runs. Clients (kubectl, client-go, kube-rs) talk to
//! them over TLS exactly as they would to an API server; nothing in here is shared with the code
//! under test.
//!
//! * [`object_store`]: the objects of one cluster, their `resourceVersion`s and their watch history.
//! * [`api`]: the HTTP API: discovery, list, watch, writes, server-side apply, admission, access.
//! * [`controllers`]: what makes a cluster live: scheduler, kubelet, workload controllers.
//! * [`faults`]: scripted misbehaviour of the network and of the API server.
//! * [`serve`]: TLS listeners and the control endpoint.
//! * [`fleet`]: many clusters, generated from a seed.

pub mod api;
pub mod controllers;
pub mod faults;
pub mod fleet;
pub mod object_store;
pub mod serve;
