//! The states of one alert: inactive → pending → firing → over.
//!
//! As Prometheus (rules/alerting.go), with one difference. There, a series without a sample counts as one whose
//! condition does not hold, so that losing sight of a cluster resolves its alerts. Here what cannot be measured is
//! unknown: it begins nothing, drops what is pending, and leaves what fires as it is, up to [`NO_DATA_LIMIT`].
//! A series that no longer exists, of a removed cluster say, ends its alert at once.

use jiff::{SignedDuration, Timestamp};
use model::wire::alerting::Severity;
use std::time::Duration;

/// How long an alert goes on firing without any measurement.
pub const NO_DATA_LIMIT: Duration = Duration::from_secs(15 * 60);

/// A rule's patience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// The condition must hold for this long before the alert fires.
    pub hold: Duration,
    /// The condition must be gone for this long before the alert is over.
    pub keep_firing_for: Duration,
}

/// What a condition says of a series now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It holds.
    Holds {
        /// Of the gravest level that is met.
        severity: Severity,
        /// The value measured.
        value: f64,
        /// What it was held against.
        threshold: f64,
    },
    /// It does not hold.
    Clear,
    /// Nothing could be measured.
    Unknown,
    /// The series exists no more, or the rule is not evaluated any more.
    Gone,
}

/// An alert that is pending or firing.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Since when the condition holds.
    pub since: Timestamp,
    /// When it began to fire; none while it is pending.
    pub fired_at: Option<Timestamp>,
    /// The gravest it has been since it fires.
    pub severity: Severity,
    /// The last value that met the condition.
    pub value: f64,
    /// What that was held against.
    pub threshold: f64,
    /// Since when the condition is gone, while it fires on.
    pub clear_since: Option<Timestamp>,
    /// Since when nothing is known, while it fires on.
    pub unknown_since: Option<Timestamp>,
}

/// How an alert moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It did not.
    None,
    /// It is pending from now on.
    Begun,
    /// It fires from now on.
    Fired,
    /// It fires on, graver than before.
    Raised,
    /// It was pending and is not any more.
    Dropped,
    /// It fired and is over.
    Over(Ending),
}

/// Why an alert is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The condition is gone.
    Cleared,
    /// Nothing was known for [`NO_DATA_LIMIT`].
    NoData,
    /// What it was about is gone.
    Gone,
}

/// Moves one alert on. Time that runs backwards moves nothing.
pub fn advance(live: Option<Live>, verdict: Verdict, timing: &Timing, now: Timestamp) -> (Option<Live>, Change) {
    match live {
        None => begin(verdict, timing, now),
        Some(live) if live.fired_at.is_none() => wait(live, verdict, timing, now),
        Some(live) => go_on(live, verdict, timing, now),
    }
}

fn begin(verdict: Verdict, timing: &Timing, now: Timestamp) -> (Option<Live>, Change) {
    let Verdict::Holds { severity, value, threshold } = verdict else {
        return (None, Change::None);
    };
    let at_once = timing.hold.is_zero();
    let live = Live {
        since: now,
        fired_at: at_once.then_some(now),
        severity,
        value,
        threshold,
        clear_since: None,
        unknown_since: None,
    };
    (Some(live), if at_once { Change::Fired } else { Change::Begun })
}

fn wait(mut live: Live, verdict: Verdict, timing: &Timing, now: Timestamp) -> (Option<Live>, Change) {
    let Verdict::Holds { severity, value, threshold } = verdict else {
        return (None, Change::Dropped);
    };
    (live.severity, live.value, live.threshold) = (severity, value, threshold);
    if !lasted(live.since, timing.hold, now) {
        return (Some(live), Change::None);
    }
    live.fired_at = Some(now);
    (Some(live), Change::Fired)
}

fn go_on(mut live: Live, verdict: Verdict, timing: &Timing, now: Timestamp) -> (Option<Live>, Change) {
    match verdict {
        Verdict::Holds { severity, value, threshold } => {
            (live.value, live.threshold) = (value, threshold);
            (live.clear_since, live.unknown_since) = (None, None);
            let graver = severity > live.severity;
            live.severity = live.severity.max(severity);
            return (Some(live), if graver { Change::Raised } else { Change::None });
        }
        Verdict::Gone => return (None, Change::Over(Ending::Gone)),
        Verdict::Clear => {
            live.unknown_since = None;
            live.clear_since.get_or_insert(now);
        }
        Verdict::Unknown => {
            live.unknown_since.get_or_insert(now);
        }
    }
    if live.clear_since.is_some_and(|since| lasted(since, timing.keep_firing_for, now)) {
        return (None, Change::Over(Ending::Cleared));
    }
    if live.unknown_since.is_some_and(|since| lasted(since, NO_DATA_LIMIT, now)) {
        return (None, Change::Over(Ending::NoData));
    }
    (Some(live), Change::None)
}

fn lasted(since: Timestamp, long: Duration, now: Timestamp) -> bool {
    SignedDuration::try_from(long).is_ok_and(|long| now.duration_since(since) >= long)
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
