//! What rules are held against now.

use crate::Engine;
use crate::problem::Answer;
use alerting::{Metric, Series};
use jiff::{SignedDuration, Timestamp};
use mirror::ClusterStatus;
use model::fleet::{ClusterState, Observed};
use model::ids::ClusterId;
use model::wire::problem::Problem;
use model::wire::schedule::{Outcome, Phase};
use std::collections::BTreeMap;
use store::repositories::decisions::{Decision, DecisionFilter};
use store::{PageRequest, ReadUnit};

/// A decision that failed longer ago than this is no news any more.
const FAILED_FOR: SignedDuration = SignedDuration::from_hours(1);
const MOST_FAILED: u32 = 50;
const DAY_SECONDS: f64 = 86_400.0;

/// What a series is about, in words.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    /// Id and name.
    pub cluster: Option<(String, String)>,
    /// Shown with the alert.
    pub labels: BTreeMap<String, String>,
    /// For texts alone, as they change while the alert lasts.
    pub details: BTreeMap<String, String>,
}

/// Series, and what each is about.
#[derive(Default)]
pub(super) struct Now {
    pub series: Vec<Series>,
    pub about: Vec<About>,
}

impl Now {
    fn push(&mut self, metric: Metric, identity: (&str, &str), value: Option<f64>, about: About) {
        let identity = [(identity.0.to_string(), identity.1.to_string())].into();
        self.series.push(Series { metric, identity, value });
        self.about.push(about);
    }
}

impl Engine {
    pub(super) async fn series(&self, unit: &mut ReadUnit, now: Timestamp) -> Result<Now, Problem> {
        let mut all = Now::default();
        for member in self.members().all() {
            let name = member.row.name.as_str();
            if let Some(status) = self.mirror().cluster(&member.id) {
                let (failures, reason) = failures(&status);
                let details = [("reason", reason)];
                // Before the first answer nothing is known, so that a restart ends no alert.
                let unknown = status.state == ClusterState::Pending && failures == 0;
                let value = (!unknown).then(|| f64::from(failures));
                all.push(Metric::SyncFailures, of(&member.id), value, about(&member.id, name, &details));
            }
            if let Some(at) = member.credential.expires_at {
                let days = now.duration_until(at).as_secs_f64() / DAY_SECONDS;
                let details = [("expires", at.strftime("%Y-%m-%d %H:%M UTC").to_string())];
                all.push(Metric::CredentialDaysLeft, of(&member.id), Some(days), about(&member.id, name, &details));
            }
            if let Some(figures) = self.monitor().figures().get(&member.id) {
                for (sli, value) in figures.measured() {
                    all.push(Metric::Sli(sli), of(&member.id), value.ok(), about(&member.id, name, &[]));
                }
            }
        }
        for decision in failed_decisions(unit, now).await? {
            let id = decision.id.clone();
            all.push(Metric::ScheduleFailed, ("decision", &id), Some(1.0), about_decision(decision));
        }
        Ok(all)
    }
}

fn of(id: &ClusterId) -> (&'static str, &str) {
    ("cluster_id", id.as_str())
}

fn about(id: &ClusterId, name: &str, details: &[(&str, String)]) -> About {
    About {
        cluster: Some((id.to_string(), name.to_string())),
        labels: BTreeMap::new(),
        details: details.iter().map(|(key, value)| (key.to_string(), value.clone())).collect(),
    }
}

fn about_decision(decision: Decision) -> About {
    let labels = [
        ("decision", decision.id),
        ("namespace", decision.namespace.unwrap_or_default()),
        ("workload", decision.workload.unwrap_or_default()),
    ];
    About {
        cluster: decision.cluster_id.zip(decision.cluster_name),
        labels: labels.into_iter().map(|(key, value)| (key.to_string(), value)).collect(),
        details: [("phase".to_string(), decision.phase)].into(),
    }
}

/// Probes or syncs of one kind that failed in a row, and why.
fn failures(status: &ClusterStatus) -> (u32, String) {
    let told = |detail: &str, reason: &str| if detail.is_empty() { reason.to_string() } else { detail.to_string() };
    let probes = (status.missed_probes, told(&status.detail, &status.reason));
    // What the credential may not see is no failure.
    let kinds = status.kinds.iter().filter(|kind| kind.observed != Observed::NotAllowed);
    let syncs = kinds.map(|kind| {
        let why = kind.last_error.unwrap_or("unknown");
        (kind.consecutive_failures, format!("{}: {why}", kind.kind.spec().plural))
    });
    syncs.fold(probes, |worst, one| if one.0 > worst.0 { one } else { worst })
}

async fn failed_decisions(unit: &mut ReadUnit, now: Timestamp) -> Result<Vec<Decision>, Problem> {
    let filter = DecisionFilter {
        phases: [Phase::Failed, Phase::Unknown, Phase::NeedsIntervention]
            .map(|phase| phase.as_str().to_string())
            .to_vec(),
        from: now.checked_sub(FAILED_FOR * 24).ok(),
        ..DecisionFilter::default()
    };
    let page = PageRequest::new(MOST_FAILED, None).answer()?;
    let found = unit.decisions().list(&filter, &page).await.answer()?;
    let recent = |decision: &Decision| now.duration_since(decision.updated_at) < FAILED_FOR;
    // Between two attempts of a chain the phase is the failed attempt's, while the outcome is still open.
    let over = |decision: &Decision| decision.outcome != Outcome::Scheduled.as_str();
    Ok(found.items.into_iter().filter(|decision| recent(decision) && over(decision)).collect())
}
