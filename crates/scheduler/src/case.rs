//! One cluster against one ask, with everything that several filters and scorers look at worked out once.

use crate::ask::Ask;
use crate::capacity::{Demand, Scan, ScanInput, scan};
use crate::decide::Context;
use crate::effective::EffectivePod;
use crate::filters::quota::{self, QuotaReport};
use crate::profile::Profile;
use model::fleet::{ClusterView, Observed, Reservation};
use model::k8s::resources::Resources;
use model::k8s::selector::LabelSelector;
use model::k8s::taint::{Effect, Taint};
use model::kinds::MirroredKind;
use model::rows::{LimitRangeRow, NamespaceRow};
use std::borrow::Cow;

/// What is known of the target namespace in one cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Namespace<'a> {
    /// Seen, with its row.
    Found(&'a NamespaceRow),
    /// The credential is limited to namespaces, this one among them.
    Granted,
    /// The credential is limited to other namespaces.
    Forbidden,
    Missing,
    NotSynced,
    NotAllowed,
}

/// What is worked out before nodes are looked at.
pub(crate) struct Prepared<'a> {
    pub view: &'a ClusterView,
    pub namespace: Namespace<'a>,
    /// Of the target namespace.
    pub limit_ranges: Observed<Vec<&'a LimitRangeRow>>,
    /// The pod as this cluster would admit it.
    pub pod: Cow<'a, EffectivePod>,
    /// What the namespace adds to every pod's node selector, or the text that cannot be read.
    pub namespace_selector: Result<Option<LabelSelector>, String>,
    /// Reservations that still hold room, with the replicas not seen as pods yet.
    pub reserved: Vec<(&'a Reservation, i64)>,
    pub demands: Vec<Demand<'a>>,
}

/// A cluster ready to be judged.
pub(crate) struct Case<'a> {
    pub ask: &'a Ask,
    pub profile: &'a Profile,
    pub context: &'a Context,
    pub view: &'a ClusterView,
    pub prepared: &'a Prepared<'a>,
    pub weight: u32,
    /// None where nodes or pods are not known.
    pub scan: Option<Scan<'a>>,
    pub quota: QuotaReport,
}

impl<'a> Prepared<'a> {
    pub fn of(
        ask: &'a Ask,
        base: &'a EffectivePod,
        view: &'a ClusterView,
        reservations: &'a [Reservation],
        context: &Context,
    ) -> Self {
        let namespace = namespace(ask, view);
        let limit_ranges = in_namespace(&view.limit_ranges, &ask.namespace, |row| row.meta.namespace.as_deref());
        let pod = match limit_ranges.known() {
            Some(ranges) if !ranges.is_empty() => Cow::Owned(base.with_limit_ranges(ranges)),
            _ => Cow::Borrowed(base),
        };
        let selector = match namespace {
            Namespace::Found(row) => row.node_selector.as_deref().unwrap_or(""),
            _ => "",
        };
        let namespace_selector = match selector.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error| format!("{text:?}: {error}")),
        };
        let reserved: Vec<_> = reservations
            .iter()
            .filter(|held| {
                held.cluster == view.id && held.expires_at_ms > context.now_ms && held.decision != context.decision_id
            })
            .map(|held| {
                let seen = view.pods.known().map_or(0, |pods| pods.of_decision(held.decision.as_str()));
                (held, held.replicas - seen)
            })
            .filter(|(_, left)| *left > 0)
            .collect();
        let demands = demands(view, &reserved);
        Prepared { view, namespace, limit_ranges, pod, namespace_selector, reserved, demands }
    }
}

/// Pods that wait for a node, and reservations.
fn demands<'a>(view: &'a ClusterView, reserved: &[(&'a Reservation, i64)]) -> Vec<Demand<'a>> {
    let waiting = view.pods.known().map_or(&[][..], |pods| pods.waiting());
    let mut demands: Vec<Demand<'a>> = Vec::new();
    let held = reserved.iter().map(|(held, left)| (&held.per_replica, *left));
    for (per_replica, replicas) in waiting.iter().map(|(shape, pods)| (shape, *pods)).chain(held) {
        match demands.last_mut() {
            Some(last) if last.per_replica == per_replica => last.replicas += replicas,
            _ => demands.push(Demand { per_replica, replicas }),
        }
    }
    demands
}

fn namespace<'a>(ask: &Ask, view: &'a ClusterView) -> Namespace<'a> {
    if let Some(granted) = &view.limited_to {
        let listed = granted.contains(&ask.namespace);
        let row = view.namespaces.known().and_then(|rows| rows.iter().find(|r| r.meta.name.as_ref() == ask.namespace));
        return match (listed, row) {
            (true, Some(row)) => Namespace::Found(row),
            (true, None) => Namespace::Granted,
            (false, _) => Namespace::Forbidden,
        };
    }
    match &view.namespaces {
        Observed::Known(rows) => rows
            .iter()
            .find(|row| row.meta.name.as_ref() == ask.namespace)
            .map_or(Namespace::Missing, |row| Namespace::Found(row)),
        Observed::NotSynced => Namespace::NotSynced,
        Observed::NotAllowed => Namespace::NotAllowed,
    }
}

