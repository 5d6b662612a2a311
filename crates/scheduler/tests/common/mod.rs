//! Builds fleets for tests and the benchmark.
#![allow(dead_code, clippy::unwrap_used)]

use model::fleet::*;
use model::ids::{ClusterId, DecisionId};
use model::k8s::pod_template::PodSpec;
use model::k8s::resources::Resources;
use model::k8s::taint::Taint;
use model::kinds::MirroredKind;
use model::labels::Labels;
use model::rows::*;
use scheduler::{Ask, AskOptions, Context, Decision};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub const NOW: i64 = 1_000_000_000;

pub fn resources(pairs: &[(&str, &str)]) -> Resources {
    Resources::from_quantities(pairs.iter().copied()).unwrap()
}

pub fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().copied().collect()
}

pub fn meta(namespace: Option<&str>, name: &str, labels: Labels) -> RowMeta {
    RowMeta {
        uid: Arc::from(format!("uid-{}-{name}", namespace.unwrap_or(""))),
        namespace: namespace.map(Arc::from),
        name: Arc::from(name),
        created_at: 0,
        labels: Arc::new(labels),
    }
}

pub struct Node {
    pub row: NodeRow,
}

pub fn node(name: &str, cpu: &str, memory: &str, pods: i64) -> Node {
    Node {
        row: NodeRow {
            meta: meta(None, name, labels(&[("kubernetes.io/hostname", name)])),
            ready: true,
            status: Arc::from("Ready"),
            pressures: vec![],
            unschedulable: false,
            terminating: false,
            taints: vec![],
            allocatable: resources(&[("cpu", cpu), ("memory", memory)]),
            allocatable_pods: pods,
            roles: vec![],
            kubelet_version: Arc::from("v1.37.2"),
            internal_ip: None,
        },
    }
}

impl Node {
    pub fn label(mut self, key: &str, value: &str) -> Node {
        let mut labels = (*self.row.meta.labels).clone();
        labels.insert(key, value);
        self.row.meta.labels = Arc::new(labels);
        self
    }
    pub fn taint(mut self, text: &str) -> Node {
        self.row.taints.push(Taint::parse(text).unwrap());
        self
    }
    pub fn offers(mut self, resource: &str, amount: i64) -> Node {
        self.row.allocatable.set(resource, amount);
        self
    }
}

pub fn pod(namespace: &str, name: &str, on: Option<&str>, requests: Resources, with: &[(&str, &str)]) -> PodRow {
    PodRow {
        meta: meta(Some(namespace), name, labels(with)),
        phase: if on.is_some() { PodPhase::Running } else { PodPhase::Pending },
        status: Arc::from("Running"),
        containers_ready: 1,
        containers: 1,
        restarts: 0,
        node: on.map(Arc::from),
        ip: None,
        owner: None,
        requests: Arc::new(requests),
        requests_non_zero: Arc::default(),
        images: Arc::from([]),
        terminating: false,
        gated: false,
        ready: true,
        ready_at: None,
        host_ports: vec![],
    }
}

pub fn quota(namespace: &str, name: &str, hard: &[(&str, i128)], used: &[(&str, i128)]) -> QuotaRow {
    let map = |pairs: &[(&str, i128)]| pairs.iter().map(|(name, milli)| (Arc::from(*name), *milli)).collect();
    QuotaRow {
        meta: meta(Some(namespace), name, Labels::default()),
        hard_milli: map(hard),
        used_milli: map(used),
        scopes: vec![],
    }
}

pub struct Cluster {
    pub view: ClusterView,
    nodes: Vec<Node>,
    pods: Vec<PodRow>,
    quotas: Vec<QuotaRow>,
    limit_ranges: Vec<LimitRangeRow>,
}

/// Fresh, online, weight 1, namespace `shop`, serving Deployments.
pub fn cluster(name: &str) -> Cluster {
    let evidence = LastEvidence { at_ms: Some(NOW - 500), ..LastEvidence::default() };
    let shop =
        NamespaceRow { meta: meta(None, "shop", Labels::default()), phase: Arc::from("Active"), node_selector: None };
    let served = ServedApis { kinds: BTreeSet::from([(Arc::from("apps/v1"), Arc::from("Deployment"))]) };
    Cluster {
        view: ClusterView {
            id: ClusterId::new(format!("id-{name}")),
            name: Arc::from(name),
            labels: Labels::default(),
            taints: vec![],
            weight: 1,
            cordoned: false,
            state: ClusterState::Online,
            reason: Arc::from(""),
            duplicate_of: None,
            limited_to: None,
            evidence: MirroredKind::ALL.into_iter().map(|kind| (kind, evidence)).collect(),
            served: Observed::Known(Arc::new(served)),
            nodes: Observed::NotSynced,
            pods: Observed::NotSynced,
            namespaces: Observed::Known(Arc::from([Arc::new(shop)])),
            quotas: Observed::Known(Arc::from([])),
            limit_ranges: Observed::Known(Arc::from([])),
        },
        nodes: vec![],
        pods: vec![],
        quotas: vec![],
        limit_ranges: vec![],
    }
}

