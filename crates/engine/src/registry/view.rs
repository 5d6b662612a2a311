//! Clusters as they are told.

use super::members::Member;
use crate::authorize::authorize;
use crate::resources::bad_parameter;
use crate::{Engine, problem::Answer};
use jiff::Timestamp;
use mirror::ClusterStatus;
use model::access::{Action, Caller};
use model::fleet::{ClusterState, ClusterView, Observed};
use model::k8s::quantity::{format_bytes, format_cpu_milli};
use model::k8s::selector::LabelSelector;
use model::kinds::MirroredKind;
use model::labels::Labels;
use model::rows::PodPhase;
use model::wire::cluster::{
    Amounts, Cluster, ClusterSummary, CredentialInfo, MetricsSources, NodeCounts, Unschedulable, WatchCosts,
};
use model::wire::list::Items;
use model::wire::problem::Problem;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Without fresh data of each of these no decision takes a cluster.
const DECIDING_KINDS: [MirroredKind; 5] = [
    MirroredKind::Node,
    MirroredKind::Pod,
    MirroredKind::Namespace,
    MirroredKind::ResourceQuota,
    MirroredKind::LimitRange,
];

impl Engine {
    /// Registered clusters in scope, by name.
    ///
    /// # Errors
    /// 400 for a selector that does not parse.
    pub async fn clusters(&self, caller: &Caller, selector: Option<&str>) -> Result<Items<Cluster>, Problem> {
        authorize(caller, Action::Read)?;
        let selector = match selector.filter(|text| !text.trim().is_empty()) {
            None => None,
            Some(text) => Some(
                text.parse::<LabelSelector>()
                    .map_err(|error| bad_parameter("selector", "bad_selector", error.to_string()))?,
            ),
        };
        let mut clusters = Vec::new();
        for member in self.visible(caller) {
            let labels: Labels = member.row.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            if selector.as_ref().is_none_or(|selector| selector.matches(&labels)) {
                clusters.push(self.told(&member, labels)?);
            }
        }
        clusters.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Items::all(clusters))
    }

    /// One cluster.
    pub async fn cluster(&self, caller: &Caller, name: &str) -> Result<Cluster, Problem> {
        authorize(caller, Action::Read)?;
        let member = self.visible_named(caller, name)?;
        let labels = member.row.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        self.told(&member, labels)
    }

    /// One cluster's figures.
    pub async fn cluster_summary(&self, caller: &Caller, name: &str) -> Result<ClusterSummary, Problem> {
        authorize(caller, Action::Read)?;
        Ok(self.summary(&*self.visible_named(caller, name)?))
    }

    /// The figures of every cluster in scope, by name.
    pub async fn summaries(&self, caller: &Caller) -> Result<Vec<ClusterSummary>, Problem> {
        authorize(caller, Action::Read)?;
        let mut summaries: Vec<_> = self.visible(caller).iter().map(|member| self.summary(member)).collect();
        summaries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(summaries)
    }

    pub(crate) fn visible(&self, caller: &Caller) -> Vec<Arc<Member>> {
        let mut members = self.members().all();
        members.retain(|member| caller.scope.sees_cluster(&member.id));
        members
    }

    /// # Errors
    /// 404 where it is not there or out of scope, which must look alike.
    pub(crate) fn visible_named(&self, caller: &Caller, name: &str) -> Result<Arc<Member>, Problem> {
        self.members()
            .named(name)
            .filter(|member| caller.scope.sees_cluster(&member.id))
            .ok_or_else(|| Problem::not_found("cluster"))
    }

    fn told(&self, member: &Member, labels: Labels) -> Result<Cluster, Problem> {
        let now_ms = Timestamp::now().as_millisecond();
        let status = self.mirror().cluster(&member.id);
        let row = &member.row;
        let sources: MetricsSources = row.metrics_sources.read().answer()?;
        let state = state_of(status.as_ref());
        let ages = ages(status.as_ref(), now_ms);
        let unschedulable_reason = unschedulable(member, state, &ages);
        Ok(Cluster {
            id: row.id.clone(),
            uid: row.uid.clone(),
            name: row.name.clone(),
            labels,
            taints: row.taints.read().answer()?,
            weight: row.weight,
            cordoned: row.cordoned,
            state,
            reason: reason_of(status.as_ref()),
            since: status
                .as_ref()
                .and_then(|status| Timestamp::from_millisecond(status.since_ms).ok())
                .unwrap_or(row.updated_at),
            version: status.as_ref().and_then(|status| status.version.as_deref().map(str::to_string)),
            schedulable: unschedulable_reason.is_none(),
            unschedulable_reason,
            duplicate_of: member.duplicate_of.as_deref().map(str::to_string),
            ages,
            not_allowed: not_allowed(status.as_ref()),
            namespaces: (!row.namespaces.is_empty()).then(|| row.namespaces.clone()),
            metrics_sources: (sources != MetricsSources::default()).then_some(sources),
            server: member.credential.server.clone(),
            insecure: row.insecure,
            credential: CredentialInfo {
                kind: member.credential.kind.clone(),
                identity: member.credential.identity.clone(),
                expires_at: member.credential.expires_at,
                updated_at: member.credential.updated_at,
            },
            created_at: row.created_at,
        })
    }

    fn summary(&self, member: &Member) -> ClusterSummary {
        let now_ms = Timestamp::now().as_millisecond();
        let status = self.mirror().cluster(&member.id);
        let view = self.mirror().fleet().clusters.iter().find(|view| view.id == member.id).cloned();
        let mut summary = ClusterSummary {
            name: member.row.name.clone(),
            state: state_of(status.as_ref()),
            nodes: NodeCounts::default(),
            pods: PodPhase::ALL.iter().map(|phase| (phase.as_str().to_string(), 0)).collect(),
            pods_total: 0,
            requested: Amounts::default(),
            allocatable: Amounts::default(),
            slis: self.sli_now(&member.id),
            ages: ages(status.as_ref(), now_ms),
            watch: self.watch_costs(member),
        };
        if let Some(view) = view {
            count(&view, &mut summary);
        }
        summary
    }

    fn watch_costs(&self, member: &Member) -> WatchCosts {
        let traffic = member.client.as_ref().map(|client| client.costs()).unwrap_or_default();
        let mut costs =
            WatchCosts { requests: traffic.requests, bytes: traffic.received_bytes, ..WatchCosts::default() };
        for stream in self.mirror().metrics().iter().filter(|stream| stream.cluster == member.id) {
            costs.memory_bytes += stream.memory;
            costs.throttled += stream.failures.get("too_many_requests").copied().unwrap_or(0);
            costs.restarts += stream.restarts;
            costs.skipped_objects += stream.skipped;
            costs.corrections += stream.corrections;
        }
        for kind in MirroredKind::ALL {
            let snapshot = self.mirror().snapshot(kind);
            let own = snapshot.clusters.iter().filter(|cluster| cluster.id == member.id);
            costs.objects += own.map(|cluster| cluster.len() as u64).sum::<u64>();
        }
        costs
    }
}

