//! What the driver says to the recorded API servers, and what they answer.

use serde::{Deserialize, Serialize};

/// Restarts that no pod has by itself. Each change of [`Command::stamp`] has [`STAMP_STEP`] more than the one before, so
/// that the restarts of other containers beside it do not matter.
pub const STAMP_BASE: u64 = 1_000_000;
pub const STAMP_STEP: u64 = 1_000;

/// One line in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
pub enum Command {
    /// So many changes of pods a second, over all clusters in turn.
    Rate { events: f64 },
    /// A cluster neither reads nor writes nor hangs up, as one that is stopped or behind a dead link; or does again.
    Silence { cluster: usize, on: bool },
    /// Every new connection is closed at once, or no longer.
    Refuse { on: bool },
    /// A cluster goes wrong in one way, or is well again.
    Trouble { cluster: usize, trouble: Option<Trouble> },
    /// Tell what was counted.
    Counts,
    /// Change one of the changing pods of a cluster now, to exactly so many restarts.
    Stamp { cluster: usize, pod: usize, restarts: u64 },
}

impl Command {
    /// The change of this number, from 0, known again by its restarts.
    pub fn stamp(cluster: usize, pod: usize, change: u64) -> Self {
        Self::Stamp { cluster, pod, restarts: STAMP_BASE + change * STAMP_STEP }
    }
}

/// What can be wrong with a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trouble {
    /// As [`Command::Silence`].
    Silent,
    /// New connections are closed at once, and so are requests on old ones.
    Closing,
    /// Every answer is 503.
    Failing,
    /// Every answer is 401.
    Unauthorized,
    /// Lists and watches bring what is no JSON.
    Garbage,
    /// Answers come in drops.
    Dripping,
    /// Lists have always one more page.
    Endless,
    /// Pods change much faster than elsewhere.
    Flooding,
}

impl Trouble {
    pub const ALL: [Self; 8] = [
        Self::Silent,
        Self::Closing,
        Self::Failing,
        Self::Unauthorized,
        Self::Garbage,
        Self::Dripping,
        Self::Endless,
        Self::Flooding,
    ];
}

/// One line out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Answer {
    Done,
    Counts(Counts),
    /// The change was handed to the connections at this time, microseconds since the Unix epoch.
    Stamped {
        at_us: u64,
    },
}

/// The first line out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// Signs the certificate of every cluster.
    pub ca_pem: String,
    pub clusters: Vec<Address>,
    /// The mean size of a pod, bytes of JSON.
    pub pod_bytes: usize,
}

/// Where a cluster is, and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Address {
    pub name: String,
    pub server: String,
    pub pods: usize,
    pub nodes: usize,
    /// The pods that change, in the order that [`Command::Stamp`] knows them by.
    pub changing: Vec<PodName>,
}

/// A pod's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodName {
    pub namespace: String,
    pub name: String,
}

/// Requests and events since the start, over all clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// GET `/readyz`.
    pub probes: u64,
    /// Pages of lists.
    pub pages: u64,
    /// Lists of pods whose last page was handed out.
    pub pod_lists: u64,
    /// Watches opened.
    pub watches: u64,
    /// GET `/metrics`.
    pub metrics: u64,
    /// Discovery, version, identity, permissions, the uid of `kube-system`.
    pub facts: u64,
    /// Whatever else.
    pub other: u64,
    /// Changes of pods written to watches or kept for them.
    pub events: u64,
    /// Watches cut off since their reader was too slow.
    pub cut_off: u64,
}

impl Counts {
    /// Every request but the probes of readiness.
    pub fn without_probes(&self) -> u64 {
        self.pages + self.watches + self.metrics + self.facts + self.other
    }

    /// What came after `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            probes: self.probes - earlier.probes,
            pages: self.pages - earlier.pages,
            pod_lists: self.pod_lists - earlier.pod_lists,
            watches: self.watches - earlier.watches,
            metrics: self.metrics - earlier.metrics,
            facts: self.facts - earlier.facts,
            other: self.other - earlier.other,
            events: self.events - earlier.events,
            cut_off: self.cut_off - earlier.cut_off,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back_as_they_were_written() {
        let commands =
            [Command::Rate { events: 200.0 }, Command::Counts, Command::Stamp { cluster: 3, pod: 1, restarts: 9 }];
        for command in commands {
            let line = serde_json::to_string(&command).unwrap();
            assert_eq!(serde_json::from_str::<Command>(&line).unwrap(), command, "{line}");
        }
        let counts = Answer::Counts(Counts { pages: 3, ..Counts::default() });
        assert_eq!(serde_json::from_str::<Answer>(&serde_json::to_string(&counts).unwrap()).unwrap(), counts);
    }

    #[test]
    fn probes_are_counted_apart() {
        let earlier = Counts { probes: 5, pages: 2, ..Counts::default() };
        let later = Counts { probes: 9, pages: 3, watches: 4, metrics: 1, ..earlier };
        let between = later.since(&earlier);
        assert_eq!((between.probes, between.without_probes()), (4, 6));
    }
}
