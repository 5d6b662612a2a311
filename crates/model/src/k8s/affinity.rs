//! Affinity, anti-affinity and spreading of pods, as a pod template writes them.

use super::node_selector::{NodeSelector, PreferredSchedulingTerm};
use super::null_as_default;
use super::selector::LabelSelector;
use serde::Deserialize;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affinity {
    #[serde(default, deserialize_with = "null_as_default")]
    pub node_affinity: NodeAffinity,
    #[serde(default, deserialize_with = "null_as_default")]
    pub pod_affinity: PodAffinity,
    #[serde(default, deserialize_with = "null_as_default")]
    pub pod_anti_affinity: PodAffinity,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NodeAffinity {
    #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution")]
    pub required: Option<NodeSelector>,
    #[serde(default, rename = "preferredDuringSchedulingIgnoredDuringExecution", deserialize_with = "null_as_default")]
    pub preferred: Vec<PreferredSchedulingTerm>,
}

/// Affinity or anti-affinity to pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PodAffinity {
    #[serde(default, rename = "requiredDuringSchedulingIgnoredDuringExecution", deserialize_with = "null_as_default")]
    pub required: Vec<PodAffinityTerm>,
    #[serde(default, rename = "preferredDuringSchedulingIgnoredDuringExecution", deserialize_with = "null_as_default")]
    pub preferred: Vec<WeightedPodAffinityTerm>,
}

/// Pods that count, and the node label that says what "the same place" is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodAffinityTerm {
    /// None selects nothing.
    pub label_selector: Option<LabelSelector>,
    /// Empty, without a namespace selector: the pod's own namespace.
    #[serde(default, deserialize_with = "null_as_default")]
    pub namespaces: Vec<String>,
    pub namespace_selector: Option<LabelSelector>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub topology_key: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub match_label_keys: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub mismatch_label_keys: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WeightedPodAffinityTerm {
    pub weight: i32,
    pub pod_affinity_term: PodAffinityTerm,
}

impl PodAffinityTerm {
    /// Whether it looks beyond the pod's own namespace by name or selector.
    pub fn crosses_namespaces(&self) -> bool {
        !self.namespaces.is_empty() || self.namespace_selector.is_some()
    }
}

impl Affinity {
    /// Every term on pods, required and preferred, for and against.
    pub fn pod_terms(&self) -> impl Iterator<Item = &PodAffinityTerm> {
        [&self.pod_affinity, &self.pod_anti_affinity]
            .into_iter()
            .flat_map(|of| of.required.iter().chain(of.preferred.iter().map(|weighted| &weighted.pod_affinity_term)))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum WhenUnsatisfiable {
    #[default]
    DoNotSchedule,
    ScheduleAnyway,
}

/// Whether nodes that the pod cannot use still count as places to spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum NodeInclusionPolicy {
    Honor,
    Ignore,
}

/// How evenly pods must, or should, lie over the values of a node label.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopologySpreadConstraint {
    pub max_skew: i32,
    pub topology_key: String,
    pub when_unsatisfiable: WhenUnsatisfiable,
    /// None counts no pod.
    pub label_selector: Option<LabelSelector>,
    pub min_domains: Option<i32>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub match_label_keys: Vec<String>,
    /// None means Honor.
    pub node_affinity_policy: Option<NodeInclusionPolicy>,
    /// None means Ignore.
    pub node_taints_policy: Option<NodeInclusionPolicy>,
}
