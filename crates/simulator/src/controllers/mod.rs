//! What makes a cluster live: small versions of the controllers, the scheduler and the kubelet.
//!
//! One task per cluster runs all of them over the events of its [`ObjectStore`](crate::object_store::ObjectStore).
//! Events and timers fill a queue of keys without duplicates; each key is then reconciled from the current
//! state, as client-go's work queues do it.

mod daemon_set;
mod deployment;
mod events;
mod garbage;
mod index;
mod job;
mod kubelet;
mod manager;
mod namespace;
mod node;
mod objects;
mod pod_template;
pub mod quantity;
mod replica_set;
mod requests;
mod scheduler;
mod stateful_set;
mod work;
mod writer;

pub use kubelet::KubeletSettings;
pub use manager::{Controllers, ControllersHandle};
pub use writer::{Refusal, Writer};

pub(crate) use daemon_set::daemon_pod;
pub(crate) use deployment::{replica_set, template_hash};
pub(crate) use kubelet::{crashed_status, creating_status, image_pull_status, running_status};
pub(crate) use node::set_node_ready;
pub(crate) use objects::{rfc3339, set_condition};
pub(crate) use pod_template::pod_of;
pub(crate) use requests::Requests;
pub(crate) use stateful_set::{numbered_pod, revision};
