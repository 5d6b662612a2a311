//! Clusters.

use crate::fleet::ClusterState;
use crate::k8s::taint::Taint;
use crate::labels::Labels;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A registered cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    pub id: String,
    /// The UID of `kube-system`, else a hash of CA and server; absent until first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub labels: Labels,
    pub taints: Vec<Taint>,
    pub weight: u32,
    pub cordoned: bool,
    pub state: ClusterState,
    /// Why it is in this state, in words.
    pub reason: String,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// The API server's version; absent until first contact.
    pub version: Option<String>,
    /// Whether anything may be placed here now.
    pub schedulable: bool,
    /// Why nothing may be placed here; absent where something may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unschedulable_reason: Option<Unschedulable>,
    /// The name under which this same cluster was registered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<String>,
    /// Seconds since the last proof of life of each kind's own stream; null before the first.
    pub ages: BTreeMap<String, Option<f64>>,
    /// Kinds that the credential may not see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_allowed: Vec<String>,
    /// The namespaces the watches are limited to; absent when they see all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics_sources: Option<MetricsSources>,
    pub server: String,
    /// Its certificate is not verified, by an admin's explicit word.
    pub insecure: bool,
    pub credential: CredentialInfo,
    pub created_at: Timestamp,
}

/// Why a cluster takes no placements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Unschedulable {
    /// It was registered before under another name.
    Duplicate,
    /// It is neither `Online` nor `Degraded`.
    State,
    /// It is cordoned.
    Cordoned,
    /// Its weight is 0.
    WeightZero,
    /// A kind that decisions read was not proved alive within a minute, or may not be seen at all.
    NoFreshData,
}

/// What may be told of a credential. Never the credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CredentialInfo {
    pub kind: String,
    /// Whom the API server takes us for.
    pub identity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// Where figures come from that API servers do not export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MetricsSources {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etcd: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<String>,
}

/// What trying a credential found. Nothing is saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    pub reachable: bool,
    /// Why not, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub version: Option<String>,
    pub identity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    pub permissions: Vec<Permission>,
    /// The contexts of the kubeconfig, where it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Permission {
    pub resource: String,
    pub verb: String,
    pub allowed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// A cluster's figures at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClusterSummary {
    pub name: String,
    pub state: ClusterState,
    pub nodes: NodeCounts,
    /// Pods by phase.
    pub pods: BTreeMap<String, u64>,
    pub pods_total: u64,
    pub requested: Amounts,
    pub allocatable: Amounts,
    pub slis: Vec<crate::wire::alerting::SliNow>,
    pub ages: BTreeMap<String, Option<f64>>,
    pub watch: WatchCosts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeCounts {
    pub total: u64,
    pub ready: u64,
    pub cordoned: u64,
}

/// CPU and memory as Kubernetes writes quantities, with the bare numbers beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Amounts {
    pub cpu: String,
    pub memory: String,
    pub cpu_milli: i64,
    pub memory_bytes: i64,
    pub pods: i64,
}

/// What watching this cluster costs it and us, since the server started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WatchCosts {
    pub requests: u64,
    pub bytes: u64,
    pub objects: u64,
    /// Bytes that its rows take here.
    #[serde(default)]
    pub memory_bytes: u64,
    /// How often its server asked for fewer requests (429).
    #[serde(default)]
    pub throttled: u64,
    pub restarts: u64,
    pub skipped_objects: u64,
    pub corrections: u64,
}
