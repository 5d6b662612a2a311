//! Labels and the like as chips.

use crate::components::each::CollectAny;
use leptos::prelude::*;
use model::labels::Labels;

/// `key=value` chips; past `most` the number of the rest, with all of them on hover.
#[component]
pub fn LabelChips(labels: Labels, #[prop(default = 4)] most: usize) -> impl IntoView {
    let all: Vec<String> = labels
        .iter()
        .map(|(key, value)| if value.is_empty() { key.into() } else { format!("{key}={value}") })
        .collect();
    let rest = all.len().saturating_sub(most);
    let whole = all.join("\n");
    let shown = all.into_iter().take(most).map(|text| {
        let title = text.clone();
        view! { <span class="chip mono" title=title>{text}</span> }
    });
    view! {
        <span class="chips">
            {shown.collect_any()} {(rest > 0).then(|| view! { <span class="chip chip-rest" title=whole>{format!("+{rest}")}</span> })}
        </span>
    }
    .into_any()
}
