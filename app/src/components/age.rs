//! How old the data beside it is: quiet while fresh, *late* from 5 s, *stale since* from 10 s.

use crate::format::age::{Freshness, seconds};
use crate::format::time::utc_clock;
use crate::i18n::common::Common;
use crate::i18n::{fill, t};
use crate::live::{local_time, use_clock};
use jiff::Timestamp;
use leptos::prelude::*;

/// The age of data, counted on from when it was received. `age` is in seconds, None before the first proof of life;
/// `at` is that proof's time, where it is known.
#[component]
pub fn Age(age: Option<f64>, #[prop(optional_no_strip)] at: Option<Timestamp>) -> impl IntoView {
    let clock = use_clock();
    let received = clock.stamp();
    let now = move || age.map(|age| age + ((clock.uptime() - received) / 1000.0).max(0.0));
    let freshness = move || Freshness::of(now());
    let texts = t::<Common>();
    let words = Signal::derive(move || {
        let age = now().unwrap_or_default();
        match freshness() {
            Freshness::Fresh => seconds(age),
            Freshness::Late => format!("{} {}", seconds(age), texts.late),
            Freshness::Never => texts.never.to_string(),
            Freshness::Stale => match since(clock.wall(), age, at) {
                Some(since) => fill(texts.stale_since, &[&since]),
                None => format!("{}, {}", texts.stale, seconds(age)),
            },
        }
    });
    view! { <span class=Signal::derive(move || freshness().class().to_string()) data-testid="age">{words}</span> }
        .into_any()
}

/// The time of the last proof of life: in the user's zone once the page is alive, in UTC before.
fn since(wall_ms: Option<f64>, age: f64, at: Option<Timestamp>) -> Option<String> {
    match (wall_ms, at) {
        (Some(now), at) => {
            let then = at.map_or((now - age * 1000.0) as i64, |at| at.as_millisecond());
            local_time(then).and_then(|text| text.get(11..).map(str::to_string))
        }
        (None, at) => at.map(utc_clock),
    }
}
