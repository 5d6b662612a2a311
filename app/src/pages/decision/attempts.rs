//! What was done, try by try, as a timeline with times.

use crate::components::badge::{StateBadge, appearance};
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::components::when::When;
use crate::format::age::seconds;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::states::state_word;
use crate::i18n::{Lang, fill, lang, t};
use jiff::Timestamp;
use leptos::prelude::*;
use model::wire::schedule::{AppliedObject, Attempt, Phase, TimelineEntry};

#[component]
pub fn Attempts(attempts: Vec<Attempt>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let is_empty = attempts.is_empty();
    let tries = attempts.into_iter().enumerate().map(|(at, attempt)| view! { <One number=at + 1 attempt /> });
    view! {
        <section class="panel" aria-labelledby="attempts">
            <div class="panel-head"><h2 id="attempts">{texts.attempts}</h2></div>
            {is_empty.then(|| view! { <p class="muted">{texts.no_attempts}</p> })}
            <div class="stack">{tries.collect_any()}</div>
        </section>
    }
    .into_any()
}

#[component]
fn One(number: usize, attempt: Attempt) -> impl IntoView {
    let texts = t::<Scheduling>();
    let started = attempt.started_at;
    let entries = attempt.timeline.into_iter().map(|entry| view! { <Entry entry started /> });
    let took = attempt.ended_at.map(|ended| fill(texts.took, &[&seconds(between(started, ended))]));
    let objects = (!attempt.objects.is_empty()).then(|| view! { <Objects objects=attempt.objects.clone() /> });
    view! {
        <article class="attempt" data-testid="attempt" data-cluster=attempt.cluster.clone() data-phase=attempt.phase.as_str()>
            <header class="attempt-head">
                <h3>{fill(texts.attempt, &[&number, &attempt.cluster])}</h3>
                <StateBadge state=attempt.phase.as_str() />
                <span class="muted">{took}</span>
            </header>
            {attempt.error.map(|error| view! {
                <p class="banner banner-bad"><IconView icon=Icon::Warning /> <span>{error}</span></p>
            })}
            <ol class="timeline">{entries.collect_any()}</ol>
            {objects}
        </article>
    }
    .into_any()
}

/// What a step that went well says in Chinese; what went wrong speaks for itself.
fn words(lang: Lang, phase: Phase) -> Option<&'static str> {
    match (lang, phase) {
        (Lang::Zh, Phase::Reserved) => Some("已在该集群预留空间"),
        (Lang::Zh, Phase::Applying) => Some("正在下发对象"),
        (Lang::Zh, Phase::Applied) => Some("全部对象已下发"),
        (Lang::Zh, Phase::Progressing) => Some("等待发布完成"),
        (Lang::Zh, Phase::Available) => Some("全部副本可用"),
        _ => None,
    }
}

#[component]
fn Entry(entry: TimelineEntry, started: Timestamp) -> impl IntoView {
    let (tone, icon) = appearance(entry.phase.as_str());
    let offset = format!("+{}", seconds(between(started, entry.time)));
    view! {
        <li class="timeline-entry">
            <span class=tone.class()><IconView icon /></span>
            <span class="timeline-what">
                <strong>{state_word(lang(), entry.phase.as_str()).to_string()}</strong>
                " " <span class="muted">{words(lang(), entry.phase).map_or(entry.message, str::to_string)}</span>
            </span>
            <span class="timeline-when muted"><span class="figure">{offset}</span> " · " <When at=entry.time /></span>
        </li>
    }
    .into_any()
}

/// Seconds.
fn between(from: Timestamp, to: Timestamp) -> f64 {
    ((to.as_millisecond() - from.as_millisecond()) as f64 / 1000.0).max(0.0)
}

#[component]
fn Objects(objects: Vec<AppliedObject>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let rows = objects.into_iter().map(|object| {
        let (state, word) = match object.result.as_str() {
            "applied" => ("Available", texts.object_applied),
            "refused" => ("Failed", texts.object_refused),
            "unknown" => ("Unknown", texts.object_unknown),
            "deleted" => ("Abandoned", texts.object_deleted),
            _ => ("Pending", texts.object_pending),
        };
        let (tone, icon) = appearance(state);
        view! {
            <li class="attempt-object" data-testid="object" data-object=object.object.clone() data-result=object.result>
                <span class=tone.class()><IconView icon />{word}</span>
                <span class="mono" title=object.uid>{object.object.clone()}</span>
                {object.message.map(|message| view! { <span class="muted">{message}</span> })}
            </li>
        }
    });
    view! {
        <h4 class="attempt-objects-title">{texts.objects}</h4>
        <ul>{rows.collect_any()}</ul>
    }
    .into_any()
}
