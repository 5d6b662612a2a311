//! The left side: manifests and guided fields.

use super::Preview;
use super::guide::{Placement, Where};
use crate::components::form::{CallForm, Calls, FormState, use_call_form, use_calls};
use crate::components::icon::{Icon, IconView};
use crate::components::safe_textarea::SafeTextarea;
use crate::i18n::problems::problem_text;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{fill, lang, t};
use crate::reading::read;
use crate::server_fns::Failure;
use crate::server_fns::schedule::{Choices, PlaceWorkload, ScheduleForm};
use crate::viewer::may;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::access::Action;
use model::wire::problem::Problem;
use serde::de::IgnoredAny;

#[component]
pub fn Editor(choices: Choices, form: RwSignal<ScheduleForm>, preview: Preview) -> impl IntoView {
    let texts = t::<Scheduling>();
    let place = use_calls::<PlaceWorkload>();
    let state = use_call_form(place);
    Effect::new(move |_| {
        let answer = preview.text().get();
        let problem = match answer.as_deref().map(read::<IgnoredAny>) {
            Some(Err(Failure(problem))) => Some(problem),
            _ => None,
        };
        state.problem.set(problem);
    });
    let word = move || if place.pending() { texts.placing } else { texts.place };
    let submit = may(Action::Schedule).then(|| {
        view! {
            <button class="button button-primary" data-testid="schedule-submit" disabled=move || place.pending()>
                <IconView icon=Icon::Target />
                {word}
            </button>
        }
    });
    view! {
        <section class="panel schedule-editor">
            <CallForm calls=place class="form" testid="schedule-form">
                <input type="hidden" name="key" value=choices.key.clone() />
                <PlaceProblem place />
                <Manifests form state />
                <Placement form />
                <Where form clusters=choices.clusters />
                <div class="form-actions">
                    {submit}
                    <button class="button no-script-only" formmethod="get" formaction="/schedule">
                        {texts.preview}
                    </button>
                </div>
            </CallForm>
        </section>
    }
    .into_any()
}

#[component]
fn Manifests(form: RwSignal<ScheduleForm>, state: FormState) -> impl IntoView {
    let texts = t::<Scheduling>();
    let value = form.with_untracked(|form| form.manifests.clone());
    let error =
        move || state.problem.with(|problem| problem.as_ref().filter(|problem| is_about_manifests(problem)).map(told));
    let typed = Callback::new(move |text: String| form.update(|form| form.manifests = text));
    view! {
        <div class="field" class:field-bad=move || error().is_some()>
            <div class="field-head">
                <label for="schedule-manifests">{texts.manifest}</label>
                <a href="/schedule?sample=1" data-testid="schedule-sample">{texts.sample}</a>
            </div>
            <SafeTextarea
                name="manifests"
                id="schedule-manifests"
                value
                rows=22
                placeholder=texts.manifest_placeholder
                mono=true
                described_by="schedule-manifests-help schedule-manifests-error"
                invalid=Signal::derive(move || error().is_some())
                testid="schedule-manifest"
                on_text=typed
            />
            <p class="help" id="schedule-manifests-help">{texts.manifest_help}</p>
            <p
                class="field-error"
                id="schedule-manifests-error"
                data-testid="error-manifests"
                hidden=move || error().is_none()
            >
                {error}
            </p>
        </div>
    }
    .into_any()
}

/// Whether the trouble is in the text itself.
fn is_about_manifests(problem: &Problem) -> bool {
    problem.line.is_some() || problem.fields.iter().any(|field| field.path.starts_with("manifests"))
}

/// What is wrong with the manifests, with the position first.
pub fn told(problem: &Problem) -> String {
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => {
            let texts = t::<Scheduling>();
            let message = problem.detail.split_once(&format!("line {line}, column {column}: "));
            let message = message.map_or(problem.detail.as_str(), |(_, message)| message);
            let message = message.strip_suffix(&format!(" at line {line}, column {column}")).unwrap_or(message);
            format!("{}: {message}", fill(texts.position, &[&line, &column]))
        }
        _ => problem.detail.clone(),
    }
}

/// Why it was not placed.
#[component]
fn PlaceProblem(place: Calls<()>) -> impl IntoView {
    let from_address = use_query_map()
        .with_untracked(|query| query.get("problem"))
        .map(|code| problem_text(lang(), &code).map_or_else(|| code.replace('_', " "), str::to_string));
    let text = move || match place.answer() {
        Some(Err(Failure(problem))) => {
            Some(problem_text(lang(), &problem.code).map_or_else(|| told(&problem), str::to_string))
        }
        Some(Ok(())) => None,
        None => from_address.clone(),
    };
    let text = Memo::new(move |_| text());
    view! {
        <div class="form-problem" role="alert" data-testid="form-problem" hidden=move || text.read().is_none()>
            <IconView icon=Icon::Warning />
            <span>{move || text.get()}</span>
        </div>
    }
    .into_any()
}
