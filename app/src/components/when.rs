//! Points in time: absolute in UTC as the server prints them, relative once the page is alive, absolute on hover.

use crate::format::age::{kubectl, since};
use crate::format::time::{machine, utc, utc_minute};
use crate::i18n::common::Common;
use crate::i18n::{fill, t};
use crate::live::{Clock, local_time, use_clock};
use jiff::Timestamp;
use leptos::prelude::*;

/// A time in prose: `3 min ago`, `in 12 d`.
#[component]
pub fn When(at: Timestamp) -> impl IntoView {
    let clock = use_clock();
    let texts = t::<Common>();
    let words = Signal::derive(move || match clock.wall() {
        None => utc(at),
        Some(now) => relative(texts, since(at, now)),
    });
    let title = whole(at, clock);
    view! { <time class="when" datetime=machine(at) title=title>{words}</time> }.into_any()
}

/// A time in a column, as kubectl writes ages: `5d3h`.
#[component]
pub fn WhenShort(at: Timestamp) -> impl IntoView {
    let clock = use_clock();
    let words = Signal::derive(move || match clock.wall() {
        None => utc_minute(at),
        Some(now) => kubectl(since(at, now)),
    });
    let title = whole(at, clock);
    view! { <time class="when when-short" datetime=machine(at) title=title>{words}</time> }.into_any()
}

/// The absolute time, by the reader's own clock once the page is alive.
fn whole(at: Timestamp, clock: Clock) -> Signal<String> {
    Signal::derive(move || clock.wall().and_then(|_| local_time(at.as_millisecond())).unwrap_or_else(|| utc(at)))
}

fn relative(texts: &Common, seconds: i64) -> String {
    let (text, amount) = match seconds {
        s if s < -172_800 => (texts.in_days, -s / 86_400),
        s if s < -7200 => (texts.in_hours, -s / 3600),
        s if s < -120 => (texts.in_minutes, -s / 60),
        s if s < 0 => (texts.in_seconds, -s),
        s if s < 120 => (texts.ago_seconds, s),
        s if s < 7200 => (texts.ago_minutes, s / 60),
        s if s < 172_800 => (texts.ago_hours, s / 3600),
        s => (texts.ago_days, s / 86_400),
    };
    fill(text, &[&amount])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Texts;

    #[test]
    fn relative_times_look_both_ways() {
        for (seconds, expected) in [
            (5, "5 s ago"),
            (300, "5 min ago"),
            (7200, "2 h ago"),
            (864_000, "10 d ago"),
            (-40, "in 40 s"),
            (-300, "in 5 min"),
            (-864_000, "in 10 d"),
        ] {
            assert_eq!(relative(&Common::EN, seconds), expected);
        }
    }
}
