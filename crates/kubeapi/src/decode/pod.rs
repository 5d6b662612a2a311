//! Pods.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::pod_requests::{PodResources, effective_requests};
use super::pod_status::printed;
use super::quantities::Amounts;
use super::text::{Skip, Text, or_default};
use super::time::epoch_seconds;
use model::kinds::MirroredKind;
use model::rows::{PodPhase, PodRow};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimPod<'a> {
    #[serde(borrow)]
    pub(super) metadata: Meta<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(super) spec: SlimSpec<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub(super) status: SlimStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SlimSpec<'a> {
    #[serde(borrow)]
    pub node_name: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub containers: Vec<Container<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub init_containers: Vec<Container<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub overhead: Amounts<'a>,
    #[serde(borrow)]
    pub resources: Option<Requirements<'a>>,
    #[serde(deserialize_with = "or_default")]
    pub scheduling_gates: Vec<Skip>,
    #[serde(deserialize_with = "or_default")]
    pub host_network: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Container<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub image: Text<'a>,
    #[serde(borrow)]
    pub restart_policy: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub resources: Requirements<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub ports: Vec<Port<'a>>,
}

impl Container<'_> {
    /// A sidecar, if it is an init container.
    pub fn is_restartable(&self) -> bool {
        self.restart_policy.as_str() == "Always"
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Port<'a> {
    #[serde(deserialize_with = "or_default")]
    pub host_port: u16,
    #[serde(borrow)]
    pub protocol: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Requirements<'a> {
    #[serde(borrow)]
    pub requests: Option<Amounts<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SlimStatus<'a> {
    #[serde(borrow)]
    pub phase: Text<'a>,
    #[serde(borrow)]
    pub reason: Text<'a>,
    #[serde(rename = "podIP", borrow)]
    pub pod_ip: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub conditions: Vec<Condition<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub container_statuses: Vec<ContainerStatus<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    pub init_container_statuses: Vec<ContainerStatus<'a>>,
    #[serde(borrow)]
    pub allocated_resources: Option<Amounts<'a>>,
    #[serde(borrow)]
    pub resources: Option<Requirements<'a>>,
}

impl SlimStatus<'_> {
    pub fn condition(&self, name: &str) -> Option<&Condition<'_>> {
        self.conditions.iter().find(|condition| condition.of.as_str() == name)
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.condition(name).is_some_and(|condition| condition.status.as_str() == "True")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Condition<'a> {
    #[serde(rename = "type", borrow)]
    pub of: Text<'a>,
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    pub reason: Text<'a>,
    #[serde(borrow)]
    pub message: Text<'a>,
    #[serde(borrow)]
    pub last_transition_time: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerStatus<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pub restart_count: u32,
    #[serde(deserialize_with = "or_default")]
    pub ready: bool,
    #[serde(deserialize_with = "or_default")]
    pub started: bool,
    #[serde(borrow, deserialize_with = "or_default")]
    pub state: State<'a>,
    #[serde(borrow)]
    pub allocated_resources: Option<Amounts<'a>>,
    #[serde(borrow)]
    pub resources: Option<Requirements<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct State<'a> {
    #[serde(borrow)]
    pub waiting: Option<Waiting<'a>>,
    pub running: Option<Skip>,
    #[serde(borrow)]
    pub terminated: Option<Terminated<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting<'a> {
    #[serde(borrow)]
    pub reason: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Terminated<'a> {
    #[serde(borrow)]
    pub reason: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pub exit_code: i32,
    #[serde(deserialize_with = "or_default")]
    pub signal: i32,
}

impl Mirrored for PodRow {
    const KIND: MirroredKind = MirroredKind::Pod;
    type Slim<'a> = SlimPod<'a>;

    fn version<'s>(slim: &'s SlimPod<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimPod<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let meta = slim.metadata.row(interner)?;
        let phase = phase(slim.status.phase.as_str());
        let printed = printed(&slim, phase);
        let PodResources { requests, requests_non_zero } = effective_requests(&slim)?;
        let ready = slim.status.is_true("Ready");
        Ok(PodRow {
            meta,
            phase,
            status: interner.text(&printed.status),
            containers_ready: printed.ready,
            containers: printed.containers,
            restarts: printed.restarts,
            node: interner.some_text(slim.spec.node_name.as_str()),
            ip: slim.status.pod_ip.as_str().parse().ok(),
            owner: slim.metadata.controller(interner),
            requests: interner.resources(requests),
            requests_non_zero: interner.resources(requests_non_zero),
            images: interner.list(slim.spec.containers.iter().map(|container| container.image.as_str())),
            terminating: slim.metadata.is_terminating(),
            gated: !slim.spec.scheduling_gates.is_empty(),
            ready,
            ready_at: slim
                .status
                .condition("Ready")
                .filter(|_| ready)
                .and_then(|condition| epoch_seconds(condition.last_transition_time.as_str())),
            host_ports: host_ports(&slim.spec, interner),
        })
    }
}

fn phase(text: &str) -> PodPhase {
    match text {
        "Running" => PodPhase::Running,
        "Succeeded" => PodPhase::Succeeded,
        "Failed" => PodPhase::Failed,
        "Unknown" => PodPhase::Unknown,
        // The API server sets Pending at creation; an absent phase is a pod that nobody has looked at yet.
        _ => PodPhase::Pending,
    }
}

/// The host ports a pod holds on its node (`pkg/scheduler/util/utils.go`, GetHostPorts).
fn host_ports(spec: &SlimSpec<'_>, interner: &mut Interner) -> Vec<(Arc<str>, u16)> {
    let sidecars = spec.init_containers.iter().filter(|container| container.is_restartable());
    let ports: BTreeSet<(&str, u16)> = spec
        .containers
        .iter()
        .chain(sidecars)
        .flat_map(|container| &container.ports)
        .filter(|port| port.host_port > 0)
        .map(|port| (if port.protocol.is_empty() { "TCP" } else { port.protocol.as_str() }, port.host_port))
        .collect();
    ports.into_iter().map(|(protocol, port)| (interner.text(protocol), port)).collect()
}
