//! The measures, one file each, and the peers.

mod decide;
mod heap;
mod ingest;
mod kube_store;
mod list;
mod sqlite;

use crate::figure::Figure;
use crate::scale::Scale;
use anyhow::{Result, bail};

/// One thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Heap,
    Ingest,
    List,
    Decide,
}

impl Measure {
    const ALL: [Self; 4] = [Self::Heap, Self::Ingest, Self::List, Self::Decide];

    fn name(self) -> &'static str {
        match self {
            Self::Heap => "heap",
            Self::Ingest => "ingest",
            Self::List => "list",
            Self::Decide => "decide",
        }
    }

    fn figures(self) -> &'static [&'static str] {
        match self {
            Self::Heap => &[heap::PER_POD],
            Self::Ingest => &[ingest::EVENTS],
            Self::List => {
                const KINDS: [&str; 4] = list::KINDS;
                &[list::P50, list::P99, list::CPU, KINDS[0], KINDS[1], KINDS[2], KINDS[3]]
            }
            Self::Decide => &[decide::P50, decide::P99, decide::CPU],
        }
    }

    /// What it measures, for people.
    pub fn description(self) -> &'static str {
        match self {
            Self::Heap => "Heap a pod takes in the mirror, beside kube-rs's store",
            Self::Ingest => "Watch events a core takes in, beside kube-rs's store",
            Self::List => "Lists over all clusters while events come in, beside SQLite",
            Self::Decide => "Decisions over all clusters with every reason",
        }
    }

    /// The measures wanted by name, or by the name of one of their figures; all where none is named.
    ///
    /// # Errors
    /// Names a word that is neither, and the ones there are.
    pub fn choose(names: &[String]) -> Result<Vec<Self>> {
        let known = |name: &String| Self::ALL.iter().any(|m| m.name() == name || m.figures().contains(&name.as_str()));
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            let all: Vec<&str> =
                Self::ALL.iter().flat_map(|m| std::iter::once(m.name()).chain(m.figures().iter().copied())).collect();
            bail!("--only: there is no {unknown}; there are {}", all.join(", "));
        }
        let wanted = |m: &Self| m.figures().iter().any(|figure| names.is_empty() || Self::is_wanted(names, figure));
        Ok(Self::ALL.into_iter().filter(wanted).collect())
    }

    /// Whether a figure is among the wanted names, itself or by its measure.
    pub fn is_wanted(names: &[String], figure: &str) -> bool {
        names.iter().any(|name| name == figure || figure.split('.').next() == Some(name))
    }

    /// Measures.
    ///
    /// # Errors
    /// When what is measured does not do what it should.
    pub fn run(self, scale: &Scale) -> Result<Vec<Figure>> {
        match self {
            Self::Heap => heap::measure(scale),
            Self::Ingest => ingest::measure(scale),
            Self::List => list::measure(scale),
            Self::Decide => decide::measure(scale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(names: &[&str]) -> Result<Vec<Measure>> {
        Measure::choose(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn measures_are_chosen_by_their_names_and_by_their_figures() {
        assert_eq!(choose(&[]).unwrap(), Measure::ALL);
        assert_eq!(choose(&["list"]).unwrap(), [Measure::List]);
        assert_eq!(choose(&["decide.p99", "heap.pod"]).unwrap(), [Measure::Heap, Measure::Decide]);
        let error = choose(&["lists"]).unwrap_err().to_string();
        assert!(error.contains("lists") && error.contains("list.p99"), "{error}");
    }

    #[test]
    fn figures_are_named_after_their_measure() {
        for measure in Measure::ALL {
            for figure in measure.figures() {
                assert_eq!(figure.split('.').next(), Some(measure.name()));
            }
        }
    }
}
