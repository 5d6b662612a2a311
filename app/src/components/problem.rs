//! What failed, to what, since when, and what to do next.

use super::icon::{Icon, IconView};
use crate::i18n::common::Common;
use crate::i18n::{fill, t};
use crate::live::{local_time, use_clock};
use leptos::prelude::*;
use model::wire::problem::Problem;

/// A failure in place of a view that never had anything to show.
#[component]
pub fn ProblemPanel(problem: Problem, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    let texts = t::<Common>();
    let (icon, title, help) = match problem.status {
        403 => (Icon::Shield, texts.not_allowed_title, texts.not_allowed_help.to_string()),
        404 => (Icon::Dotted, texts.not_found_title, texts.not_found_help.to_string()),
        _ => (Icon::Warning, texts.failed_title, problem.detail.clone()),
    };
    let again = (!matches!(problem.status, 403 | 404)).then(|| view! { <RetryLink retry=retry /> });
    view! {
        <section class="panel problem" role="alert" data-testid="problem" data-code=problem.code.clone()>
            <IconView icon=icon class="problem-icon" />
            <div>
                <h2>{title}</h2>
                <p>{help}</p>
                {again}
            </div>
        </section>
    }
    .into_any()
}

/// A failure above the last good answer. `since_ms` is by the browser's clock.
#[component]
pub fn ProblemBanner(
    problem: Problem,
    since_ms: Option<f64>,
    #[prop(optional, into)] retry: Option<Callback<()>>,
) -> impl IntoView {
    let texts = t::<Common>();
    let since = since_ms.and_then(|at| local_time(at as i64)).and_then(|text| text.get(11..).map(str::to_string));
    view! {
        <div class="banner banner-bad" role="status" data-testid="problem" data-code=problem.code.clone()>
            <IconView icon=Icon::Warning />
            <span>
                {problem.detail.clone()} " "
                {since.map(|since| fill(texts.failed_since, &[&since]))}
            </span>
            <RetryLink retry=retry />
        </div>
    }
    .into_any()
}

/// Tries again in place; without JavaScript it loads the page anew.
#[component]
pub fn RetryLink(#[prop(optional_no_strip)] retry: Option<Callback<()>>) -> impl IntoView {
    let clock = use_clock();
    let again = move |event: leptos::ev::MouseEvent| {
        if let (Some(retry), true) = (retry, clock.is_alive()) {
            event.prevent_default();
            retry.run(());
        }
    };
    let word = t::<Common>().retry;
    view! { <a class="button" href="" on:click=again>{word}</a> }.into_any()
}
