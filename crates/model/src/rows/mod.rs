//! What the mirror keeps of each object: slim rows, free of any Kubernetes client type.

mod cell;
mod deployment;
mod limit_range;
mod namespace;
mod node;
mod pod;
mod quota;

pub use cell::{Cell, Row, RowMeta};
pub use deployment::DeploymentRow;
pub use limit_range::{LimitRangeItem, LimitRangeRow, LimitType};
pub use namespace::NamespaceRow;
pub use node::NodeRow;
pub use pod::{OwnerRef, PodPhase, PodRow};
pub use quota::{QuotaRow, QuotaScope, ScopeSelectorOperator};
