//! What comes in about clusters. Bodies with credentials are read straight into these types.

use kubeapi::intake::CredentialRequest;
use model::k8s::taint::Taint;
use model::wire::cluster::MetricsSources;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A cluster to register.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCluster {
    pub name: String,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub taints: Vec<Taint>,
    #[serde(default = "one")]
    pub weight: u32,
    pub credential: CredentialRequest,
    /// Do not verify the server's certificate; shown and audited for ever.
    #[serde(default)]
    pub insecure: bool,
    /// Watch these only, for credentials that may see no more.
    #[serde(default)]
    pub namespaces: Option<Vec<String>>,
    #[serde(default)]
    pub metrics_sources: Option<MetricsSources>,
}

fn one() -> u32 {
    1
}

/// A credential in the place of the present one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCredential {
    pub credential: CredentialRequest,
    #[serde(default)]
    pub insecure: bool,
}

/// What is not given stays as it is.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ClusterPatch {
    pub name: Option<String>,
    pub labels: Option<BTreeMap<String, String>>,
    pub taints: Option<Vec<Taint>>,
    pub weight: Option<u32>,
    pub cordoned: Option<bool>,
    /// The empty list means all.
    pub namespaces: Option<Vec<String>>,
    pub metrics_sources: Option<MetricsSources>,
}
