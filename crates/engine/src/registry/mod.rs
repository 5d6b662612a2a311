//! Member clusters: registering, changing, trying and removing them.

mod add;
mod change;
mod contact;
mod credential;
mod input;
mod members;
mod rules;
mod text;
mod validate;
mod view;

pub use input::{ClusterPatch, NewCluster, NewCredential};
pub use kubeapi::intake::CredentialRequest;
pub use text::{parse_labels, parse_taints};

pub(crate) use members::Members;
pub(crate) use rules::is_dns_label;
