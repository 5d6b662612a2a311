//! How a stream is: its evidence, its connection, its failures. Shared with the probe and with readers.

use crate::clock::now_ms;
use kubeapi::listwatch::{Carrier, SyncError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

const NEVER: i64 = i64::MIN;
/// A watch may be closed this long, between one and the next, before its cluster is worse for it.
const REOPENING: Duration = Duration::from_secs(5);
/// So many probes answered on another connection say that the watch's own is dead.
const UNPROVEN: u32 = 3;

/// How far a stream has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    /// No complete list yet, neither now nor from a checkpoint.
    Never,
    /// Rows are there.
    Synced,
    /// The credential may not see this kind, or the cluster does not serve it.
    NotAllowed,
}

#[derive(Debug, Clone, Copy)]
struct State {
    sync: Sync,
    /// The open watch's connection, and when it was opened.
    watch: Option<(Carrier, Instant)>,
    /// When the last watch ended as watches do.
    closed_at: Option<Instant>,
    /// Probes in a row that were answered over another connection.
    unproven: u32,
    last_error: Option<&'static str>,
    /// How many objects there are, where they are only counted.
    counted: Option<u64>,
}

/// The counters of one stream.
#[derive(Default)]
pub(crate) struct Counters {
    pub bytes: AtomicU64,
    pub skipped: AtomicU64,
    pub corrections: AtomicU64,
    pub lists: AtomicU64,
    pub watches: AtomicU64,
    pub idle_watches: AtomicU64,
    pub failed_verifications: AtomicU64,
    pub consecutive_failures: AtomicU32,
    failures: Mutex<BTreeMap<&'static str, u64>>,
}

impl Counters {
    pub fn failures(&self) -> BTreeMap<&'static str, u64> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fail(&self, reason: &'static str) {
        *self.failures.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += 1;
        self.consecutive_failures.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) struct Life {
    evidence_ms: AtomicI64,
    /// Since when a change has waited to be shown.
    unapplied_ms: AtomicI64,
    state: Mutex<State>,
    pub counters: Counters,
    /// Ends a wait before the next try.
    pub wake: Notify,
    /// Gives the present request up and starts anew from where it was.
    pub reopen: Notify,
    /// Asks for a verifying list now.
    pub verify: Notify,
}

impl Life {
    pub fn new() -> Self {
        let state =
            State { sync: Sync::Never, watch: None, closed_at: None, unproven: 0, last_error: None, counted: None };
        Self {
            evidence_ms: AtomicI64::new(NEVER),
            unapplied_ms: AtomicI64::new(NEVER),
            state: Mutex::new(state),
            counters: Counters::default(),
            wake: Notify::new(),
            reopen: Notify::new(),
            verify: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn sync(&self) -> Sync {
        self.state().sync
    }

    pub fn evidence_ms(&self) -> Option<i64> {
        Some(self.evidence_ms.load(Ordering::Acquire)).filter(|at| *at != NEVER)
    }

    pub fn unapplied_ms(&self) -> Option<i64> {
        Some(self.unapplied_ms.load(Ordering::Acquire)).filter(|at| *at != NEVER)
    }

    /// A change waits to be shown, the first since all was.
    pub fn unapplied(&self) {
        self.unapplied_ms.store(now_ms(), Ordering::Release);
    }

    /// All is shown.
    pub fn applied(&self) {
        self.unapplied_ms.store(NEVER, Ordering::Release);
    }

    /// Something came over the stream itself.
    pub fn proven(&self) {
        self.evidence_ms.fetch_max(now_ms(), Ordering::AcqRel);
        self.counters.consecutive_failures.store(0, Ordering::Relaxed);
        self.state().last_error = None;
    }

    /// Rows came from a checkpoint that was true at `at_ms`.
    pub fn restored(&self, at_ms: i64) {
        self.evidence_ms.fetch_max(at_ms, Ordering::AcqRel);
        self.state().sync = Sync::Synced;
    }

    /// So many objects there are, of which none is kept; None where that is not known either.
    pub fn counted(&self, count: Option<u64>) {
        self.state().counted = count;
    }

    /// How many objects there are, where they are only counted.
    pub fn count(&self) -> Option<u64> {
        self.state().counted
    }

    /// A list is complete.
    pub fn listed(&self) {
        let mut state = self.state();
        (state.sync, state.counted) = (Sync::Synced, None);
        drop(state);
        self.counters.lists.fetch_add(1, Ordering::Relaxed);
        self.proven();
    }

    pub fn opened(&self, carrier: Carrier) {
        let mut state = self.state();
        state.watch = Some((carrier, Instant::now()));
        state.unproven = 0;
        // A watch goes on from rows that are there: the credential may see them again.
        state.sync = Sync::Synced;
        state.last_error = None;
        drop(state);
        self.counters.watches.fetch_add(1, Ordering::Relaxed);
        // A watch that opens is a success, even where nothing happens on it.
        self.counters.consecutive_failures.store(0, Ordering::Relaxed);
    }

    /// The watch ended as watches do: the next one is about to be opened.
    pub fn closed(&self) {
        let mut state = self.state();
        if state.watch.take().is_some() {
            state.closed_at = Some(Instant::now());
        }
    }

    /// The watch broke, or was given up.
    pub fn broken(&self) {
        let mut state = self.state();
        state.watch = None;
        state.closed_at = None;
    }

    pub fn failed(&self, error: &SyncError) {
        self.broken();
        self.counters.fail(error.reason());
        let mut state = self.state();
        state.last_error = Some(error.reason());
        if matches!(error, SyncError::Forbidden | SyncError::NotFound) {
            (state.sync, state.counted) = (Sync::NotAllowed, None);
        }
        if error.is_over_budget() {
            state.sync = Sync::Never;
        }
    }

    /// A probe that began at `begun` was answered over `carrier`: where that proves the open watch, its age is
    /// set back; where it keeps proving another connection, the watch is opened anew.
    pub fn probed(&self, carrier: &Carrier, begun: Instant) {
        let mut state = self.state();
        let Some((own, opened)) = state.watch else { return };
        if opened > begun {
            return;
        }
        if carrier.proves(&own) {
            state.unproven = 0;
            drop(state);
            self.evidence_ms.fetch_max(now_ms(), Ordering::AcqRel);
            return;
        }
        state.unproven += 1;
        if state.unproven >= UNPROVEN {
            state.unproven = 0;
            self.reopen.notify_one();
        }
    }

    /// The server is well again: whoever waits tries at once, and whoever hangs on another connection gives up.
    pub fn recovered(&self, carrier: &Carrier) {
        self.wake.notify_one();
        let state = *self.state();
        if state.sync != Sync::NotAllowed && !state.watch.is_some_and(|(own, _)| carrier.proves(&own)) {
            self.reopen.notify_one();
        }
    }

    /// Why this stream does not follow its cluster, in a stable word; None while it does, or may not.
    pub fn trouble(&self) -> Option<&'static str> {
        let state = *self.state();
        let reopening = state.closed_at.is_some_and(|at| at.elapsed() < REOPENING);
        match state.sync {
            Sync::NotAllowed => None,
            Sync::Synced if state.last_error.is_none() && state.watch.is_some() => {
                (state.unproven > 0).then_some("unproven")
            }
            Sync::Synced if state.last_error.is_none() && reopening => None,
            _ => Some(state.last_error.unwrap_or("syncing")),
        }
    }

    pub fn last_error(&self) -> Option<&'static str> {
        self.state().last_error
    }

