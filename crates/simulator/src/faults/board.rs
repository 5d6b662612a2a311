//! The faults in force for one cluster.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use super::fault::{BadFault, Effect, Fault, Verb};
use super::gate::Gate;
use super::request::Target;
use crate::fleet::Seeded;

/// What happens to connections as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Connections {
    #[default]
    Serve,
    Refuse,
    BlackHole,
    Reset,
}

/// What open connections must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ConnectionState {
    pub connections: Connections,
    pub certificate_swapped: bool,
    /// Grows with every change of the board, so that open watches look again.
    pub version: u64,
}

/// A fault and how often it struck.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaultState {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// Requests it hit so far.
    pub hits: u64,
}

struct Inner {
    faults: Vec<FaultState>,
    rng: Seeded,
}

/// The faults in force for one cluster. Changes hold at once, for open connections and watches too.
pub struct FaultBoard {
    inner: Mutex<Inner>,
    state: watch::Sender<ConnectionState>,
}

impl FaultBoard {
    /// An empty board; `seed` decides over probabilities and jitter.
    pub fn new(seed: u64) -> Arc<Self> {
        let inner = Inner { faults: Vec::new(), rng: Seeded::new(seed).fork("faults") };
        Arc::new(Self { inner: Mutex::new(inner), state: watch::Sender::default() })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces all faults.
    ///
    /// # Errors
    /// When one of them breaks a rule; then nothing changes.
    pub fn set(&self, faults: Vec<Fault>) -> Result<(), BadFault> {
        faults.iter().try_for_each(Fault::validate)?;
        let mut inner = self.inner();
        inner.faults = faults.into_iter().map(|fault| FaultState { fault, hits: 0 }).collect();
        self.publish(&inner);
        Ok(())
    }

    /// Adds one fault to those in force.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn add(&self, fault: Fault) -> Result<(), BadFault> {
        fault.validate()?;
        let mut inner = self.inner();
        inner.faults.push(FaultState { fault, hits: 0 });
        self.publish(&inner);
        Ok(())
    }

    /// Removes the faults for which `gone` holds.
    pub fn remove(&self, gone: impl Fn(&Fault) -> bool) {
        let mut inner = self.inner();
        inner.faults.retain(|state| !gone(&state.fault));
        self.publish(&inner);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.remove(|_| true);
    }

    /// The faults in force, with their hits.
    pub fn list(&self) -> Vec<FaultState> {
        self.inner().faults.clone()
    }

    fn publish(&self, inner: &Inner) {
        let has = |effect: Effect| inner.faults.iter().any(|s| !s.fault.is_limited() && s.fault.effect == effect);
        let connections = if has(Effect::Refuse) {
            Connections::Refuse
        } else if has(Effect::Reset) {
            Connections::Reset
        } else if has(Effect::BlackHole) {
            Connections::BlackHole
        } else {
            Connections::Serve
        };
        let certificate_swapped = has(Effect::CertificateSwap);
        self.state.send_modify(|state| {
            *state = ConnectionState { connections, certificate_swapped, version: state.version + 1 };
        });
    }

