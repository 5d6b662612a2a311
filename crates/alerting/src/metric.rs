//! What rules can be about.

use model::wire::alerting::Sli;

/// A figure that conditions name. Each series of it is about one cluster, or one decision on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// One of the SLIs of clusters, by its own name and unit.
    Sli(Sli),
    /// Probes or syncs of one kind that failed in a row, whichever are more.
    SyncFailures,
    /// Days until the cluster's credential ends; negative once it has.
    CredentialDaysLeft,
    /// 1 for a decision that failed or waits for a person.
    ScheduleFailed,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 7] = [
        Metric::Sli(Sli::NodeReadyRatio),
        Metric::Sli(Sli::PodStartSuccessRatio),
        Metric::Sli(Sli::ApiLatencyP95),
        Metric::Sli(Sli::EtcdLeaderChanges),
        Metric::SyncFailures,
        Metric::CredentialDaysLeft,
        Metric::ScheduleFailed,
    ];

    /// Its name in conditions.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Sli(sli) => sli.key(),
            Metric::SyncFailures => "syncFailures",
            Metric::CredentialDaysLeft => "credentialDaysLeft",
            Metric::ScheduleFailed => "scheduleFailed",
        }
    }

    /// The metric of that name.
    pub fn by_name(name: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.name() == name)
    }
}
