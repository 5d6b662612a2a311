//! Why nodes take no more replicas, in kube-scheduler's words.

use crate::effective::EffectivePod;
use model::fleet::NodeView;
use model::k8s::quantity::format_amount;
use model::k8s::selector::LabelSelector;
use model::k8s::taint::{Effect, Taint, Toleration, first_untolerated};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause<'a> {
    Unschedulable,
    NotReady,
    Terminating,
    Taint { key: &'a str, value: &'a str },
    Selector,
    Ports,
    PodAffinity,
    PodAntiAffinity,
    Spread,
    SpreadLabel,
    TooManyPods,
    Insufficient(&'a str),
}

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Unschedulable => f.write_str("node(s) were unschedulable"),
            Cause::NotReady => f.write_str("node(s) were not ready"),
            Cause::Terminating => f.write_str("node(s) were being deleted"),
            Cause::Taint { key, value } => write!(f, "node(s) had untolerated taint {{{key}: {value}}}"),
            Cause::Selector => f.write_str("node(s) didn't match Pod's node affinity/selector"),
            Cause::Ports => f.write_str("node(s) didn't have free ports for the requested pod ports"),
            Cause::PodAffinity => f.write_str("node(s) didn't match pod affinity rules"),
            Cause::PodAntiAffinity => f.write_str("node(s) didn't match pod anti-affinity rules"),
            Cause::Spread => f.write_str("node(s) didn't match pod topology spread constraints"),
            Cause::SpreadLabel => {
                f.write_str("node(s) didn't match pod topology spread constraints (missing required label)")
            }
            Cause::TooManyPods => f.write_str("Too many pods"),
            Cause::Insufficient(resource) => write!(f, "Insufficient {resource}"),
        }
    }
}

/// How often each cause was met; most often first when written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram<'a>(Vec<(Cause<'a>, u64)>);

impl<'a> Histogram<'a> {
    pub fn count(&mut self, cause: Cause<'a>) {
        match self.0.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => *count += 1,
            None => self.0.push((cause, 1)),
        }
    }

    /// Most often first, then by text.
    pub fn sorted(&self) -> Vec<(String, u64)> {
        let mut rows: Vec<_> = self.0.iter().map(|(cause, count)| (cause.to_string(), *count)).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows
    }

    /// `9 Insufficient cpu, 3 node(s) had untolerated taint {gpu: yes}`
    pub fn text(&self) -> String {
        self.sorted().iter().map(|(cause, count)| format!("{count} {cause}")).collect::<Vec<_>>().join(", ")
    }
}

/// The node that lacks least for one more replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NearestMiss<'a> {
    pub node: &'a str,
    pub resource: &'a str,
    pub missing: i64,
    pub requested: i64,
}

impl NearestMiss<'_> {
    /// What is missing, `250m cpu`.
    pub fn amount(&self) -> String {
        format!("{} {}", format_amount(self.resource, self.missing), self.resource)
    }

    /// Whether this one lacks a smaller share of its request.
    pub fn is_nearer_than(&self, other: &NearestMiss<'_>) -> bool {
        i128::from(self.missing) * i128::from(other.requested) < i128::from(other.missing) * i128::from(self.requested)
    }
}

impl fmt::Display for NearestMiss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lacks {}", self.node, self.amount())
    }
}

/// Whether nodes may carry the pod at all, whatever room they have.
pub(crate) struct Eligibility<'a> {
    pub pod: &'a EffectivePod,
    /// What the namespace adds to every pod's node selector.
    pub namespace_selector: Option<&'a LabelSelector>,
    tolerates_cordon: bool,
    has_constraints: bool,
}

impl<'a> Eligibility<'a> {
    pub fn of(pod: &'a EffectivePod, namespace_selector: Option<&'a LabelSelector>) -> Self {
        let cordon = Taint {
            key: "node.kubernetes.io/unschedulable".to_owned(),
            value: String::new(),
            effect: Effect::NoSchedule,
        };
        let spec = &pod.spec;
        Eligibility {
            pod,
            namespace_selector,
            tolerates_cordon: spec.tolerations.iter().any(|toleration| toleration.tolerates(&cordon)),
            has_constraints: !spec.node_selector.is_empty()
                || spec.affinity.node_affinity.required.is_some()
                || namespace_selector.is_some()
                || spec.node_name.is_some(),
        }
    }

    fn tolerations(&self) -> &'a [Toleration] {
        &self.pod.spec.tolerations
    }

    /// Node name, selector and required affinity, those of the namespace included.
    pub fn selects(&self, node: &NodeView) -> bool {
        if !self.has_constraints {
            return true;
        }
        let meta = &node.row.meta;
        self.pod.spec.node_name.as_deref().is_none_or(|name| name == meta.name.as_ref())
            && self.pod.spec.selects_node(&meta.name, &meta.labels)
            && self.namespace_selector.is_none_or(|selector| selector.matches(&meta.labels))
    }

    pub fn untolerated<'n>(&self, node: &'n NodeView) -> Option<&'n Taint> {
        first_untolerated(&node.row.taints, self.tolerations())
    }

    /// The first thing against a node, in kube-scheduler's order.
    pub fn blocked<'n>(&self, node: &'n NodeView) -> Option<Cause<'n>> {
        let row = &node.row;
        if row.unschedulable && !self.tolerates_cordon {
            return Some(Cause::Unschedulable);
        }
        if let Some(taint) = self.untolerated(node) {
            return Some(Cause::Taint { key: &taint.key, value: &taint.value });
        }
        if !row.ready {
            return Some(Cause::NotReady);
        }
        if row.terminating {
            return Some(Cause::Terminating);
        }
        (!self.selects(node)).then_some(Cause::Selector)
    }
}
