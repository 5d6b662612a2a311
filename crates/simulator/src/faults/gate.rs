//! The switch inside an open connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

use super::board::Connections;

#[derive(Default)]
struct State {
    shut: bool,
    resetting: bool,
    waiting: Vec<Waker>,
}

/// Holds the bytes of one connection back, or has it end with an RST.
pub(crate) struct Gate {
    state: Mutex<State>,
    reset: Notify,
}

impl Gate {
    pub(crate) fn new(mode: Connections) -> Arc<Self> {
        let state = State { shut: mode == Connections::BlackHole, ..State::default() };
        Arc::new(Self { state: Mutex::new(state), reset: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ready while bytes may pass.
    pub(crate) fn poll_open(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if !state.shut {
            return Poll::Ready(());
        }
        if !state.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    pub(crate) fn set_shut(&self, shut: bool) {
        let mut state = self.state();
        state.shut = shut;
        if !shut {
            state.waiting.drain(..).for_each(Waker::wake);
        }
    }

    /// Has the connection end with an RST.
    pub(crate) fn reset(&self) {
        self.state().resetting = true;
        self.reset.notify_one();
    }

    pub(crate) fn is_resetting(&self) -> bool {
        self.state().resetting
    }

    pub(crate) async fn until_reset(&self) {
        self.reset.notified().await;
    }
}
