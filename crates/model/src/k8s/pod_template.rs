//! The part of a pod and of a pod template that placement reads. Fields it does not read are ignored.

use super::affinity::{Affinity, TopologySpreadConstraint};
use super::null_as_default;
use super::quantity::Quantity;
use super::taint::Toleration;
use crate::labels::Labels;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Amounts by resource name, as written.
pub type ResourceList = BTreeMap<String, Quantity>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PodTemplate {
    #[serde(default, deserialize_with = "null_as_default")]
    pub metadata: TemplateMeta,
    #[serde(default, deserialize_with = "null_as_default")]
    pub spec: PodSpec,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct TemplateMeta {
    #[serde(default, deserialize_with = "null_as_default")]
    pub labels: Labels,
    #[serde(default, deserialize_with = "null_as_default")]
    pub annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    #[serde(default, deserialize_with = "null_as_default")]
    pub containers: Vec<Container>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub init_containers: Vec<Container>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub overhead: ResourceList,
    /// Requests and limits of the pod as a whole, which stand in for the sum over containers.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resources: ResourceRequirements,
    #[serde(default, deserialize_with = "null_as_default")]
    pub node_selector: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub affinity: Affinity,
    #[serde(default, deserialize_with = "null_as_default")]
    pub tolerations: Vec<Toleration>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub topology_spread_constraints: Vec<TopologySpreadConstraint>,
    pub priority_class_name: Option<String>,
    pub active_deadline_seconds: Option<i64>,
    pub runtime_class_name: Option<String>,
    pub scheduler_name: Option<String>,
    pub node_name: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub scheduling_gates: Vec<SchedulingGate>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource_claims: Vec<ClaimName>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub volumes: Vec<Volume>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub image_pull_secrets: Vec<LocalReference>,
    pub service_account_name: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub host_network: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub image: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub resources: ResourceRequirements,
    #[serde(default, deserialize_with = "null_as_default")]
    pub ports: Vec<ContainerPort>,
    /// `Always` on an init container makes it a sidecar.
    pub restart_policy: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub env: Vec<EnvVar>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub env_from: Vec<EnvFrom>,
}

impl Container {
    /// An init container that keeps running beside the others.
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy.as_deref() == Some("Always")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ResourceRequirements {
    #[serde(default, deserialize_with = "null_as_default")]
    pub requests: ResourceList,
    #[serde(default, deserialize_with = "null_as_default")]
    pub limits: ResourceList,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerPort {
    #[serde(default, deserialize_with = "null_as_default")]
    pub container_port: u16,
    #[serde(default, deserialize_with = "null_as_default")]
    pub host_port: u16,
    pub protocol: Option<String>,
}

impl ContainerPort {
    pub fn protocol(&self) -> &str {
        self.protocol.as_deref().filter(|protocol| !protocol.is_empty()).unwrap_or("TCP")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SchedulingGate {
    pub name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ClaimName {
    #[serde(default)]
    pub name: String,
}

/// A reference to an object of the pod's namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LocalReference {
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub optional: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    pub persistent_volume_claim: Option<PersistentVolumeClaimSource>,
    pub config_map: Option<LocalReference>,
    pub secret: Option<SecretSource>,
    pub projected: Option<ProjectedSource>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersistentVolumeClaimSource {
    #[serde(default, deserialize_with = "null_as_default")]
    pub claim_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretSource {
    #[serde(default, deserialize_with = "null_as_default")]
    pub secret_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub optional: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ProjectedSource {
    #[serde(default, deserialize_with = "null_as_default")]
    pub sources: Vec<ProjectedPart>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectedPart {
    pub config_map: Option<LocalReference>,
    pub secret: Option<LocalReference>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvVar {
    #[serde(default, deserialize_with = "null_as_default")]
    pub value_from: EnvSource,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvSource {
    pub config_map_key_ref: Option<LocalReference>,
    pub secret_key_ref: Option<LocalReference>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvFrom {
    pub config_map_ref: Option<LocalReference>,
    pub secret_ref: Option<LocalReference>,
}

impl PodSpec {
    /// Init containers, then containers.
    pub fn all_containers(&self) -> impl Iterator<Item = &Container> {
        self.init_containers.iter().chain(&self.containers)
    }

    /// The same, to change them.
    pub fn all_containers_mut(&mut self) -> impl Iterator<Item = &mut Container> {
        self.init_containers.iter_mut().chain(&mut self.containers)
    }

    /// Whether a node of this name and these labels is one the pod may run on: `nodeSelector` and
    /// required node affinity.
    pub fn selects_node(&self, name: &str, labels: &Labels) -> bool {
        self.node_selector.iter().all(|(key, value)| labels.get(key) == Some(value.as_str()))
            && self.affinity.node_affinity.required.as_ref().is_none_or(|required| required.matches(name, labels))
    }

    /// Ports of the node that the pod occupies, as (protocol, port), sorted, each once.
    pub fn host_ports(&self) -> Vec<(&str, u16)> {
        let running = self.containers.iter().chain(self.init_containers.iter().filter(|c| c.is_sidecar()));
        let mut ports: Vec<_> = running
            .flat_map(|container| &container.ports)
            .filter_map(|port| match (port.host_port, self.host_network) {
                (0, true) => Some((port.protocol(), port.container_port)),
                (0, false) => None,
                (host_port, _) => Some((port.protocol(), host_port)),
            })
            .filter(|(_, port)| *port != 0)
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(json: &str) -> PodSpec {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn reads_what_placement_needs_and_ignores_the_rest() {
        let pod: PodTemplate = serde_json::from_str(
            r#"{"metadata":{"labels":{"app":"web"},"creationTimestamp":null},"spec":{"dnsPolicy":"ClusterFirst",
            "nodeSelector":null,"containers":[{"name":"web","image":"nginx","resources":{"requests":{"cpu":0.5}},
            "ports":[{"containerPort":80,"hostPort":8080},{"containerPort":53,"hostPort":53,"protocol":"UDP"}],
            "envFrom":[{"secretRef":{"name":"s"}}]}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}]}}"#,
        )
        .unwrap();
        assert_eq!(pod.metadata.labels.get("app"), Some("web"));
        assert_eq!(pod.spec.containers[0].resources.requests["cpu"].milli(), 500);
        assert_eq!(pod.spec.host_ports(), [("TCP", 8080), ("UDP", 53)]);
        assert_eq!(pod.spec.volumes[0].persistent_volume_claim.as_ref().unwrap().claim_name, "c");
    }

    #[test]
    fn host_network_takes_every_container_port() {
        let pod = spec(r#"{"hostNetwork":true,"containers":[{"ports":[{"containerPort":80}]}]}"#);
        assert_eq!(pod.host_ports(), [("TCP", 80)]);
    }

    /// The rows of TestPodMatchesNodeSelectorAndAffinityTerms that speak of `nodeSelector`.
    #[test]
    fn selects_nodes_by_selector_and_affinity() {
        let affinity = r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
            {"nodeSelectorTerms":[{"matchExpressions":[{"key":"foo","operator":"Exists"}]}]}}}"#;
        type Row = (String, &'static [(&'static str, &'static str)], bool);
        let rows: &[Row] = &[
            ("{}".into(), &[], true),
            (r#"{"nodeSelector":{"foo":"bar"}}"#.into(), &[], false),
            (r#"{"nodeSelector":{"foo":"bar"}}"#.into(), &[("foo", "bar")], true),
            (r#"{"nodeSelector":{"foo":"bar"}}"#.into(), &[("foo", "bar"), ("baz", "blah")], true),
            (r#"{"nodeSelector":{"foo":"bar","baz":"blah"}}"#.into(), &[("foo", "bar")], false),
            (format!(r#"{{"nodeSelector":{{"foo":"bar"}},{affinity}}}"#), &[("foo", "bar")], true),
            (format!(r#"{{"nodeSelector":{{"foo":"bar"}},{affinity}}}"#), &[("foo", "barrrrr")], false),
        ];
        for (row, (json, labels, want)) in rows.iter().enumerate() {
            let labels: Labels = labels.iter().copied().collect();
            assert_eq!(spec(json).selects_node("n", &labels), *want, "row {row}");
        }
    }
}
