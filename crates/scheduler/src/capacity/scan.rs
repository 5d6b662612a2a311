//! One pass over a cluster's nodes: who may carry the pod, how often it fits, what stands in the way.

use super::cause::{Cause, Eligibility, Histogram, NearestMiss};
use super::demand::{Demand, set_aside};
use super::request::RequestVector;
use super::rules::Rules;
use super::topology::{RuleKind, place};
use crate::effective::EffectivePod;
use model::fleet::{NodeView, PodSet};
use model::k8s::resources::Resources;
use model::k8s::selector::LabelSelector;
use model::labels::Labels;
use model::rows::NamespaceRow;
use std::sync::Arc;

pub(crate) struct ScanInput<'a> {
    /// Ordered by name.
    pub nodes: &'a [NodeView],
    pub pods: &'a PodSet,
    pub namespaces: &'a [Arc<NamespaceRow>],
    pub pod: &'a EffectivePod,
    pub namespace: &'a str,
    /// Of the pod template.
    pub labels: &'a Labels,
    pub namespace_selector: Option<&'a LabelSelector>,
    pub host_ports: &'a [(&'a str, u16)],
    pub demands: &'a [Demand<'a>],
    /// Replicas that must fit; what stands in the way is worked out where they do not.
    pub need: i64,
    /// Work out what stands in the way of one more in any case.
    pub explain: bool,
}

/// Sums over the eligible nodes; CPU in milli-cores.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub allocatable: Amounts,
    pub requested: Amounts,
    pub requested_non_zero: Amounts,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Amounts {
    pub cpu_milli: i128,
    pub memory: i128,
    /// In the order of the pod's extended resources.
    pub extended: Vec<i128>,
}

impl Amounts {
    fn add(&mut self, more: &Resources, pod: &Resources) {
        self.cpu_milli += i128::from(more.cpu_milli);
        self.memory += i128::from(more.memory);
        for (sum, name) in self.extended.iter_mut().zip(pod.extended.keys()) {
            *sum += i128::from(more.get(name));
        }
    }

    fn columns(pod: &Resources) -> Amounts {
        Amounts { extended: vec![0; pod.extended.len()], ..Amounts::default() }
    }
}

/// What a cluster's nodes say to the pod.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan<'a> {
    pub nodes: usize,
    pub eligible: usize,
    pub fit: i64,
    /// Why nodes may not carry the pod at all.
    pub ineligible: Histogram<'a>,
    /// Why eligible nodes take no more than `fit` in sum; filled where `fit < need`, or when asked to explain.
    pub limits: Histogram<'a>,
    pub nearest: Option<NearestMiss<'a>>,
    /// One replica is more than any eligible node offers.
    pub too_big: bool,
    /// Pods of the demand ahead that fit nowhere.
    pub stuck: i64,
    pub totals: Totals,
}

/// With several rules at play replicas are placed one by one; so many are enough to know.
fn enough(need: i64) -> i64 {
    need.saturating_mul(4).max(1_000)
}

pub(crate) fn scan<'a>(input: &ScanInput<'a>) -> Scan<'a> {
    let eligibility = Eligibility::of(input.pod, input.namespace_selector);
    let vector = RequestVector::following(&input.pod.requests, input.demands);
    let requests = &input.pod.requests;
    let mut scan = Scan { nodes: input.nodes.len(), ..Scan::default() };
    for amounts in [&mut scan.totals.allocatable, &mut scan.totals.requested, &mut scan.totals.requested_non_zero] {
        *amounts = Amounts::columns(requests);
    }
    let plain = input.demands.is_empty() && !Rules::apply_to(input);
    let mut eligible: Vec<&'a NodeView> = Vec::new();
    for node in input.nodes {
        if let Some(cause) = eligibility.blocked(node) {
            scan.ineligible.count(cause);
            continue;
        }
        scan.eligible += 1;
        scan.totals.allocatable.add(&node.row.allocatable, requests);
        scan.totals.requested.add(&node.requested, requests);
        scan.totals.requested_non_zero.add(&node.requested_non_zero, requests);
        if plain {
            scan.fit = scan.fit.saturating_add(vector.times_on(node));
        } else {
            eligible.push(node);
        }
    }
    if !plain {
        entangled(input, &eligibility, &vector, &eligible, &mut scan);
    } else if scan.fit < input.need || input.explain {
        let eligible = input.nodes.iter().filter(|node| eligibility.blocked(node).is_none());
        for node in eligible {
            let free = vector.free_on(node);
            explain_node(&vector, node, &free, &mut scan);
        }
    }
    if scan.fit < input.need {
        scan.too_big = scan.eligible > 0
            && input.nodes.iter().all(|node| eligibility.blocked(node).is_some() || vector.exceeds(node));
    }
    scan
}

