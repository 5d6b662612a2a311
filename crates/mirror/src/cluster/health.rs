//! The state of a cluster, by its probes and its streams.

use crate::changes::StateChange;
use kubeapi::probe::{NoAnswer, ProbeOutcome, ProbeReport};
use model::fleet::ClusterState;
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use std::sync::Arc;
use std::time::Duration;

/// So many probes missed in a row make a cluster `Offline`.
pub(super) const MISSES: u32 = 3;

pub(crate) struct Health {
    pub state: ClusterState,
    pub reason: Arc<str>,
    pub detail: Arc<str>,
    pub since_ms: i64,
    pub misses: u32,
    pub latency: Option<Duration>,
    slow: Duration,
}

/// A state with the reason for it.
struct Verdict {
    state: ClusterState,
    reason: &'static str,
    detail: String,
}

impl Health {
    pub fn new(now_ms: i64, slow: Duration) -> Self {
        Self {
            state: ClusterState::Pending,
            reason: Arc::from("not_probed"),
            detail: Arc::from(""),
            since_ms: now_ms,
            misses: 0,
            latency: None,
            slow,
        }
    }

    /// Takes a probe and the first stream in trouble; gives the change back, where it is one. `since`
    /// moves with the state, not with its reason.
    pub fn observe(
        &mut self,
        report: &ProbeReport,
        trouble: Option<(MirroredKind, &'static str)>,
        now_ms: i64,
    ) -> Option<StateChange> {
        let verdict = self.judge(report, trouble)?;
        if verdict.state == self.state && *self.reason == *verdict.reason && *self.detail == *verdict.detail {
            return None;
        }
        let from = std::mem::replace(&mut self.state, verdict.state);
        if from != self.state {
            self.since_ms = now_ms;
        }
        self.reason = Arc::from(verdict.reason);
        self.detail = Arc::from(verdict.detail);
        Some(StateChange {
            cluster: ClusterId::new(""),
            name: Arc::from(""),
            from,
            to: self.state,
            reason: Arc::clone(&self.reason),
            detail: Arc::clone(&self.detail),
            since_ms: self.since_ms,
            revision: 0,
        })
    }

    fn judge(&mut self, report: &ProbeReport, trouble: Option<(MirroredKind, &'static str)>) -> Option<Verdict> {
        let verdict = |state, reason, detail: &str| Some(Verdict { state, reason, detail: detail.to_owned() });
        self.misses = match &report.outcome {
            ProbeOutcome::Forbidden(_) | ProbeOutcome::Unreachable(_) => self.misses.saturating_add(1),
            _ => 0,
        };
        self.latency = (self.misses == 0).then_some(report.latency);
        match &report.outcome {
            ProbeOutcome::Ready => Some(self.of_answer(report.latency, trouble)),
            ProbeOutcome::Degraded { reason, .. } => verdict(ClusterState::Degraded, "not_ready", reason),
            ProbeOutcome::AuthFailed => {
                verdict(ClusterState::AuthFailed, "unauthorized", "the API server refuses the credential")
            }
            ProbeOutcome::Untrusted(why) => verdict(ClusterState::Untrusted, "untrusted", why),
            ProbeOutcome::Forbidden(forbidden) => self.missed("target_forbidden", forbidden.reason.message()),
            ProbeOutcome::Unreachable(why) => self.missed(why.code(), message(*why)),
        }
    }

    fn of_answer(&self, latency: Duration, trouble: Option<(MirroredKind, &'static str)>) -> Verdict {
        let verdict = |state, reason, detail| Verdict { state, reason, detail };
        match trouble.map(|(kind, why)| (kind.spec().plural, why)) {
            Some((plural, "unauthorized")) => {
                verdict(ClusterState::AuthFailed, "unauthorized", format!("the credential is refused for {plural}"))
            }
            Some((plural, why @ "syncing")) => {
                verdict(ClusterState::Degraded, why, format!("{plural} are not complete yet"))
            }
            Some((plural, why)) => verdict(ClusterState::Degraded, "not_syncing", format!("{plural}: {why}")),
            None if latency > self.slow => {
                verdict(ClusterState::Degraded, "slow", "the API server answers late".to_owned())
            }
            None => verdict(ClusterState::Online, "ok", String::new()),
        }
    }

    /// One or two misses degrade what was well, and leave the rest as it is.
    fn missed(&self, reason: &'static str, detail: &str) -> Option<Verdict> {
        let detail = detail.to_owned();
        if self.misses >= MISSES {
            return Some(Verdict { state: ClusterState::Offline, reason, detail });
        }
        let was_well = matches!(self.state, ClusterState::Online | ClusterState::Degraded);
        was_well.then_some(Verdict { state: ClusterState::Degraded, reason: "probe_missed", detail })
    }
}

fn message(why: NoAnswer) -> &'static str {
    match why {
        NoAnswer::Connect(kind) => kind.message(),
        NoAnswer::Timeout => "no answer in time",
        NoAnswer::Broken => "the connection broke before the answer was complete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClusterState::{AuthFailed, Degraded, Offline, Online, Pending, Untrusted};

    #[test]
    fn states_follow_the_probes() {
        let report = |outcome, ms| ProbeReport { outcome, latency: Duration::from_millis(ms), carrier: None };
        let ok = || report(ProbeOutcome::Ready, 5);
        let late = report(ProbeOutcome::Ready, 1200);
        let unready = report(ProbeOutcome::Degraded { status: 500, reason: "failing checks: etcd".into() }, 5);
        let miss = || report(ProbeOutcome::Unreachable(NoAnswer::Timeout), 1500);
        let refused = report(ProbeOutcome::AuthFailed, 5);
        let untrusted = report(ProbeOutcome::Untrusted("unknown issuer".into()), 5);
        let syncing = Some((MirroredKind::Pod, "syncing"));
        let failing = Some((MirroredKind::Pod, "server_error"));
        let steps = [
            (miss(), None, Pending, "not_probed"),
            (miss(), None, Pending, "not_probed"),
            (miss(), None, Offline, "timeout"),
            (ok(), syncing, Degraded, "syncing"),
            (ok(), None, Online, "ok"),
            (miss(), None, Degraded, "probe_missed"),
            (ok(), None, Online, "ok"),
            (miss(), None, Degraded, "probe_missed"),
            (miss(), None, Degraded, "probe_missed"),
            (miss(), None, Offline, "timeout"),
            (refused, None, AuthFailed, "unauthorized"),
            (miss(), None, AuthFailed, "unauthorized"),
            (untrusted, None, Untrusted, "untrusted"),
            (late, None, Degraded, "slow"),
            (unready, None, Degraded, "not_ready"),
            (ok(), failing, Degraded, "not_syncing"),
            (ok(), Some((MirroredKind::Pod, "unauthorized")), AuthFailed, "unauthorized"),
            (ok(), None, Online, "ok"),
        ];
        let mut health = Health::new(0, Duration::from_secs(1));
        for (at, (report, trouble, state, reason)) in (1_i64..).zip(steps) {
            let before = (health.state, Arc::clone(&health.reason), health.since_ms);
            let change = health.observe(&report, trouble, at);
            assert_eq!((health.state, &*health.reason), (state, reason), "step {at}");
            let changed = (health.state, &health.reason) != (before.0, &before.1);
            assert!(!changed || change.is_some(), "step {at}");
            assert_eq!(health.since_ms, if before.0 == health.state { before.2 } else { at }, "step {at}");
        }
    }
}
