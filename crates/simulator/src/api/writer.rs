use std::sync::Arc;

use serde_json::Value;

use super::cluster::ClusterApi;
use super::status::ApiError;
use super::write::create::create_named;
use crate::controllers::{Refusal, Writer};
use crate::object_store::Kind;

impl ClusterApi {
    /// Creates an object as a trusted controller does: through defaults, admission and validation, its
    /// `status` kept.
    ///
    /// # Errors
    /// What the API server would answer, quota and limit range refusals among it.
    pub fn create(&self, kind: &'static Kind, object: Value) -> Result<Arc<Value>, ApiError> {
        create_named(self, kind, object, None, false)
    }
}

/// Lets controllers create through admission.
pub struct AdmittedWriter {
    /// Where to.
    pub cluster: Arc<ClusterApi>,
    /// The cluster's CA certificate as PEM.
    pub root_ca: String,
}

impl Writer for AdmittedWriter {
    fn create(&self, kind: &'static Kind, object: Value) -> Result<Arc<Value>, Refusal> {
        self.cluster.create(kind, object).map_err(|error| Refusal { message: error.message })
    }

    fn root_ca(&self) -> &str {
        &self.root_ca
    }
}
