//! From the pod's constraints and the pods that run already to caps per node and rules over domains.

use super::cause::{Cause, Eligibility};
use super::scan::ScanInput;
use super::spread::Skew;
use super::topology::{DomainRule, RuleKind};
use model::columns::Row;
use model::fleet::NodeView;
use model::k8s::affinity::{NodeInclusionPolicy, PodAffinityTerm, TopologySpreadConstraint, WhenUnsatisfiable};
use model::k8s::selector::{LabelOperator, LabelRequirement, LabelSelector};
use model::labels::Labels;
use model::rows::PodRow;
use std::collections::BTreeMap;

/// A label whose value is new with every new template, so that no pod that runs already has it.
const TEMPLATE_HASH: &str = "pod-template-hash";

/// What ties the eligible nodes together.
#[derive(Default)]
pub(crate) struct Rules<'n> {
    /// Per eligible node: at most so many, and what the cap comes from.
    pub caps: Vec<Option<(i64, Cause<'n>)>>,
    pub domains: Vec<DomainRule>,
    /// All replicas must share one domain, not chosen yet: the domain of each eligible node.
    pub together: Vec<Vec<Option<u32>>>,
}

/// Which pods a term speaks of.
struct Matcher {
    selector: Option<LabelSelector>,
    /// False where no pod that runs already can match.
    existing: bool,
}

impl Matcher {
    fn of(selector: &Option<LabelSelector>, same: &[String], different: &[String], input: &ScanInput<'_>) -> Matcher {
        let mut matcher = Matcher { selector: selector.clone(), existing: true };
        let Some(selector) = &mut matcher.selector else { return matcher };
        for (keys, operator) in [(same, LabelOperator::In), (different, LabelOperator::NotIn)] {
            for key in keys {
                if let Some(value) = input.labels.get(key) {
                    let values = vec![value.to_owned()];
                    selector.match_expressions.push(LabelRequirement { key: key.clone(), operator, values });
                } else if key == TEMPLATE_HASH && operator == LabelOperator::In {
                    matcher.existing = false;
                }
            }
        }
        matcher
    }

    fn matches_itself(&self, input: &ScanInput<'_>) -> bool {
        self.selector.as_ref().is_some_and(|selector| selector.matches(input.labels))
    }

    fn matches(&self, labels: &Labels) -> bool {
        self.existing && self.selector.as_ref().is_some_and(|selector| selector.matches(labels))
    }
}

/// The values of one node label over some nodes.
struct Domains<'n> {
    ids: BTreeMap<&'n str, u32>,
    key: String,
}

impl<'n> Domains<'n> {
    fn of(key: &str, nodes: impl Iterator<Item = &'n NodeView>) -> Self {
        let mut ids = BTreeMap::new();
        for node in nodes {
            if let Some(value) = node.row.meta.labels.get(key) {
                let next = ids.len() as u32;
                ids.entry(value).or_insert(next);
            }
        }
        Domains { ids, key: key.to_owned() }
    }

    fn id(&self, node: &NodeView) -> Option<u32> {
        self.ids.get(node.row.meta.labels.get(&self.key)?).copied()
    }
}

