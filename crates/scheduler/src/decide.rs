//! The decision: every filter on every cluster, scores, a ranking, and why.

use crate::ask::Ask;
use crate::capacity::Scan;
use crate::case::{Case, Prepared};
use crate::effective::EffectivePod;
use crate::filters::{self, FILTERS, Stage};
use crate::profile::Profile;
use crate::select::rank;
use crate::summary::summarize;
use crate::text::Text;
use crate::warnings;
use model::fleet::{Fleet, Reservation};
use model::ids::{ClusterId, DecisionId};
use model::k8s::resources::Resources;
use model::kinds::MirroredKind;
use model::wire::schedule::{
    ClusterVerdicts, DataAge, FunnelStage, Outcome, Ranked, Reason, Rejected, Summary, Verdict,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a decision depends on beside ask, profile, fleet and reservations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// Decides ties.
    pub seed: u64,
    pub decision_id: DecisionId,
    /// Past placements per cluster in the window that shares are kept over; read in weight mode `share` only.
    pub placements: BTreeMap<ClusterId, u64>,
}

/// Where the workload goes, and the room to hold for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub cluster: ClusterId,
    pub name: String,
    /// The effective request of one replica as this cluster admits it.
    pub per_replica: Resources,
    pub replicas: i64,
}

/// The answer to an ask, in the shapes of the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// `Scheduled` or `Unschedulable`.
    pub outcome: Outcome,
    #[serde(skip)]
    pub placement: Option<Placement>,
    pub summary: Summary,
    pub funnel: Vec<FunnelStage>,
    /// Candidates, best first: the chain to fall back on.
    pub ranking: Vec<Ranked>,
    /// Every filter on every cluster.
    pub verdicts: Vec<ClusterVerdicts>,
    pub rejected: Vec<Rejected>,
    pub data_age: BTreeMap<String, DataAge>,
    pub warnings: Vec<Text>,
    pub seed: u64,
    pub profile_version: u64,
    /// Of the fleet that was read.
    pub revision: u64,
}

/// How many replicas fit into one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterCapacity {
    pub cluster: String,
    /// By nodes and quota; None where it is not known.
    pub fit: Option<i64>,
    /// By nodes alone.
    pub nodes_fit: Option<i64>,
    /// What quotas leave; None where none applies.
    pub quota_fit: Option<i64>,
    /// How many nodes may carry the pod.
    pub eligible_nodes: u64,
    pub nodes: u64,
    /// What keeps one more replica off, with the number of nodes, most often first.
    pub limited_by: Vec<(String, u64)>,
    /// The same as a sentence.
    pub message: String,
}

struct Judged<'a, 'c> {
    case: &'c Case<'a>,
    verdicts: BTreeMap<String, Verdict>,
    reasons: Vec<Reason>,
    /// The first stage that some filter did not let it pass.
    stopped: Option<Stage>,
}

