//! Every filter's verdict on every cluster.

use super::order::{FILTERS, place};
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::i18n::scheduling::Scheduling;
use crate::i18n::t;
use leptos::prelude::*;
use model::wire::schedule::{ClusterVerdicts, Verdict};
use std::collections::BTreeSet;

#[component]
pub fn Matrix(verdicts: Vec<ClusterVerdicts>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let filters = in_order(&verdicts);
    let heads = filters.iter().map(|filter| {
        view! { <th role="columnheader" scope="col" class="matrix-filter"><span>{filter.clone()}</span></th> }
    });
    let rows = verdicts.iter().map(|cluster| {
        let cells = filters.iter().map(|filter| {
            let verdict = cluster.filters.get(filter).copied().unwrap_or(Verdict::NotApplicable);
            let (icon, tone, word) = look(texts, verdict);
            let title = format!("{filter}: {word}");
            view! {
                <td role="cell" class="matrix-cell" data-label=filter.clone() title=title>
                    <span class=format!("badge {tone}")>
                        <IconView icon />
                        <span class="visually-hidden">{word}</span>
                    </span>
                </td>
            }
        });
        view! {
            <tr role="row" data-testid="verdicts" data-cluster=cluster.cluster.clone()>
                <th role="rowheader" scope="row">{cluster.cluster.clone()}</th>
                {cells.collect_any()}
            </tr>
        }
    });
    let legend = [Verdict::Pass, Verdict::Reject, Verdict::Unknown, Verdict::NotApplicable].map(|verdict| {
        let (icon, tone, word) = look(texts, verdict);
        view! { <li class=format!("badge {tone}")><IconView icon />{word}</li> }
    });
    view! {
        <section class="stack" aria-label=texts.verdicts>
            <h2>{texts.verdicts}</h2>
            <ul class="legend">{legend.collect_any()}</ul>
            <div class="table-wrap scroll-x">
                <table class="table table-plain matrix" role="table" data-testid="matrix">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{texts.cluster}</th>
                            {heads.collect_any()}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows.collect_any()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// The filters as they run; those this build does not know come last.
fn in_order(verdicts: &[ClusterVerdicts]) -> Vec<String> {
    let all: BTreeSet<&String> = verdicts.iter().flat_map(|cluster| cluster.filters.keys()).collect();
    let mut all: Vec<String> = all.into_iter().cloned().collect();
    all.sort_by_key(|name| place(&FILTERS, name));
    all
}

fn look(texts: &Scheduling, verdict: Verdict) -> (Icon, &'static str, &'static str) {
    match verdict {
        Verdict::Pass => (Icon::Disc, "tone-good", texts.verdict_pass),
        Verdict::Reject => (Icon::RingBar, "tone-bad", texts.verdict_reject),
        Verdict::Unknown => (Icon::Dotted, "tone-unknown", texts.verdict_unknown),
        Verdict::NotApplicable => (Icon::Minus, "tone-unknown", texts.verdict_not_applicable),
    }
}
