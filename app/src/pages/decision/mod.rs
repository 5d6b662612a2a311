//! `/decisions/{id}`: one decision with what came of it, live until that is final.

mod attempts;
mod facts;

use crate::components::badge::StateBadge;
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::page::{Crumb, PageHead};
use crate::components::placement::{Breakdown, Matrix};
use crate::components::when::When;
use crate::format::url;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{fill, t};
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::schedule::ReadDecision;
use crate::viewer::may;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::access::Action;
use model::wire::schedule::ScheduleAnswer;

#[component]
pub fn DecisionPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let is_final = RwSignal::new(false);
    let changed = use_refresh(Refresh { decisions: true, every_seconds: 2, ..Default::default() });
    // What is final changes no more.
    let again = Memo::new(move |before: Option<&u64>| match (is_final.get_untracked(), before) {
        (true, Some(before)) => {
            changed.track();
            *before
        }
        _ => changed.get(),
    });
    let source = Reading::new(move || again.get(), move || ReadDecision { id: id.get() });
    let show = move |answer: ScheduleAnswer| {
        is_final.set(answer.phase.is_final());
        view! { <Decision answer /> }.into_any()
    };
    let texts = t::<Scheduling>();
    let crumbs = vec![Crumb::new(texts.decisions, "/decisions")];
    let again = may(Action::Schedule).then(|| view! { <a class="button" href="/schedule">{texts.again}</a> });
    view! {
        {move || view! { <PageHead title=fill(texts.one_decision, &[&short(&id.get())]) crumbs=crumbs.clone() /> }}
        <Loaded source view=show rows=14 />
        <p>{again}</p>
    }
    .into_any()
}

/// The part of an id that people compare.
fn short(id: &str) -> String {
    crate::format::text::middle_cut(id, 17)
}

#[component]
fn Decision(answer: ScheduleAnswer) -> impl IntoView {
    let verdicts = answer.verdicts.clone();
    view! {
        <Outcome answer=answer.clone() />
        <div class="decision">
            <section class="panel"><Breakdown answer=answer.clone() /></section>
            <div class="stack">
                <attempts::Attempts attempts=answer.attempts.clone() />
                <facts::Facts answer />
            </div>
        </div>
        {(!verdicts.is_empty()).then(|| view! { <Matrix verdicts /> })}
    }
    .into_any()
}

/// What was to be placed, where it went, and how it stands.
#[component]
fn Outcome(answer: ScheduleAnswer) -> impl IntoView {
    let texts = t::<Scheduling>();
    let workload = answer.workload.clone();
    // Nothing was started, so that there is no phase worth telling.
    let state = if answer.attempts.is_empty() { answer.outcome.as_str() } else { answer.phase.as_str() };
    let target = answer.target.as_ref().map(|target| {
        let pods = url::address(
            "/resources/pods",
            [
                ("clusters", target.cluster.as_str()),
                ("namespaces", target.namespace.as_str()),
                ("q", workload.name.as_str()),
            ],
        );
        view! {
            <IconView icon=Icon::Right />
            <span data-testid="decision-target" data-cluster=target.cluster.clone() data-namespace=target.namespace.clone()>
                <a href=format!("/clusters/{}", target.cluster)>{target.cluster.clone()}</a>
                <span class="muted">" / "</span>
                <span class="mono">{target.namespace.clone()}</span>
            </span>
            <a class="decision-pods" href=pods>{texts.open_pods}</a>
        }
    });
    view! {
        <section class="panel decision-outcome" aria-live="polite">
            <span data-testid="decision-phase" data-phase=answer.phase.as_str()><StateBadge state /></span>
            <strong>{format!("{}/{}", workload.kind, workload.name)}</strong>
            <span class="muted">{fill(texts.replicas, &[&workload.replicas])}</span>
            {target}
            <span class="decision-by muted">{answer.created_by.clone()} " · " <When at=answer.created_at /></span>
        </section>
    }
    .into_any()
}
