//! Lists of mirrored objects over many clusters.

use crate::fleet::ClusterState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A kind that can be listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindInfo {
    pub kind: String,
    pub plural: String,
    pub group: String,
    pub version: String,
    pub namespaced: bool,
    pub mirrored: bool,
}

/// One object. Common fields always stand; `columns` has those of the kind (see [`crate::kinds`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ResourceRow {
    pub cluster: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
    pub uid: String,
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub labels: crate::labels::Labels,
    /// The last proof of life of the stream this row came by; null before the first.
    pub synced_at: Option<Timestamp>,
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub columns: Map<String, Value>,
}

/// How old a cluster's part of a list is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClusterAge {
    pub name: String,
    pub state: ClusterState,
    /// Seconds by which the rows may be behind the cluster, by the last proof of life of this kind's stream and by
    /// what is not applied yet; null before the first.
    pub age: Option<f64>,
    /// Seconds since the server answered a probe; null before the first.
    #[serde(default)]
    pub reachability: Option<f64>,
    /// Seconds that the first change has waited to be shown.
    #[serde(default)]
    pub apply_lag: f64,
    /// Past the hard limit of 10 s: the rows are the last known, not the present.
    pub stale: bool,
    /// When the last proof of life was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced_at: Option<Timestamp>,
    /// The credential may not see this kind here.
    #[serde(default)]
    pub not_allowed: bool,
    /// How many objects there are, where they are too many, or change too fast, to be listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
}

/// A page of objects over all clusters in scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResourceList {
    pub kind: String,
    /// All that match, over every page.
    pub total: u64,
    pub rows: Vec<ResourceRow>,
    pub clusters: Vec<ClusterAge>,
    pub revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<Facet>,
}

/// How many of the matching objects have each value of one column; most frequent first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facet {
    pub column: String,
    pub values: Vec<FacetValue>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetValue {
    pub value: String,
    pub count: u64,
}

/// What changed in a window since the last message: changed rows, and all its uids in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowDelta {
    pub revision: u64,
    pub total: u64,
    pub rows: Vec<ResourceRow>,
    pub order: Vec<String>,
    pub clusters: Vec<ClusterAge>,
}
