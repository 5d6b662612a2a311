//! The HTTP API of one cluster, as an axum router without a listener.

mod access;
mod admission;
mod apply;
mod cluster;
mod content;
mod discovery;
mod dispatch;
mod health;
mod list;
mod metrics;
mod openapi;
mod patch;
mod rbac;
mod request;
mod reviews;
mod selector;
mod status;
mod subresources;
mod table;
mod types;
mod watch;
mod write;
mod writer;

pub use access::{Identity, Rule};
pub use cluster::{ApiSettings, ClusterApi};
pub use dispatch::{ReceivedAt, etcd_metrics, router};
pub use metrics::{Metrics, RequestLabels};
pub use status::{ApiError, Cause};
pub use writer::AdmittedWriter;
