//! The right side: where it would go.

use super::Preview;
use super::breakdown;
use super::editor::told;
use crate::components::empty::Empty;
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Skeleton;
use crate::components::on_demand::{Made, on_demand};
use crate::i18n::problems::problem_text;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{lang, t};
use crate::reading::read;
use crate::server_fns::Failure;
use leptos::prelude::*;
use model::wire::problem::Problem;
use serde::de::IgnoredAny;

#[component]
pub fn AnswerPane(preview: Preview) -> impl IntoView {
    let texts = t::<Scheduling>();
    let last = StoredValue::new(None::<String>);
    let show = move |text: String| match read::<Option<IgnoredAny>>(&text) {
        Ok(None) => view! {
            <Empty icon=Icon::Target text=texts.answer_empty>
                <a class="button" href="/schedule?sample=1">{texts.sample}</a>
            </Empty>
        }
        .into_any(),
        Ok(Some(_)) => {
            last.set_value(Some(text.clone()));
            taken_apart(text)
        }
        Err(Failure(problem)) => view! { <NotYet problem last=last.get_value() /> }.into_any(),
    };
    view! {
        <section class="panel schedule-answer" aria-labelledby="schedule-answer" data-testid="schedule-answer">
            <div class="panel-head">
                <h2 id="schedule-answer">{texts.answer}</h2>
                <span class="muted help">{texts.answer_now}</span>
            </div>
            <Transition fallback=|| view! { <Skeleton rows=8 /> }>{move || preview.text().get().map(show)}</Transition>
        </section>
    }
    .into_any()
}

fn taken_apart(text: String) -> AnyView {
    let make = move || -> Made { Box::pin(breakdown::breakdown(text.clone())) };
    on_demand(breakdown::load, make, || view! { <Skeleton rows=8 /> }.into_any())
}

/// What is typed does not read yet; the answer to what was typed before stays in sight.
#[component]
fn NotYet(problem: Problem, #[prop(optional_no_strip)] last: Option<String>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let text = problem_text(lang(), &problem.code).map_or_else(|| told(&problem), str::to_string);
    let old = last.map(|text| {
        view! {
            <p class="muted">{texts.answer_old}</p>
            <div class="schedule-old">{taken_apart(text)}</div>
        }
    });
    view! {
        <div class="stack">
            <div class="banner banner-bad" role="status" data-testid="schedule-problem" data-code=problem.code.clone()>
                <IconView icon=Icon::Warning />
                <span><strong>{texts.cannot_read}</strong> " " {text}</span>
            </div>
            {old}
        </div>
    }
    .into_any()
}