fn explain_node<'a>(vector: &RequestVector<'a>, node: &'a NodeView, free: &super::request::Free, scan: &mut Scan<'a>) {
    let fit = vector.times_in(free);
    vector.count_limits(free, fit, &mut scan.limits);
    if let Some(miss) = vector.miss(node, free, fit)
        && scan.nearest.as_ref().is_none_or(|nearest| miss.is_nearer_than(nearest))
    {
        scan.nearest = Some(miss);
    }
}

/// The general case: demand ahead of ours, and rules that tie nodes together.
fn entangled<'a>(
    input: &ScanInput<'a>,
    eligibility: &Eligibility<'_>,
    vector: &RequestVector<'a>,
    eligible: &[&'a NodeView],
    scan: &mut Scan<'a>,
) {
    let mut free: Vec<_> = eligible.iter().map(|node| vector.free_on(node)).collect();
    scan.stuck = set_aside(input.demands, vector, &mut free);
    let rules = Rules::of(input, eligibility, eligible);
    let own: Vec<i64> = free.iter().map(|free| vector.times_in(free)).collect();
    let rooms: Vec<i64> =
        own.iter().zip(&rules.caps).map(|(room, cap)| cap.map_or(*room, |(most, _)| most.min(*room))).collect();
    scan.fit = fit_together(&rooms, &rules, enough(input.need));
    if scan.fit >= input.need && !input.explain {
        return;
    }
    let left_over = rooms.iter().fold(0_i64, |sum, room| sum.saturating_add(*room)) > scan.fit;
    let tied = rules.domains.first().map(|rule| match rule.kind {
        RuleKind::Spread(_) => Cause::Spread,
        RuleKind::Apart => Cause::PodAntiAffinity,
    });
    for (at, node) in eligible.iter().copied().enumerate() {
        match (rules.caps[at], tied) {
            (Some((most, cause)), _) if most <= rooms[at] && most < own[at] => scan.limits.count(cause),
            (_, Some(cause)) if left_over && rooms[at] > 0 => scan.limits.count(cause),
            (_, None) if left_over && rooms[at] > 0 => scan.limits.count(Cause::PodAffinity),
            _ => explain_node(vector, node, &free[at], scan),
        }
    }
}

/// The best over the domains that a rule of togetherness leaves to choose from.
fn fit_together(rooms: &[i64], rules: &Rules<'_>, enough: i64) -> i64 {
    fn choose(rooms: &[i64], together: &[Vec<Option<u32>>], rules: &Rules<'_>, enough: i64) -> i64 {
        let Some((of_node, rest)) = together.split_first() else {
            return place(rooms.to_vec(), rules.domains.clone(), enough);
        };
        let domains = of_node.iter().flatten().max().map_or(0, |most| most + 1);
        (0..domains)
            .map(|chosen| {
                let only: Vec<i64> = rooms
                    .iter()
                    .zip(of_node)
                    .map(|(room, domain)| if *domain == Some(chosen) { *room } else { 0 })
                    .collect();
                choose(&only, rest, rules, enough)
            })
            .max()
            .unwrap_or(0)
    }
    choose(rooms, &rules.together, rules, enough)
}
