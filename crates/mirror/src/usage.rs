//! What pods take of their nodes, kept up to date pod by pod.

use model::k8s::resources::Resources;
use model::rows::PodRow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What the unfinished pods of one node take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeUsage {
    pub requested: Resources,
    pub requested_non_zero: Resources,
    pub pods: i64,
    /// How many pods hold each port: two should not, but a node that is partitioned may show it.
    ports: BTreeMap<(Arc<str>, u16), u32>,
}

impl NodeUsage {
    pub fn host_ports(&self) -> BTreeSet<(Arc<str>, u16)> {
        self.ports.keys().cloned().collect()
    }

    fn add(&mut self, pod: &PodRow) {
        self.requested.add(&pod.requests);
        self.requested_non_zero.add(&pod.requests_non_zero);
        self.pods += 1;
        for port in &pod.host_ports {
            *self.ports.entry(port.clone()).or_default() += 1;
        }
    }

    fn sub(&mut self, pod: &PodRow) {
        self.requested.sub(&pod.requests);
        self.requested_non_zero.sub(&pod.requests_non_zero);
        self.pods -= 1;
        for port in &pod.host_ports {
            if let Some(count) = self.ports.get_mut(port) {
                *count -= 1;
                if *count == 0 {
                    self.ports.remove(port);
                }
            }
        }
    }
}

/// The usage of every node of a cluster (or of the namespaces a stream sees).
pub(crate) type UsageByNode = HashMap<Arc<str>, Arc<NodeUsage>>;

/// The running sums, shared with what was published until they change.
#[derive(Default)]
pub(crate) struct UsageIndex {
    nodes: Arc<UsageByNode>,
}

impl UsageIndex {
    pub fn changed(&mut self, old: Option<&PodRow>, new: Option<&PodRow>) {
        let (old, new) = (old.and_then(holding), new.and_then(holding));
        if same(old, new) {
            return;
        }
        let nodes = Arc::make_mut(&mut self.nodes);
        if let Some((node, pod)) = old {
            let usage = Arc::make_mut(nodes.entry(Arc::clone(node)).or_default());
            usage.sub(pod);
            if usage.pods == 0 {
                nodes.remove(node);
            }
        }
        if let Some((node, pod)) = new {
            Arc::make_mut(nodes.entry(Arc::clone(node)).or_default()).add(pod);
        }
    }

    pub fn snapshot(&self) -> Arc<UsageByNode> {
        Arc::clone(&self.nodes)
    }
}

/// Whether a pod takes the same of the same node as before, as most changes of pods leave it.
fn same(old: Option<(&Arc<str>, &PodRow)>, new: Option<(&Arc<str>, &PodRow)>) -> bool {
    match (old, new) {
        (None, None) => true,
        (Some((was_on, was)), Some((is_on, is))) => {
            was_on == is_on
                && was.requests == is.requests
                && was.requests_non_zero == is.requests_non_zero
                && was.host_ports == is.host_ports
        }
        _ => false,
    }
}

/// A pod that holds room, with its node. Terminating ones still do.
fn holding(pod: &PodRow) -> Option<(&Arc<str>, &PodRow)> {
    let node = pod.node.as_ref()?;
    (!pod.phase.is_finished()).then_some((node, pod))
}

/// Sums over streams, where a credential is limited to namespaces.
pub(crate) fn merge(into: &mut UsageByNode, from: &UsageByNode) {
    for (node, usage) in from {
        match into.get_mut(node) {
            None => {
                into.insert(Arc::clone(node), Arc::clone(usage));
            }
            Some(sum) => {
                let sum = Arc::make_mut(sum);
                sum.requested.add(&usage.requested);
                sum.requested_non_zero.add(&usage.requested_non_zero);
                sum.pods += usage.pods;
                for (port, count) in &usage.ports {
                    *sum.ports.entry(port.clone()).or_default() += count;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubeapi::decode::{Interner, decode_object};
    use proptest::prelude::*;
    use serde_json::json;

    fn pod(name: u8, node: u8, cpu: u8, phase: bool) -> PodRow {
        let object = json!({
            "metadata": {"name": format!("p{name}"), "namespace": "a", "uid": format!("u{name}")},
            "spec": {
                "nodeName": if node == 0 { String::new() } else { format!("n{node}") },
                "containers": [{"name": "c", "ports": [{"hostPort": 8000 + u16::from(name % 2)}],
                                "resources": {"requests": {"cpu": format!("{cpu}m"), "x.io/gpu": "1"}}}],
            },
            "status": {"phase": if phase { "Running" } else { "Succeeded" }},
        });
        decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap().row
    }

    proptest! {
        #[test]
        fn running_sums_equal_sums_from_scratch(steps in prop::collection::vec((0u8..6, 0u8..3, any::<u8>(), any::<bool>(), any::<bool>()), 0..60)) {
            let mut index = UsageIndex::default();
            let mut pods: BTreeMap<u8, PodRow> = BTreeMap::new();
            for (name, node, cpu, running, delete) in steps {
                let new = (!delete).then(|| pod(name, node, cpu, running));
                index.changed(pods.get(&name), new.as_ref());
                match new {
                    Some(new) => { pods.insert(name, new); }
                    None => { pods.remove(&name); }
                }
            }
            let mut scratch = UsageIndex::default();
            pods.values().for_each(|pod| scratch.changed(None, Some(pod)));
            prop_assert_eq!(index.snapshot(), scratch.snapshot());
        }
    }
}