    pub fn is_watching(&self) -> bool {
        self.state().watch.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h2(id: u64) -> Carrier {
        Carrier { multiplexed: true, id: Some(id) }
    }

    #[test]
    fn only_a_probe_on_the_watch_s_own_connection_is_evidence() {
        let life = Life::new();
        life.probed(&h2(1), Instant::now());
        assert_eq!(life.evidence_ms(), None, "no watch is open");
        let before = Instant::now();
        life.opened(h2(1));
        life.probed(&h2(1), before);
        assert_eq!(life.evidence_ms(), None, "the probe began before the watch");
        life.probed(&h2(2), Instant::now());
        assert_eq!(life.evidence_ms(), None, "another connection");
        life.probed(&Carrier::default(), Instant::now());
        assert_eq!(life.evidence_ms(), None, "HTTP/1.1 proves no shared connection");
        life.probed(&h2(1), Instant::now());
        assert!(life.evidence_ms().is_some());
        life.closed();
        let at = life.evidence_ms();
        life.probed(&h2(1), Instant::now());
        assert_eq!(life.evidence_ms(), at);
    }

    #[test]
    fn what_is_not_shown_yet_makes_what_is_shown_older() {
        let life = Life::new();
        life.proven();
        let clocks = |life: &Life| model::fleet::LastEvidence {
            at_ms: life.evidence_ms(),
            reached_ms: None,
            unapplied_ms: life.unapplied_ms(),
        };
        let now = now_ms();
        life.unapplied();
        let later = now + 4_000;
        assert!(clocks(&life).apply_lag(later) >= 3.9);
        life.evidence_ms.store(later, Ordering::Release);
        assert!(clocks(&life).age(later).unwrap() >= 3.9, "alive, but what came is not shown");
        life.applied();
        assert_eq!((clocks(&life).age(later), clocks(&life).apply_lag(later)), (Some(0.0), 0.0));
    }

    #[test]
    fn over_http1_an_open_watch_must_do() {
        let life = Life::new();
        life.opened(Carrier::default());
        life.probed(&Carrier::default(), Instant::now());
        assert!(life.evidence_ms().is_some());
    }

    #[tokio::test]
    async fn a_watch_on_a_connection_that_probes_left_is_opened_anew() {
        let life = Life::new();
        life.opened(h2(1));
        for _ in 0..UNPROVEN {
            life.probed(&h2(2), Instant::now());
        }
        life.reopen.notified().await;
    }

    #[test]
    fn a_watch_that_is_not_proven_is_trouble_until_it_is_opened_anew() {
        let life = Life::new();
        life.restored(1);
        assert_eq!(life.trouble(), Some("syncing"), "rows of a checkpoint alone are no watch");
        life.opened(h2(1));
        assert_eq!(life.trouble(), None);
        life.probed(&h2(2), Instant::now());
        assert_eq!(life.trouble(), Some("unproven"));
        life.closed();
        assert_eq!(life.trouble(), None, "between one watch and the next");
        life.broken();
        assert_eq!(life.trouble(), Some("syncing"));
    }

    #[test]
    fn what_is_not_allowed_is_no_trouble_and_what_fails_is() {
        let life = Life::new();
        assert_eq!(life.trouble(), Some("syncing"));
        life.failed(&SyncError::Forbidden);
        assert_eq!((life.trouble(), life.sync()), (None, Sync::NotAllowed));
        life.listed();
        assert_eq!((life.trouble(), life.sync()), (Some("syncing"), Sync::Synced), "no watch yet");
        life.failed(&SyncError::Timeout);
        assert_eq!(life.trouble(), Some("timeout"));
        life.opened(h2(1));
        assert_eq!(life.trouble(), None);
    }
}
