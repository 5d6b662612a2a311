//! The measures, one file each, and the peers.

mod clientgo;
mod decide;
mod heap;
mod ingest;
mod isolation;
mod kube_store;
mod list;
mod server;
mod sqlite;

use crate::figure::Figure;
use crate::scale::Scale;
use anyhow::{Result, bail};
pub use server::Browser;
use std::path::PathBuf;

/// What measures need besides themselves.
pub struct Tools {
    /// The server's file.
    pub server: PathBuf,
    /// The file of client-go's informer.
    pub clientgo: Option<PathBuf>,
    /// A browser to look at pages with.
    pub browser: Option<Browser>,
}

/// How a measure is to be run.
pub struct Setting<'a> {
    pub scale: &'a Scale,
    pub tools: &'a Tools,
    /// The names that are wanted; all where there are none.
    pub only: &'a [String],
}

impl Setting<'_> {
    /// Whether somebody wants this figure.
    pub fn wants(&self, figure: &str) -> bool {
        self.only.is_empty() || is_wanted(self.only, figure)
    }
}

/// Whether a figure is among the names: itself, by its measure, or by the beginning of its own name (`restart` is
/// `restart.warm`) where that is no measure's.
pub fn is_wanted(names: &[String], figure: &str) -> bool {
    let measure = Measure::ALL.into_iter().find(|measure| measure.figures().contains(&figure));
    names.iter().any(|name| {
        let is_measure = Measure::ALL.iter().any(|measure| measure.name() == name);
        let begins = figure.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        name == figure || measure.is_some_and(|measure| measure.name() == name) || (begins && !is_measure)
    })
}

/// One thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Heap,
    Ingest,
    List,
    Decide,
    Server,
    Isolation,
    ClientGo,
}

impl Measure {
    const ALL: [Self; 7] =
        [Self::Heap, Self::Ingest, Self::List, Self::Decide, Self::Server, Self::Isolation, Self::ClientGo];

    fn name(self) -> &'static str {
        match self {
            Self::Heap => "heap",
            Self::Ingest => "ingest",
            Self::List => "list",
            Self::Decide => "decide",
            Self::Server => "server",
            Self::Isolation => "isolation",
            Self::ClientGo => "clientgo",
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
            Self::Server => server::FIGURES,
            Self::Isolation => &[isolation::SYNC, isolation::PAGES],
            Self::ClientGo => &[clientgo::HEAP, clientgo::RESIDENT, clientgo::CPU],
        }
    }

    /// What it measures, for people.
    pub fn description(self) -> &'static str {
        match self {
            Self::Heap => "Heap a pod takes in the mirror, beside kube-rs's store",
            Self::Ingest => "Watch events a core takes in, beside kube-rs's store",
            Self::List => "Lists over all clusters while events come in, beside SQLite",
            Self::Decide => "Decisions over all clusters with every reason",
            Self::Server => "The whole server before recorded API servers",
            Self::Isolation => "Healthy clusters while as many are bad in every way",
            Self::ClientGo => "client-go's informer, a peer for heap.pod",
        }
    }

    /// What must be built or installed before it can run, by the names that `xtask` knows.
    pub fn needs(self, only: &[String]) -> Vec<&'static str> {
        let paints = || only.is_empty() || server::PAINTED.iter().any(|figure| is_wanted(only, figure));
        match self {
            Self::Heap | Self::Ingest | Self::List | Self::Decide => Vec::new(),
            Self::Server if paints() => vec!["server", "browser"],
            Self::Server | Self::Isolation => vec!["server"],
            Self::ClientGo => vec!["clientgo"],
        }
    }

    /// The measures wanted by name, or by the name of one of their figures; all where none is named.
    ///
    /// # Errors
    /// Names a word that is neither, and the ones there are.
    pub fn choose(names: &[String]) -> Result<Vec<Self>> {
        let figures = || Self::ALL.into_iter().flat_map(|measure| measure.figures().iter().copied());
        let known = |name: &String| figures().any(|figure| is_wanted(std::slice::from_ref(name), figure));
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            let all: Vec<&str> = Self::ALL
                .iter()
                .flat_map(|measure| std::iter::once(measure.name()).chain(measure.figures().iter().copied()))
                .collect();
            bail!("--only: there is no {unknown}; there are {}", all.join(", "));
        }
        let wanted = |m: &Self| m.figures().iter().any(|figure| names.is_empty() || is_wanted(names, figure));
        Ok(Self::ALL.into_iter().filter(wanted).collect())
    }

    /// Measures.
    ///
    /// # Errors
    /// When what is measured does not do what it should.
    pub fn run(self, setting: &Setting<'_>) -> Result<Vec<Figure>> {
        let scale = setting.scale;
        match self {
            Self::Heap => heap::measure(scale),
            Self::Ingest => ingest::measure(scale),
            Self::List => list::measure(scale),
            Self::Decide => decide::measure(scale),
            Self::Server => server::measure(setting),
            Self::Isolation => isolation::measure(setting),
            Self::ClientGo => clientgo::measure(setting),
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
        assert_eq!(choose(&["list.http", "requests"]).unwrap(), [Measure::Server]);
        assert_eq!(choose(&["restart", "list.sorted"]).unwrap(), [Measure::List, Measure::Server]);
        let error = choose(&["lists"]).unwrap_err().to_string();
        assert!(error.contains("lists") && error.contains("list.p99"), "{error}");
    }

    #[test]
    fn a_figure_is_wanted_by_its_own_measure_alone() {
        let wanted = |name: &str, figure| is_wanted(&[name.to_owned()], figure);
        assert!(
            wanted("list", "list.p99") && wanted("server", "list.http.p99") && wanted("sync.cold", "sync.cold.cpu")
        );
        assert!(!wanted("list", "list.http.p99") && !wanted("sync.co", "sync.cold.cpu"));
    }

    #[test]
    fn no_two_figures_have_one_name() {
        let mut names: Vec<_> = Measure::ALL.into_iter().flat_map(|measure| measure.figures()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
