//! Where a workload goes and why: shared by the page that asks and the page of a decision.

mod candidates;
mod funnel;
mod matrix;
mod rejected;
mod score_bar;

pub use funnel::Funnel;
pub use matrix::Matrix;

use crate::components::badge::StateBadge;
use crate::components::icon::{Icon, IconView};
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{Lang, lang, t};
use leptos::prelude::*;
use model::wire::schedule::{ScheduleAnswer, Summary};

/// The sentence that says who won and why.
#[component]
pub fn Sentence(answer: ScheduleAnswer) -> impl IntoView {
    let text = in_language(&answer.summary).to_string();
    view! {
        <div class="placement-sentence">
            <StateBadge state=answer.outcome.as_str() />
            <p data-testid="schedule-summary" data-outcome=answer.outcome.as_str()>{text}</p>
        </div>
    }
    .into_any()
}

fn in_language(summary: &Summary) -> &str {
    if lang() == Lang::Zh { &summary.zh } else { &summary.en }
}

/// The sentence, the funnel, every candidate with its scores, every rejected cluster with its reasons.
#[component]
pub fn Breakdown(answer: ScheduleAnswer) -> impl IntoView {
    let chosen = answer.target.as_ref().map(|target| target.cluster.clone());
    let warnings = answer.warnings.clone();
    view! {
        <div class="stack placement">
            <Sentence answer=answer.clone() />
            <Warnings warnings />
            <Funnel stages=answer.funnel />
            <candidates::Candidates ranking=answer.ranking chosen ages=answer.data_age />
            <rejected::RejectedClusters rejected=answer.rejected />
        </div>
    }
    .into_any()
}

#[component]
fn Warnings(warnings: Vec<String>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let items = warnings.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    (!warnings.is_empty()).then(|| {
        view! {
            <div class="banner banner-warn placement-warnings" role="status">
                <IconView icon=Icon::Warning />
                <strong>{texts.warnings}</strong>
                <ul>{items}</ul>
            </div>
        }
    })
}
