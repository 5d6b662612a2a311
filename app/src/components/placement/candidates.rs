//! The clusters that fit, best first.

use super::score_bar::{ScoreBar, in_order, points, scorer_class};
use crate::components::age::Age;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::i18n::common::Common;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{fill, t};
use leptos::prelude::*;
use model::wire::schedule::{DataAge, Ranked};
use std::collections::BTreeMap;

#[component]
pub fn Candidates(
    ranking: Vec<Ranked>,
    #[prop(optional_no_strip)] chosen: Option<String>,
    ages: BTreeMap<String, DataAge>,
) -> impl IntoView {
    let texts = t::<Scheduling>();
    if ranking.is_empty() {
        return ().into_any();
    }
    let legend = in_order(&ranking[0].scores).into_iter().map(|score| {
        view! {
            <li>
                <svg class="legend-mark" width="8" height="8" aria-hidden="true">
                    <rect class=scorer_class(&score.scorer) width="8" height="8" rx="2"></rect>
                </svg>
                {score.scorer.clone()}
                <span class="muted">" ×" {score.weight}</span>
            </li>
        }
    });
    let rows = ranking.iter().map(|ranked| {
        let is_chosen = chosen.as_deref() == Some(ranked.cluster.as_str());
        let age = ages.get(&ranked.cluster).and_then(oldest);
        view! { <Candidate ranked=ranked.clone() is_chosen age /> }
    });
    view! {
        <section class="stack placement-part">
            <h3>{texts.ranking}</h3>
            <ul class="legend">{legend.collect_any()}</ul>
            <ol class="candidates">{rows.collect_any()}</ol>
            <ScoreTable ranking=ranking.clone() />
        </section>
    }
    .into_any()
}

fn oldest(age: &DataAge) -> Option<f64> {
    [age.nodes, age.pods].into_iter().flatten().reduce(f64::max)
}

#[component]
fn Candidate(ranked: Ranked, is_chosen: bool, #[prop(optional_no_strip)] age: Option<f64>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let href = format!("/clusters/{}", ranked.cluster);
    view! {
        <li
            class="candidate"
            class:candidate-chosen=is_chosen
            data-testid=format!("candidate-{}", ranked.cluster)
            data-total=points(ranked.total)
        >
            <span class="candidate-name">
                <a class="name-link" href=href>{ranked.cluster.clone()}</a>
                {is_chosen.then(|| view! { <span class="badge badge-pill tone-good"><IconView icon=Icon::Check />{texts.chosen}</span> })}
            </span>
            <strong class="figure candidate-total">{points(ranked.total)}</strong>
            <span class="candidate-bar"><ScoreBar ranked=ranked.clone() /></span>
            <span class="candidate-facts muted">
                {fill(texts.fits, &[&ranked.fit])} " · " <Age age />
            </span>
        </li>
    }
    .into_any()
}

/// The same figures for those who cannot hover.
#[component]
fn ScoreTable(ranking: Vec<Ranked>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let heads = in_order(&ranking[0].scores)
        .into_iter()
        .map(|score| view! { <th role="columnheader" scope="col" class="figure">{score.scorer}</th> })
        .collect_any();
    let rows = ranking.iter().map(|ranked| {
        let cells = in_order(&ranked.scores).into_iter().map(|score| {
            view! {
                <td role="cell" class="figure" data-label=score.scorer.clone()>
                    {points(score.contribution)}
                    <span class="muted">{format!(" ({} ×{})", score.raw, score.weight)}</span>
                </td>
            }
        });
        view! {
            <tr role="row">
                <th role="rowheader" scope="row">{ranked.cluster.clone()}</th>
                <td role="cell" class="figure" data-label=texts.total><strong>{points(ranked.total)}</strong></td>
                {cells.collect_any()}
            </tr>
        }
    });
    view! {
        <details class="form-more">
            <summary>{t::<Common>().as_table}</summary>
            <div class="table-wrap scroll-x">
                <table class="table table-plain" role="table" data-testid="score-table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{texts.cluster}</th>
                            <th role="columnheader" scope="col" class="figure">{texts.total}</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows.collect_any()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
