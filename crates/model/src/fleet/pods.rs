//! A cluster's pods as decisions ask for them, read from columns.

use super::DECISION_LABEL;
use crate::columns::{Row, Snapshot};
use crate::k8s::resources::Resources;
use crate::labels::Labels;
use crate::rows::{PodPhase, PodRow};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// The pods of one cluster, in one picture or, where the credential is limited to namespaces, in one for each.
#[derive(Clone, Debug, Default)]
pub struct PodSet {
    parts: Vec<Arc<Snapshot>>,
    // Most readers ask for neither, and finding them looks at every pod.
    waiting: OnceLock<Vec<(Resources, i64)>>,
    by_decision: OnceLock<BTreeMap<String, i64>>,
}

impl PodSet {
    pub fn new(parts: Vec<Arc<Snapshot>>) -> PodSet {
        PodSet { parts, ..PodSet::default() }
    }

    /// These pods.
    pub fn of(pods: impl IntoIterator<Item = PodRow>) -> PodSet {
        PodSet::new(vec![Arc::new(Snapshot::of(pods))])
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.parts.iter().flat_map(|part| part.rows())
    }

    /// What the pods that no node is chosen for request, gated and finished ones left out: each shape with how many
    /// pods have it, the largest last.
    pub fn waiting(&self) -> &[(Resources, i64)] {
        self.waiting.get_or_init(|| self.find_waiting())
    }

    /// How many unfinished pods a decision has placed.
    pub fn of_decision(&self, decision: &str) -> i64 {
        self.by_decision.get_or_init(|| self.count_decisions()).get(decision).copied().unwrap_or(0)
    }

    /// How many pods are in each namespace and phase.
    pub fn phases(&self) -> BTreeMap<(&str, PodPhase), u64> {
        let mut counts: HashMap<(&str, PodPhase), u64> = HashMap::new();
        for row in self.rows() {
            *counts.entry((row.namespace().unwrap_or_default(), PodRow::phase_of(&row))).or_default() += 1;
        }
        counts.into_iter().collect()
    }

    /// The pods of one namespace.
    pub fn in_namespace<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = Row<'a>> {
        self.parts.iter().flat_map(move |part| part.in_namespace(namespace))
    }

    /// The pods of one namespace whose labels hold a test, which is asked once for each set of labels.
    pub fn labelled<'a>(&'a self, namespace: &'a str, test: impl Fn(&Labels) -> bool) -> Vec<Row<'a>> {
        let mut found = Vec::new();
        for part in &self.parts {
            let mut known: HashMap<u32, bool> = HashMap::new();
            found.extend(
                part.in_namespace(namespace)
                    .filter(|row| *known.entry(row.labels_number()).or_insert_with(|| test(&row.labels().collect()))),
            );
        }
        found
    }

    fn find_waiting(&self) -> Vec<(Resources, i64)> {
        let mut shapes: BTreeMap<_, (Resources, i64)> = BTreeMap::new();
        for row in self.rows() {
            if PodRow::is_bound(&row) || PodRow::is_gated(&row) || PodRow::phase_of(&row).is_finished() {
                continue;
            }
            let shape = PodRow::requests_of(&row);
            let key = (shape.cpu_milli, shape.memory, shape.ephemeral_storage, shape.extended.clone());
            shapes.entry(key).or_insert((shape, 0)).1 += 1;
        }
        shapes.into_values().collect()
    }

    fn count_decisions(&self) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        for part in &self.parts {
            let mut decisions: HashMap<u32, Option<&str>> = HashMap::new();
            for row in part.rows() {
                let decision = *decisions.entry(row.labels_number()).or_insert_with(|| row.label(DECISION_LABEL));
                if let Some(decision) = decision
                    && !PodRow::phase_of(&row).is_finished()
                {
                    *counts.entry(decision.to_owned()).or_default() += 1;
                }
            }
        }
        counts
    }
}
