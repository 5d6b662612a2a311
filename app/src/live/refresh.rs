//! When a page asks again: soon after something of its topics changed, and every few seconds for the ages.

use super::clock::use_clock;
use super::stream::use_live;
use leptos::prelude::*;

/// What a page follows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refresh {
    pub clusters: bool,
    pub alerts: bool,
    pub decisions: bool,
    /// Ask again every so many seconds even if nothing was announced; 0 never does.
    pub every_seconds: u32,
}

/// What each topic's counter stood at.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Topics(u64, u64, u64);

/// A number that grows when the page should ask again: at most once a second, and not while the page is hidden.
/// Make it part of a resource's source.
pub fn use_refresh(follow: Refresh) -> ReadSignal<u64> {
    let (asked, ask) = signal(0u64);
    let (clock, live) = (use_clock(), use_live());
    let seen = StoredValue::new(Topics(0, 0, 0));
    let last = StoredValue::new(0.0f64);
    Effect::new(move |_| {
        let now = clock.uptime();
        if now <= 0.0 || is_hidden() {
            return;
        }
        let topics = Topics(
            if follow.clusters { live.clusters.get_untracked() } else { 0 },
            if follow.alerts { live.alerts.get_untracked() } else { 0 },
            if follow.decisions { live.decisions.get_untracked() } else { 0 },
        );
        let due =
            follow.every_seconds > 0 && now - last.get_value() >= f64::from(follow.every_seconds) * 1000.0 - 100.0;
        if due || topics != seen.get_value() {
            seen.set_value(topics);
            last.set_value(now);
            ask.update(|count| *count += 1);
        }
    });
    asked
}

#[cfg(feature = "hydrate")]
fn is_hidden() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Hidden
}

#[cfg(not(feature = "hydrate"))]
fn is_hidden() -> bool {
    false
}
