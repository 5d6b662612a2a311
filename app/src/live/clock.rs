//! One clock per page. It stands still until the page is alive, so that the first render is the same on both sides.

use super::browser::{monotonic_ms, wall_ms};
use leptos::prelude::*;
use std::time::Duration;

const TICK: Duration = Duration::from_secs(1);

/// The page's clock.
#[derive(Clone, Copy)]
pub struct Clock {
    /// Milliseconds since the page came to life; 0 before.
    uptime: RwSignal<f64>,
    /// Milliseconds since the Unix epoch; None before the page is alive.
    wall: RwSignal<Option<f64>>,
}

impl Clock {
    fn still() -> Clock {
        Clock { uptime: RwSignal::new(0.0), wall: RwSignal::new(None) }
    }

    /// Milliseconds since the page came to life; follows the clock.
    pub fn uptime(&self) -> f64 {
        self.uptime.get()
    }

    /// The same, once: when something was received.
    pub fn stamp(&self) -> f64 {
        self.uptime.get_untracked()
    }

    /// The time of day, once the page is alive; follows the clock.
    pub fn wall(&self) -> Option<f64> {
        self.wall.get()
    }

    pub fn is_alive(&self) -> bool {
        self.wall.read_untracked().is_some()
    }
}

/// Starts the page's clock.
pub fn provide_clock() {
    let clock = Clock::still();
    provide_context(clock);
    Effect::new(move |_| {
        let born = monotonic_ms();
        clock.wall.set(Some(wall_ms()));
        let tick = move || {
            clock.uptime.set(monotonic_ms() - born);
            clock.wall.set(Some(wall_ms()));
        };
        if let Ok(handle) = set_interval_with_handle(tick, TICK) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// The page's clock; one that stands still outside a page.
pub fn use_clock() -> Clock {
    use_context::<Clock>().unwrap_or_else(Clock::still)
}
