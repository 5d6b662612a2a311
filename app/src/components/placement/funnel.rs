//! How many clusters were left after each stage.

use crate::components::each::CollectAny;
use crate::format::number::count;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::t;
use leptos::prelude::*;
use model::wire::schedule::FunnelStage;

#[component]
pub fn Funnel(stages: Vec<FunnelStage>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let whole = stages.first().map_or(0, |stage| stage.clusters).max(1);
    let steps = stages.into_iter().map(|stage| {
        let width = format!("{}%", stage.clusters * 100 / whole);
        view! {
            <li class="funnel-stage" data-testid=format!("funnel-{}", stage.stage)>
                <span><strong>{count(stage.clusters)}</strong> " " {stage_word(texts, &stage.stage)}</span>
                <svg class="stacked-bar" width="100%" height="4" aria-hidden="true">
                    <rect class="bar-ground" width="100%" height="100%"></rect>
                    <rect class="meter-fill" width=width height="100%"></rect>
                </svg>
            </li>
        }
    });
    view! { <ol class="funnel" aria-label=texts.funnel>{steps.collect_any()}</ol> }
}

fn stage_word(texts: &Scheduling, stage: &str) -> String {
    match stage {
        "registered" => texts.registered.into(),
        "selected" => texts.selected.into(),
        "healthy" => texts.healthy.into(),
        "fit" => texts.fit.into(),
        other => other.into(),
    }
}
