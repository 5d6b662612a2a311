//! What the mirror keeps of each object: slim rows, free of any Kubernetes client type, one file a kind with its
//! fields, its columns and how it is written to both.

mod cell;
mod claim;
mod deployment;
mod event;
mod job;
mod limit_range;
mod namespace;
mod node;
mod owner;
mod pod;
mod quota;
mod workload;

pub use cell::{Cell, RowMeta};
pub use claim::ClaimRow;
pub use deployment::DeploymentRow;
pub use event::EventRow;
pub use job::JobRow;
pub use limit_range::{LimitRangeItem, LimitRangeRow, LimitType};
pub use namespace::NamespaceRow;
pub use node::NodeRow;
pub use owner::OwnerRef;
pub use pod::{PodPhase, PodRow};
pub use quota::{QuotaRow, QuotaScope, ScopeSelectorOperator};
pub use workload::{DaemonSetRow, ReplicaSetRow, StatefulSetRow, Workload};

use crate::kinds::KindSpec;

/// In the order of [`MirroredKind::ALL`](crate::kinds::MirroredKind::ALL).
pub(crate) static KINDS: [&KindSpec; 12] = [
    &pod::PODS,
    &node::NODES,
    &namespace::NAMESPACES,
    &deployment::DEPLOYMENTS,
    &workload::STATEFUL_SETS,
    &workload::DAEMON_SETS,
    &workload::REPLICA_SETS,
    &job::JOBS,
    &quota::QUOTAS,
    &limit_range::LIMIT_RANGES,
    &claim::CLAIMS,
    &event::EVENTS,
];