/// The rows of one namespace.
pub(crate) fn in_namespace<'a, T>(
    rows: &'a Observed<std::sync::Arc<[std::sync::Arc<T>]>>,
    namespace: &str,
    of: impl Fn(&T) -> Option<&str>,
) -> Observed<Vec<&'a T>> {
    match rows {
        Observed::Known(rows) => {
            Observed::Known(rows.iter().map(AsRef::as_ref).filter(|row| of(row) == Some(namespace)).collect())
        }
        Observed::NotSynced => Observed::NotSynced,
        Observed::NotAllowed => Observed::NotAllowed,
    }
}

impl<'a> Case<'a> {
    pub fn of(
        ask: &'a Ask,
        profile: &'a Profile,
        context: &'a Context,
        prepared: &'a Prepared<'a>,
        host_ports: &'a [(&'a str, u16)],
        explain: bool,
    ) -> Self {
        let view = prepared.view;
        let scanned = match (&view.nodes, &view.pods, &prepared.namespace_selector) {
            (Observed::Known(nodes), Observed::Known(pods), Ok(namespace_selector)) => Some(scan(&ScanInput {
                nodes,
                pods,
                namespaces: view.namespaces.known().map_or(&[], |rows| rows),
                pod: &prepared.pod,
                namespace: &ask.namespace,
                labels: &ask.template.metadata.labels,
                namespace_selector: namespace_selector.as_ref(),
                host_ports,
                demands: &prepared.demands,
                need: ask.replicas,
                explain,
            })),
            _ => None,
        };
        let quota = quota::report(ask, prepared);
        Case { ask, profile, context, view, prepared, weight: weight(ask, profile, view), scan: scanned, quota }
    }

    /// Seconds since the last proof of life of a kind.
    pub fn age(&self, kind: MirroredKind) -> Option<f64> {
        self.view.evidence.get(&kind).and_then(|evidence| evidence.age(self.context.now_ms))
    }

    /// How many replicas fit, by nodes and by quota; zero where unknown.
    pub fn fit(&self) -> i64 {
        let by_nodes = self.scan.as_ref().map_or(0, |scan| scan.fit);
        let headroom = self.quota.headroom.filter(|_| !self.profile.disabled_filters.contains("Quota"));
        headroom.map_or(by_nodes, |headroom| by_nodes.min(headroom))
    }

    /// Milliseconds: the oldest of the kinds that the decision reads and may see; None where one of them
    /// never gave a sign.
    pub fn staleness_ms(&self) -> Option<i64> {
        let mut oldest = 0;
        for kind in self.kinds_read() {
            let at = self.view.evidence.get(&kind).and_then(|evidence| evidence.at_ms)?;
            oldest = oldest.max((self.context.now_ms - at).max(0));
        }
        Some(oldest)
    }

    /// The kinds a decision reads, those left out that the credential may not see.
    pub fn kinds_read(&self) -> impl Iterator<Item = MirroredKind> {
        let view = self.view;
        [
            (MirroredKind::Node, matches!(view.nodes, Observed::NotAllowed)),
            (MirroredKind::Pod, matches!(view.pods, Observed::NotAllowed)),
            (MirroredKind::Namespace, matches!(view.namespaces, Observed::NotAllowed)),
            (MirroredKind::ResourceQuota, matches!(view.quotas, Observed::NotAllowed)),
            (MirroredKind::LimitRange, matches!(view.limit_ranges, Observed::NotAllowed)),
        ]
        .into_iter()
        .filter(|(_, hidden)| !hidden)
        .map(|(kind, _)| kind)
    }

    /// Room held by others, in sum over reservations.
    pub fn reserved(&self) -> Resources {
        let mut sum = Resources::default();
        for (held, left) in &self.prepared.reserved {
            sum.add_times(&held.per_replica, *left);
        }
        sum
    }

    /// The request's tolerations hold for clusters' taints.
    pub fn first_untolerated(&self) -> Option<&'a Taint> {
        model::k8s::taint::first_untolerated(&self.view.taints, &self.ask.tolerations)
    }

    pub fn untolerated_hard(&self) -> impl Iterator<Item = &'a Taint> {
        let tolerations = &self.ask.tolerations;
        self.view.taints.iter().filter(move |taint| {
            taint.effect != Effect::PreferNoSchedule && !tolerations.iter().any(|t| t.tolerates(taint))
        })
    }
}

/// The request's word, else the profile's, else the cluster's own.
fn weight(ask: &Ask, profile: &Profile, view: &ClusterView) -> u32 {
    let name = view.name.as_ref();
    ask.weights.get(name).or_else(|| profile.cluster_weights.get(name)).copied().unwrap_or(view.weight)
}