/// Decides where an ask goes. Clusters that the profile or the ask does not know by name are the caller's
/// to refuse beforehand.
pub fn decide(
    ask: &Ask,
    profile: &Profile,
    fleet: &Fleet,
    reservations: &[Reservation],
    context: &Context,
) -> Decision {
    let base = EffectivePod::of(&ask.template.spec);
    let host_ports = ask.template.spec.host_ports();
    let prepared: Vec<_> =
        fleet.clusters.iter().map(|view| Prepared::of(ask, &base, view, reservations, context)).collect();
    let mut cases: Vec<_> =
        prepared.iter().map(|prepared| Case::of(ask, profile, context, prepared, &host_ports, false)).collect();
    cases.sort_by(|a, b| (&a.view.name, &a.view.id).cmp(&(&b.view.name, &b.view.id)));
    let judged: Vec<_> = cases.iter().map(judge).collect();
    let candidates: Vec<&Case<'_>> =
        judged.iter().filter(|judged| judged.stopped.is_none()).map(|judged| judged.case).collect();
    let ranked = rank(profile, fleet, &candidates, context);
    let winner = ranked.first().map(|(at, _)| candidates[*at]);
    let rejected: Vec<Rejected> = judged
        .iter()
        .filter(|judged| judged.stopped.is_some())
        .map(|judged| Rejected { cluster: judged.case.view.name.to_string(), reasons: judged.reasons.clone() })
        .collect();
    let ranking: Vec<Ranked> = ranked.iter().map(|(_, ranked)| ranked.clone()).collect();
    Decision {
        outcome: if winner.is_some() { Outcome::Scheduled } else { Outcome::Unschedulable },
        placement: winner.map(|case| Placement {
            cluster: case.view.id.clone(),
            name: case.view.name.to_string(),
            per_replica: case.prepared.pod.requests.clone(),
            replicas: ask.replicas,
        }),
        summary: summarize(ask, &ranking, &rejected),
        funnel: funnel(&judged),
        ranking,
        data_age: judged.iter().map(|judged| (judged.case.view.name.to_string(), data_age(judged.case))).collect(),
        verdicts: judged
            .iter()
            .map(|judged| ClusterVerdicts {
                cluster: judged.case.view.name.to_string(),
                filters: judged.verdicts.clone(),
            })
            .collect(),
        rejected,
        warnings: warnings::of(ask, winner),
        seed: context.seed,
        profile_version: profile.version,
        revision: fleet.revision,
    }
}

fn judge<'a, 'c>(case: &'c Case<'a>) -> Judged<'a, 'c> {
    let mut judged = Judged { case, verdicts: BTreeMap::new(), reasons: Vec::new(), stopped: None };
    for filter in &FILTERS {
        let (verdict, reasons) = filters::run(filter, case);
        if matches!(verdict, Verdict::Reject | Verdict::Unknown) {
            judged.stopped = Some(judged.stopped.map_or(filter.stage, |stage| stage.min(filter.stage)));
        }
        judged.verdicts.insert(filter.name.to_owned(), verdict);
        judged.reasons.extend(reasons);
    }
    judged
}

fn funnel(judged: &[Judged<'_, '_>]) -> Vec<FunnelStage> {
    let past =
        |stage| judged.iter().filter(|judged| judged.stopped.is_none_or(|stopped| stopped > stage)).count() as u64;
    let stage = |stage: &str, clusters| FunnelStage { stage: stage.to_owned(), clusters };
    vec![
        stage("registered", judged.len() as u64),
        stage("selected", past(Stage::Selected)),
        stage("healthy", past(Stage::Healthy)),
        stage("fit", past(Stage::Fit)),
    ]
}

fn data_age(case: &Case<'_>) -> DataAge {
    DataAge { nodes: case.age(MirroredKind::Node), pods: case.age(MirroredKind::Pod) }
}

/// How many replicas of an ask fit into each cluster, and what keeps one more off. Health, taints and
/// weights of clusters play no part.
pub fn capacity(ask: &Ask, fleet: &Fleet, reservations: &[Reservation], context: &Context) -> Vec<ClusterCapacity> {
    let base = EffectivePod::of(&ask.template.spec);
    let host_ports = ask.template.spec.host_ports();
    let profile = Profile::default();
    let of = |view| {
        let prepared = Prepared::of(ask, &base, view, reservations, context);
        let case = Case::of(ask, &profile, context, &prepared, &host_ports, true);
        let empty = Scan::default();
        let scan = case.scan.as_ref().unwrap_or(&empty);
        let mut limited_by = scan.limits.sorted();
        limited_by.extend(scan.ineligible.sorted());
        ClusterCapacity {
            cluster: case.view.name.to_string(),
            fit: (!filters::room_is_unknown(&case)).then(|| case.fit()),
            nodes_fit: case.scan.as_ref().map(|scan| scan.fit),
            quota_fit: case.quota.headroom,
            eligible_nodes: scan.eligible as u64,
            nodes: scan.nodes as u64,
            limited_by,
            message: filters::capacity_message(&case).en,
        }
    };
    let mut rows: Vec<_> = fleet.clusters.iter().map(|view| of(view.as_ref())).collect();
    rows.sort_by(|a, b| a.cluster.cmp(&b.cluster));
    rows
}
