//! The state of a cluster, by its probes and its streams.

use crate::changes::StateChange;
use kubeapi::listwatch::SyncError;
use model::fleet::ClusterState;
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use std::sync::Arc;
use std::time::Duration;

/// So many probes missed in a row make a cluster `Offline`.
const MISSES: u32 = 3;

/// What a probe came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Answered {
        ready: bool,
        latency: Duration,
    },
    /// No answer that says anything about the server's state.
    Failed(SyncError),
}

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

    /// Takes a probe's outcome and the first stream in trouble; gives the change back, where it is one. `since`
    /// moves with the state, not with its reason.
    pub fn observe(
        &mut self,
        outcome: &Outcome,
        trouble: Option<(MirroredKind, &'static str)>,
        now_ms: i64,
    ) -> Option<StateChange> {
        let verdict = self.judge(outcome, trouble)?;
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

    fn judge(&mut self, outcome: &Outcome, trouble: Option<(MirroredKind, &'static str)>) -> Option<Verdict> {
        let verdict = |state, reason, detail: String| Some(Verdict { state, reason, detail });
        match outcome {
            Outcome::Answered { ready, latency } => {
                self.misses = 0;
                self.latency = Some(*latency);
                match trouble {
                    _ if !ready => {
                        verdict(ClusterState::Degraded, "not_ready", "the API server says it is not ready".into())
                    }
                    Some((kind, "unauthorized")) => verdict(
                        ClusterState::AuthFailed,
                        "unauthorized",
                        format!("the credential is refused for {}", kind.spec().plural),
                    ),
                    Some((kind, why)) => {
                        let reason = if why == "syncing" { "syncing" } else { "not_syncing" };
                        verdict(ClusterState::Degraded, reason, format!("{}: {why}", kind.spec().plural))
                    }
                    None if *latency > self.slow => {
                        verdict(ClusterState::Degraded, "slow", "the API server answers late".into())
                    }
                    None => verdict(ClusterState::Online, "ok", String::new()),
                }
            }
            Outcome::Failed(error @ SyncError::Unauthorized) => {
                self.misses = 0;
                verdict(ClusterState::AuthFailed, error.reason(), error.to_string())
            }
            Outcome::Failed(error @ SyncError::Tls) => {
                self.misses = 0;
                verdict(ClusterState::Untrusted, error.reason(), error.to_string())
            }
            Outcome::Failed(error) => {
                self.misses = self.misses.saturating_add(1);
                self.latency = None;
                if self.misses >= MISSES {
                    return verdict(ClusterState::Offline, error.reason(), error.to_string());
                }
                match self.state {
                    ClusterState::Online | ClusterState::Degraded => {
                        verdict(ClusterState::Degraded, "probe_missed", error.to_string())
                    }
                    _ => None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClusterState::{AuthFailed, Degraded, Offline, Online, Pending, Untrusted};

    #[test]
    fn states_follow_the_probes() {
        let ok = || Outcome::Answered { ready: true, latency: Duration::from_millis(5) };
        let late = Outcome::Answered { ready: true, latency: Duration::from_millis(1200) };
        let unready = Outcome::Answered { ready: false, latency: Duration::from_millis(5) };
        let miss = || Outcome::Failed(SyncError::Timeout);
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
            (Outcome::Failed(SyncError::Unauthorized), None, AuthFailed, "unauthorized"),
            (miss(), None, AuthFailed, "unauthorized"),
            (Outcome::Failed(SyncError::Tls), None, Untrusted, "tls"),
            (late, None, Degraded, "slow"),
            (unready, None, Degraded, "not_ready"),
            (ok(), failing, Degraded, "not_syncing"),
            (ok(), Some((MirroredKind::Pod, "unauthorized")), AuthFailed, "unauthorized"),
            (ok(), None, Online, "ok"),
        ];
        let mut health = Health::new(0, Duration::from_secs(1));
        for (at, (outcome, trouble, state, reason)) in (1_i64..).zip(steps) {
            let before = (health.state, Arc::clone(&health.reason), health.since_ms);
            let change = health.observe(&outcome, trouble, at);
            assert_eq!((health.state, &*health.reason), (state, reason), "step {at}");
            let changed = (health.state, &health.reason) != (before.0, &before.1);
            assert!(!changed || change.is_some(), "step {at}");
            assert_eq!(health.since_ms, if before.0 == health.state { before.2 } else { at }, "step {at}");
        }
    }
}
