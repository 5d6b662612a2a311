//! Pods by phase as one thin bar, and as words.

use super::chart::{Segment, StackedBar};
use crate::components::each::CollectAny;
use crate::format::number::count;
use crate::i18n::overview::Overview;
use crate::i18n::states::state_word;
use crate::i18n::{lang, t};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What works first, what does not last.
const PHASES: [(&str, &str); 5] = [
    ("Running", "fill-running"),
    ("Succeeded", "fill-succeeded"),
    ("Pending", "fill-pending"),
    ("Unknown", "fill-unknown"),
    ("Failed", "fill-failed"),
];

#[component]
pub fn PhaseBar(pods: BTreeMap<String, u64>) -> impl IntoView {
    let segments = PHASES
        .iter()
        .map(|(phase, class)| Segment {
            label: state_word(lang(), phase).to_string(),
            value: pods.get(*phase).copied().unwrap_or_default() as f64,
            class,
        })
        .collect();
    view! { <StackedBar segments label={t::<Overview>().pods_by_phase} /> }.into_any()
}

/// The bar's parts in words.
#[component]
pub fn PhaseLegend(pods: BTreeMap<String, u64>) -> impl IntoView {
    let entries = PHASES.iter().filter_map(|(phase, class)| {
        let number = pods.get(*phase).copied().filter(|number| *number > 0)?;
        Some(view! {
            <span>
                <svg class="legend-mark" width="8" height="8" aria-hidden="true">
                    <rect class=*class width="8" height="8" rx="2"></rect>
                </svg>
                {state_word(lang(), phase).to_string()} " " {count(number)}
            </span>
        })
    });
    view! { <div class="legend">{entries.collect_any()}</div> }.into_any()
}