fn state_of(status: Option<&ClusterStatus>) -> ClusterState {
    // Without a usable credential there is no mirror of it.
    status.map_or(ClusterState::AuthFailed, |status| status.state)
}

fn unschedulable(member: &Member, state: ClusterState, ages: &BTreeMap<String, Option<f64>>) -> Option<Unschedulable> {
    let is_fresh = |kind: &MirroredKind| {
        ages.get(kind.key()).copied().flatten().is_some_and(|age| age <= crate::resources::HARD_STALENESS_SECONDS)
    };
    [
        (member.duplicate_of.is_some(), Unschedulable::Duplicate),
        (!matches!(state, ClusterState::Online | ClusterState::Degraded), Unschedulable::State),
        (member.row.cordoned, Unschedulable::Cordoned),
        (member.row.weight == 0, Unschedulable::WeightZero),
        (!DECIDING_KINDS.iter().all(is_fresh), Unschedulable::NoFreshData),
    ]
    .into_iter()
    .find_map(|(holds, why)| holds.then_some(why))
}

fn reason_of(status: Option<&ClusterStatus>) -> String {
    match status {
        None => "the stored credential cannot be opened; give it anew".to_string(),
        Some(status) if status.detail.is_empty() => status.reason.to_string(),
        Some(status) => format!("{}: {}", status.reason, status.detail),
    }
}

fn ages(status: Option<&ClusterStatus>, now_ms: i64) -> BTreeMap<String, Option<f64>> {
    let kinds = status.map(|status| status.kinds.as_slice()).unwrap_or_default();
    kinds.iter().map(|kind| (kind.kind.key().to_string(), kind.evidence.age(now_ms))).collect()
}

fn not_allowed(status: Option<&ClusterStatus>) -> Vec<String> {
    let kinds = status.map(|status| status.kinds.as_slice()).unwrap_or_default();
    kinds.iter().filter(|kind| kind.observed == Observed::NotAllowed).map(|kind| kind.kind.key().to_string()).collect()
}

fn count(view: &ClusterView, summary: &mut ClusterSummary) {
    if let Some(nodes) = view.nodes.known() {
        for node in nodes.iter() {
            summary.nodes.total += 1;
            summary.nodes.ready += u64::from(node.row.ready);
            summary.nodes.cordoned += u64::from(node.row.unschedulable);
            add(&mut summary.allocatable, node.row.allocatable.cpu_milli, node.row.allocatable.memory);
            summary.allocatable.pods += node.row.allocatable_pods;
            add(&mut summary.requested, node.requested.cpu_milli, node.requested.memory);
            summary.requested.pods += node.pods;
        }
    }
    if let Some(pods) = view.pods.known() {
        summary.pods_total = pods.len() as u64;
        for ((_, phase), pods) in pods.phases() {
            *summary.pods.entry(phase.as_str().to_string()).or_default() += pods;
        }
    }
    for amounts in [&mut summary.requested, &mut summary.allocatable] {
        amounts.cpu = format_cpu_milli(amounts.cpu_milli);
        amounts.memory = format_bytes(amounts.memory_bytes);
    }
}

fn add(amounts: &mut Amounts, cpu_milli: i64, memory: i64) {
    amounts.cpu_milli += cpu_milli;
    amounts.memory_bytes += memory;
}
