//! How controllers create objects: through admission where the cluster has it.

use std::sync::Arc;

use serde_json::Value;

use crate::object_store::Kind;

/// Why an object was not created, in the words of the API server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// For events and conditions.
    pub message: String,
}

/// Creates objects on behalf of controllers.
pub trait Writer: Send + Sync {
    /// Admits and stores `object`.
    ///
    /// # Errors
    /// When admission (quota, limit ranges) or the store refuses it.
    fn create(&self, kind: &'static Kind, object: Value) -> Result<Arc<Value>, Refusal>;

    /// The cluster's CA certificate as PEM, for `kube-root-ca.crt`.
    fn root_ca(&self) -> &str;
}