impl<'a> ScanInput<'a> {
    fn node(&self, name: &str) -> Option<&'a NodeView> {
        self.nodes.binary_search_by(|node| node.row.meta.name.as_ref().cmp(name)).ok().map(|at| &self.nodes[at])
    }

    /// Bound, unfinished pods of these namespaces that match.
    fn bound<'p>(&'p self, namespaces: &'p [&str], matcher: &'p Matcher) -> impl Iterator<Item = Row<'p>> {
        namespaces
            .iter()
            .flat_map(|namespace| self.pods.labelled(namespace, |labels| matcher.matches(labels)))
            .filter(|pod| PodRow::is_bound(pod) && !PodRow::phase_of(pod).is_finished())
    }

    fn namespaces_of<'t>(&'t self, term: &'t PodAffinityTerm) -> Vec<&'t str> {
        if !term.crosses_namespaces() {
            return vec![self.namespace];
        }
        let mut names: Vec<&str> = term.namespaces.iter().map(String::as_str).collect();
        if let Some(selector) = &term.namespace_selector {
            names.extend(
                self.namespaces.iter().filter(|n| selector.matches(&n.meta.labels)).map(|n| n.meta.name.as_ref()),
            );
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    fn counts(&self, namespaces: &[&str], matcher: &Matcher, domains: &Domains<'_>, terminating: bool) -> Vec<i64> {
        let mut counts = vec![0; domains.ids.len()];
        for pod in self.bound(namespaces, matcher).filter(|pod| terminating || !PodRow::is_terminating(pod)) {
            let node = PodRow::node_of(&pod).and_then(|name| self.node(name));
            if let Some(domain) = node.and_then(|node| domains.id(node)) {
                counts[domain as usize] += 1;
            }
        }
        counts
    }
}

impl<'n> Rules<'n> {
    /// Whether this pod has any rule at all beyond single nodes.
    pub fn apply_to(input: &ScanInput<'_>) -> bool {
        let spec = &input.pod.spec;
        !spec.affinity.pod_anti_affinity.required.is_empty()
            || !spec.affinity.pod_affinity.required.is_empty()
            || hard_constraints(&spec.topology_spread_constraints).next().is_some()
            || !input.host_ports.is_empty()
    }

    pub fn of(input: &ScanInput<'n>, eligibility: &Eligibility<'_>, eligible: &[&'n NodeView]) -> Rules<'n> {
        let mut rules = Rules { caps: vec![None; eligible.len()], ..Rules::default() };
        rules.ports(input, eligible);
        for term in &input.pod.spec.affinity.pod_anti_affinity.required {
            rules.apart(input, eligible, term);
        }
        for term in &input.pod.spec.affinity.pod_affinity.required {
            rules.near(input, eligible, term);
        }
        let constraints: Vec<_> = hard_constraints(&input.pod.spec.topology_spread_constraints).collect();
        for constraint in &constraints {
            rules.spread(input, eligibility, eligible, constraint, &constraints);
        }
        rules
    }

    fn cap(&mut self, node: usize, at_most: i64, cause: Cause<'n>) {
        if self.caps[node].is_none_or(|(known, _)| at_most < known) {
            self.caps[node] = Some((at_most, cause));
        }
    }

    fn ports(&mut self, input: &ScanInput<'_>, eligible: &[&'n NodeView]) {
        if input.host_ports.is_empty() {
            return;
        }
        for (at, node) in eligible.iter().enumerate() {
            let taken = |(protocol, port): &(&str, u16)| {
                node.host_ports.iter().any(|(theirs, other)| other == port && theirs.as_ref() == *protocol)
            };
            self.cap(at, i64::from(!input.host_ports.iter().any(taken)), Cause::Ports);
        }
    }

    fn apart(&mut self, input: &ScanInput<'n>, eligible: &[&'n NodeView], term: &PodAffinityTerm) {
        let matcher = Matcher::of(&term.label_selector, &term.match_label_keys, &term.mismatch_label_keys, input);
        let namespaces = input.namespaces_of(term);
        let domains = Domains::of(&term.topology_key, input.nodes.iter());
        let counts = input.counts(&namespaces, &matcher, &domains, true);
        let itself = namespaces.contains(&input.namespace) && matcher.matches_itself(input);
        let of_node: Vec<_> = eligible.iter().map(|node| domains.id(node)).collect();
        let mut nodes_of = vec![0; domains.ids.len()];
        of_node.iter().flatten().for_each(|domain| nodes_of[*domain as usize] += 1);
        let shared = nodes_of.iter().any(|nodes| *nodes > 1);
        for (at, domain) in of_node.iter().enumerate() {
            match domain {
                Some(domain) if counts[*domain as usize] > 0 => self.cap(at, 0, Cause::PodAntiAffinity),
                Some(_) if itself && !shared => self.cap(at, 1, Cause::PodAntiAffinity),
                _ => {}
            }
        }
        if itself && shared {
            self.domains.push(DomainRule { kind: RuleKind::Apart, counts, of_node });
        }
    }

    fn near(&mut self, input: &ScanInput<'n>, eligible: &[&'n NodeView], term: &PodAffinityTerm) {
        let matcher = Matcher::of(&term.label_selector, &term.match_label_keys, &term.mismatch_label_keys, input);
        let namespaces = input.namespaces_of(term);
        let domains = Domains::of(&term.topology_key, input.nodes.iter());
        let counts = input.counts(&namespaces, &matcher, &domains, true);
        let nobody = counts.iter().all(|count| *count == 0);
        let itself = namespaces.contains(&input.namespace) && matcher.matches_itself(input);
        let of_node: Vec<_> = eligible.iter().map(|node| domains.id(node)).collect();
        for (at, domain) in of_node.iter().enumerate() {
            let allowed = domain.is_some_and(|domain| counts[domain as usize] > 0 || (nobody && itself));
            if !allowed {
                self.cap(at, 0, Cause::PodAffinity);
            }
        }
        if nobody && itself {
            self.together.push(of_node);
        }
    }

    fn spread(
        &mut self,
        input: &ScanInput<'n>,
        eligibility: &Eligibility<'_>,
        eligible: &[&'n NodeView],
        constraint: &TopologySpreadConstraint,
        all: &[&TopologySpreadConstraint],
    ) {
        let has_keys = |node: &NodeView| all.iter().all(|c| node.row.meta.labels.get(&c.topology_key).is_some());
        let counted = |node: &NodeView| {
            has_keys(node)
                && (constraint.node_affinity_policy == Some(NodeInclusionPolicy::Ignore) || eligibility.selects(node))
                && (constraint.node_taints_policy != Some(NodeInclusionPolicy::Honor)
                    || eligibility.untolerated(node).is_none())
        };
        let domains = Domains::of(&constraint.topology_key, input.nodes.iter().filter(|node| counted(node)));
        let matcher = Matcher::of(&constraint.label_selector, &constraint.match_label_keys, &[], input);
        let mut counts = vec![0; domains.ids.len()];
        for pod in input.bound(&[input.namespace], &matcher).filter(|pod| !PodRow::is_terminating(pod)) {
            let node = PodRow::node_of(&pod).and_then(|name| input.node(name)).filter(|node| counted(node));
            if let Some(domain) = node.and_then(|node| domains.id(node)) {
                counts[domain as usize] += 1;
            }
        }
        let of_node: Vec<_> = eligible.iter().map(|node| domains.id(node).filter(|_| has_keys(node))).collect();
        for (at, domain) in of_node.iter().enumerate() {
            if domain.is_none() {
                self.cap(at, 0, Cause::SpreadLabel);
            }
        }
        let kind = RuleKind::Spread(Skew {
            max_skew: constraint.max_skew.into(),
            min_domains: constraint.min_domains.map(i64::from),
            counts_itself: matcher.matches_itself(input),
        });
        self.domains.push(DomainRule { kind, counts, of_node });
    }
}

fn hard_constraints(all: &[TopologySpreadConstraint]) -> impl Iterator<Item = &TopologySpreadConstraint> {
    all.iter().filter(|constraint| constraint.when_unsatisfiable == WhenUnsatisfiable::DoNotSchedule)
}
