//! What is to be placed, as plain data.

mod extract;

pub use extract::AskError;

use model::k8s::pod_template::PodTemplate;
use model::k8s::selector::LabelSelector;
use model::k8s::taint::Toleration;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How cluster weights count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightMode {
    /// The heavier cluster scores higher, every time.
    #[default]
    Score,
    /// Placements converge to the ratio of the weights over time.
    Share,
}

/// Why a cluster must not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// An attempt of the same chain ended there.
    TriedBefore,
    /// Whoever asks may not use it.
    OutsideScope,
}

/// Which clusters are asked for; both empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSelection {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// An object of the request by type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectKind {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
}

/// What the request says beside its objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskOptions {
    /// None: the Deployment's own name.
    pub name: Option<String>,
    /// None: the Deployment's own namespace, else `default`.
    pub namespace: Option<String>,
    pub create_namespace: bool,
    pub clusters: ClusterSelection,
    pub tolerations: Vec<Toleration>,
    /// Cluster weights by name; they replace those of the profile and of the clusters.
    pub weights: BTreeMap<String, u32>,
    pub weight_mode: WeightMode,
    /// None: the profile's.
    pub max_staleness_ms: Option<i64>,
    /// Names of clusters that must not be taken, with the reason.
    pub excluded: BTreeMap<String, Exclusion>,
}

/// One workload with all that bears on where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub name: String,
    pub namespace: String,
    pub create_namespace: bool,
    /// `Deployment`
    pub kind: String,
    pub replicas: i64,
    /// Replicas that a rolling update runs on top.
    pub surge: i64,
    pub template: PodTemplate,
    /// The workload's own selector: what counts as the same app.
    pub selector: LabelSelector,
    /// Every object of the request, the workload included.
    pub objects: Vec<ObjectKind>,
    /// Namespaces that the objects themselves create.
    pub creates_namespaces: BTreeSet<String>,
    pub clusters: ClusterSelection,
    pub tolerations: Vec<Toleration>,
    pub weights: BTreeMap<String, u32>,
    pub weight_mode: WeightMode,
    pub max_staleness_ms: Option<i64>,
    pub excluded: BTreeMap<String, Exclusion>,
}
