//! Bars: parts of a whole, and used of available.

use crate::components::each::CollectAny;
use crate::format::number::{count, percent};
use leptos::prelude::*;

/// One part of a stacked bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub label: String,
    pub value: f64,
    /// The class that colours it.
    pub class: &'static str,
}

/// Parts side by side; together they fill the bar, or `whole` where it is given.
#[component]
pub fn StackedBar(
    segments: Vec<Segment>,
    #[prop(into)] label: String,
    #[prop(optional_no_strip)] whole: Option<f64>,
) -> impl IntoView {
    let sum: f64 = segments.iter().map(|segment| segment.value).sum();
    let whole = whole.unwrap_or(sum).max(sum);
    let described: Vec<String> = segments
        .iter()
        .filter(|s| s.value > 0.0)
        .map(|s| format!("{} {}", s.label, count(s.value.round() as u64)))
        .collect();
    let mut x = 0.0;
    let parts = segments.into_iter().filter(|segment| segment.value > 0.0 && whole > 0.0).map(move |segment| {
        let width = segment.value / whole * 100.0;
        let start = x;
        x += width;
        view! {
            <rect class=segment.class x=share(start) y="0" width=share(width) height="100%">
                <title>{format!("{} {}", segment.label, count(segment.value.round() as u64))}</title>
            </rect>
        }
    });
    view! {
        <svg class="stacked-bar" width="100%" height="8" role="img" aria-label=format!("{label}: {}", described.join(", "))>
            <rect class="bar-ground" x="0" y="0" width="100%" height="100%"></rect>
            {parts.collect_any()}
        </svg>
    }
    .into_any()
}

/// How much of something is taken; the words beside it say so too.
#[component]
pub fn Meter(part: i64, whole: i64, #[prop(into)] label: String) -> impl IntoView {
    let taken = percent(part, whole);
    let class = match taken {
        0..=79 => "meter-fill",
        80..=94 => "meter-fill meter-high",
        _ => "meter-fill meter-full",
    };
    view! {
        <svg class="stacked-bar" width="100%" height="6" role="img" aria-label=format!("{label}: {taken} %")>
            <rect class="bar-ground" x="0" y="0" width="100%" height="100%"></rect>
            <rect class=class x="0" y="0" width=format!("{}%", taken.min(100)) height="100%"></rect>
        </svg>
    }
    .into_any()
}

fn share(percent: f64) -> String {
    format!("{}%", crate::format::number::short(percent))
}
