//! Nodes.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::pod::Condition;
use super::quantities::Amounts;
use super::text::{Text, or_default};
use model::k8s::taint::{Effect, Taint};
use model::kinds::MirroredKind;
use model::rows::NodeRow;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimNode<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    spec: SlimSpec<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    status: SlimStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimSpec<'a> {
    #[serde(deserialize_with = "or_default")]
    unschedulable: bool,
    #[serde(borrow, deserialize_with = "or_default")]
    taints: Vec<SlimTaint<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimTaint<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
    #[serde(borrow)]
    effect: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SlimStatus<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    allocatable: Amounts<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    conditions: Vec<Condition<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    node_info: NodeInfo<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    addresses: Vec<Address<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NodeInfo<'a> {
    #[serde(borrow)]
    kubelet_version: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address<'a> {
    #[serde(rename = "type", borrow)]
    of: Text<'a>,
    #[serde(borrow)]
    address: Text<'a>,
}

impl Mirrored for NodeRow {
    const KIND: MirroredKind = MirroredKind::Node;
    type Slim<'a> = SlimNode<'a>;

    fn version<'s>(slim: &'s SlimNode<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimNode<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let meta = slim.metadata.row(interner)?;
        let ready = slim.status.conditions.iter().find(|condition| condition.of.as_str() == "Ready");
        Ok(NodeRow {
            ready: ready.is_some_and(|condition| condition.status.as_str() == "True"),
            status: interner.text(&status(ready, slim.spec.unschedulable)),
            pressures: pressures(&slim.status.conditions, interner),
            unschedulable: slim.spec.unschedulable,
            terminating: slim.metadata.is_terminating(),
            taints: slim.spec.taints.iter().filter_map(taint).collect(),
            allocatable: slim.status.allocatable.resources()?,
            allocatable_pods: slim.status.allocatable.value("pods")?.unwrap_or(0),
            roles: roles(&slim.metadata, interner),
            kubelet_version: interner.text(slim.status.node_info.kubelet_version.as_str()),
            internal_ip: internal_ip(&slim.status.addresses),
            meta,
        })
    }
}

/// `pkg/printers/internalversion/printers.go`, printNode.
fn status(ready: Option<&Condition<'_>>, unschedulable: bool) -> String {
    let word = match ready {
        Some(condition) if condition.status.as_str() == "True" => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    if unschedulable { format!("{word},SchedulingDisabled") } else { word.to_owned() }
}

fn pressures(conditions: &[Condition<'_>], interner: &mut Interner) -> Vec<Arc<str>> {
    let is_pressure = |name: &str| name.ends_with("Pressure") || name == "NetworkUnavailable";
    let true_ones = conditions.iter().filter(|condition| condition.status.as_str() == "True");
    let names = true_ones.map(|condition| condition.of.as_str()).filter(|name| is_pressure(name));
    names.map(|name| interner.text(name)).collect()
}

fn taint(slim: &SlimTaint<'_>) -> Option<Taint> {
    let effect = match slim.effect.as_str() {
        "NoSchedule" => Effect::NoSchedule,
        "PreferNoSchedule" => Effect::PreferNoSchedule,
        "NoExecute" => Effect::NoExecute,
        // Effects that are unknown keep nobody away, as in kube-scheduler.
        _ => return None,
    };
    Some(Taint { key: slim.key.as_str().to_owned(), value: slim.value.as_str().to_owned(), effect })
}

/// `pkg/printers/internalversion/printers.go`, findNodeRoles.
fn roles(meta: &Meta<'_>, interner: &mut Interner) -> Vec<Arc<str>> {
    let role = |(key, value): (&'_ str, &'_ str)| match key.strip_prefix("node-role.kubernetes.io/") {
        Some(role) if !role.is_empty() => Some(role.to_owned()),
        None if key == "kubernetes.io/role" && !value.is_empty() => Some(value.to_owned()),
        _ => None,
    };
    let roles: BTreeSet<String> = meta.labels.iter().filter_map(role).collect();
    roles.iter().map(|role| interner.text(role)).collect()
}

fn internal_ip(addresses: &[Address<'_>]) -> Option<std::net::IpAddr> {
    addresses.iter().find(|address| address.of.as_str() == "InternalIP")?.address.as_str().parse().ok()
}