    pub(crate) fn watch_connections(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    /// The effects that strike this request, counted; with latencies already drawn.
    pub(crate) fn strike(&self, target: &Target) -> Vec<Effect> {
        let mut inner = self.inner();
        if inner.faults.is_empty() {
            return Vec::new();
        }
        let Inner { faults, rng } = &mut *inner;
        let mut struck = Vec::new();
        for state in faults.iter_mut().filter(|state| fits(state, target)) {
            if strikes_elsewhere(&state.fault) {
                continue;
            }
            if state.fault.probability.is_some_and(|probability| !rng.chance(probability)) {
                continue;
            }
            state.hits += 1;
            struck.push(match state.fault.effect.clone() {
                Effect::Latency { ms, jitter_ms } => {
                    Effect::Latency { ms: ms + rng.below(jitter_ms + 1), jitter_ms: 0 }
                }
                effect => effect,
            });
        }
        struck
    }

    /// Whether an open watch for this target is frozen now.
    pub(crate) fn is_frozen(&self, target: &Target) -> bool {
        let frozen = |state: &FaultState| state.fault.effect == Effect::FrozenWatch && fits(state, target);
        self.inner().faults.iter().any(frozen)
    }

    /// Whether an open watch for this target must end with 410 now; counts as a hit.
    pub(crate) fn expires(&self, target: &Target) -> bool {
        let mut inner = self.inner();
        let Inner { faults, rng } = &mut *inner;
        let gone = faults.iter_mut().find(|state| state.fault.effect == Effect::Gone && fits(state, target));
        let Some(state) = gone else { return false };
        let strikes = state.fault.probability.is_none_or(|probability| rng.chance(probability));
        state.hits += u64::from(strikes);
        strikes
    }
}

/// Whether the listener or the open watch carries the fault out, not the single request.
fn strikes_elsewhere(fault: &Fault) -> bool {
    match fault.effect {
        Effect::FrozenWatch | Effect::Refuse | Effect::CertificateSwap => true,
        Effect::BlackHole | Effect::Reset => !fault.is_limited(),
        _ => false,
    }
}

fn fits(state: &FaultState, target: &Target) -> bool {
    let fault = &state.fault;
    fault.count.is_none_or(|count| state.hits < count)
        && fault.verb.is_none_or(|verb| verb == target.verb)
        && fault.path_prefix.as_ref().is_none_or(|prefix| target.path.starts_with(prefix.as_str()))
        && fault.resource.as_ref().is_none_or(|resource| target.resource.as_ref() == Some(resource))
        // A frozen watch concerns watches alone, however it is limited.
        && (fault.effect != Effect::FrozenWatch || target.verb == Verb::Watch)
}

/// Opens and shuts the gate of a connection as the board changes, and returns when the connection must end.
pub(crate) async fn connection_ended(mut state: watch::Receiver<ConnectionState>, gate: &Gate) {
    let greeted_swapped = state.borrow().certificate_swapped;
    loop {
        let now = *state.borrow_and_update();
        match now.connections {
            Connections::Refuse => return,
            Connections::Reset => {
                gate.reset();
                return;
            }
            Connections::BlackHole => gate.set_shut(true),
            Connections::Serve => gate.set_shut(false),
        }
        if now.certificate_swapped != greeted_swapped {
            return;
        }
        tokio::select! {
            () = gate.until_reset() => return,
            changed = state.changed() => if changed.is_err() {
                // The board is gone with its cluster; the listener's own stop ends this connection.
                std::future::pending::<()>().await;
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    fn list_pods() -> Target {
        Target::of(&Method::GET, "/api/v1/pods", None)
    }

    #[test]
    fn limits_select_requests_and_count_runs_out() {
        let board = FaultBoard::new(1);
        board.set(vec![Fault::always(Effect::Unavailable).on_resource("pods").on_verb(Verb::List).times(2)]).unwrap();
        let nodes = Target::of(&Method::GET, "/api/v1/nodes", None);
        assert!(board.strike(&nodes).is_empty());
        let hits: Vec<usize> = (0..4).map(|_| board.strike(&list_pods()).len()).collect();
        assert_eq!(hits, [1, 1, 0, 0]);
        assert_eq!(board.list()[0].hits, 2);
    }

    #[test]
    fn probability_follows_the_seed() {
        let draw = |seed| {
            let board = FaultBoard::new(seed);
            board.add(Fault::always(Effect::InternalError).with_probability(0.5)).unwrap();
            (0..64).map(|_| board.strike(&list_pods()).len()).collect::<Vec<_>>()
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        let hits: usize = draw(3).iter().sum();
        assert!((16..=48).contains(&hits), "{hits}");
    }

    #[test]
    fn limited_connection_effects_leave_connections_alone() {
        let board = FaultBoard::new(1);
        board.add(Fault::always(Effect::Reset).on_verb(Verb::Watch)).unwrap();
        assert_eq!(board.watch_connections().borrow().connections, Connections::Serve);
        board.add(Fault::always(Effect::BlackHole)).unwrap();
        assert_eq!(board.watch_connections().borrow().connections, Connections::BlackHole);
        board.clear();
        assert_eq!(board.watch_connections().borrow().connections, Connections::Serve);
    }
}