impl Cluster {
    pub fn node(mut self, node: Node) -> Self {
        self.nodes.push(node);
        self
    }
    pub fn nodes(mut self, nodes: impl IntoIterator<Item = Node>) -> Self {
        self.nodes.extend(nodes);
        self
    }
    pub fn pod(mut self, pod: PodRow) -> Self {
        self.pods.push(pod);
        self
    }
    pub fn quota(mut self, quota: QuotaRow) -> Self {
        self.quotas.push(quota);
        self
    }
    pub fn limit_range(mut self, name: &str, items: Vec<LimitRangeItem>) -> Self {
        self.limit_ranges.push(LimitRangeRow { meta: meta(Some("shop"), name, Labels::default()), items });
        self
    }
    pub fn change(mut self, change: impl FnOnce(&mut ClusterView)) -> Self {
        change(&mut self.view);
        self
    }

    /// Adds up what the pods take of their nodes, as the mirror does.
    pub fn build(mut self) -> Arc<ClusterView> {
        self.nodes.sort_by(|a, b| a.row.meta.name.cmp(&b.row.meta.name));
        let views: Vec<NodeView> = self
            .nodes
            .into_iter()
            .map(|node| {
                let (mut requested, mut count) = (Resources::default(), 0);
                for pod in self.pods.iter().filter(|p| p.node.as_deref() == Some(&*node.row.meta.name)) {
                    requested.add(&pod.requests);
                    count += 1;
                }
                NodeView {
                    row: Arc::new(node.row),
                    requested_non_zero: requested.clone(),
                    requested,
                    pods: count,
                    host_ports: BTreeSet::new(),
                }
            })
            .collect();
        let pods = PodSet::of(self.pods);
        if !matches!(self.view.nodes, Observed::NotAllowed) {
            self.view.nodes = Observed::Known(views.into());
        }
        self.view.pods = Observed::Known(Arc::new(pods));
        self.view.quotas = Observed::Known(self.quotas.into_iter().map(Arc::new).collect::<Vec<_>>().into());
        self.view.limit_ranges =
            Observed::Known(self.limit_ranges.into_iter().map(Arc::new).collect::<Vec<_>>().into());
        Arc::new(self.view)
    }
}

pub fn fleet(clusters: Vec<Arc<ClusterView>>) -> Fleet {
    Fleet { revision: 7, clusters }
}

pub fn context() -> Context {
    Context { now_ms: NOW, seed: 1, decision_id: DecisionId::new("d1"), placements: BTreeMap::new() }
}

/// A Deployment `web` in `shop` with this pod spec.
pub fn ask(replicas: i64, spec: Value) -> Ask {
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}}});
    Ask::from_objects(&[object], AskOptions::default()).unwrap()
}

pub fn requesting(requests: Value) -> Value {
    json!({"containers": [{"name": "c", "resources": {"requests": requests}}]})
}

pub fn merge(mut spec: Value, more: Value) -> Value {
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec
}

pub fn spec(value: Value) -> PodSpec {
    serde_json::from_value(value).unwrap()
}

/// Every reason, remedy and warning says something in English, and something in Chinese.
pub fn assert_told_in_both_languages(decision: &Decision) {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let assert_told = |en: &str, zh: &str| {
        assert!(!en.is_empty() && !is_chinese(en), "English: {en:?}");
        assert!(is_chinese(zh), "Chinese of {en:?}: {zh:?}");
    };
    for reason in decision.rejected.iter().flat_map(|row| &row.reasons) {
        let zh = reason.zh.as_ref().unwrap();
        assert_told(&reason.message, &zh.message);
        assert_told(&reason.remedy, &zh.remedy);
    }
    decision.warnings.iter().for_each(|warning| assert_told(&warning.en, &warning.zh));
}
