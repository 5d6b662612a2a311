//! The form itself: sends, waits, and holds what is wrong with which field.

use super::send;
use crate::components::icon::{Icon, IconView};
use crate::i18n::lang;
use crate::i18n::problems::problem_text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::wire::problem::{FieldError, Problem};

/// What became of the last sending.
#[derive(Clone, Copy)]
pub struct FormState {
    pub problem: RwSignal<Option<Problem>>,
    pub busy: RwSignal<bool>,
}

impl FormState {
    /// What is wrong with the input of this name.
    pub fn error_of(&self, name: &str) -> Option<String> {
        self.problem.with(|problem| {
            let problem = problem.as_ref()?;
            let field = problem.fields.iter().find(|field| names(&field.path, name))?;
            Some(problem_text(lang(), &field.code).map_or_else(|| field.message.clone(), str::to_string))
        })
    }
}

/// Whether a path into the request, `credential.kubeconfig.users[0].exec`, lies in the input `kubeconfig`.
fn names(path: &str, name: &str) -> bool {
    let path = path.strip_prefix("credential.").unwrap_or(path);
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The form around the caller.
pub fn use_form() -> FormState {
    use_context::<FormState>().unwrap_or_else(|| FormState { problem: RwSignal::new(None), busy: RwSignal::new(false) })
}

/// `<form method="post">` to a handler below `/forms/`. A button with `formaction` sends to its own address.
/// An answer with `location` moves there; any other goes to `on_answer` as text.
#[component]
pub fn PostForm(
    #[prop(into)] action: String,
    #[prop(optional, into)] testid: String,
    #[prop(default = "form")] class: &'static str,
    #[prop(optional, into)] on_answer: Option<Callback<String>>,
    children: Children,
) -> impl IntoView {
    let state = FormState { problem: RwSignal::new(from_address()), busy: RwSignal::new(false) };
    provide_context(state);
    let submit = move |event: leptos::ev::SubmitEvent| send::submit(event, state, on_answer);
    view! {
        <form
            method="post"
            action=action
            class=class
            data-testid=testid
            aria-busy=move || state.busy.get().then_some("true")
            on:submit=submit
        >
            <FormProblem state />
            {children()}
        </form>
    }
    .into_any()
}

/// What a handler says about the form that was posted without JavaScript.
fn from_address() -> Option<Problem> {
    let query = use_query_map();
    query.with_untracked(|query| {
        let code = query.get("problem")?;
        let detail = problem_text(lang(), &code).map_or_else(|| code.replace('_', " "), str::to_string);
        let problem = Problem::new(422, &code, detail.clone());
        Some(match query.get("field") {
            Some(field) => problem.with_field(FieldError::new(field, code, detail)),
            None => problem,
        })
    })
}

/// The problem above the fields: what belongs to no field, else that some field needs a look.
#[component]
pub fn FormProblem(state: FormState) -> impl IntoView {
    let text = move || {
        state.problem.with(|problem| {
            let problem = problem.as_ref()?;
            Some(problem_text(lang(), &problem.code).map_or_else(|| problem.detail.clone(), str::to_string))
        })
    };
    let code = move || state.problem.with(|problem| problem.as_ref().map(|problem| problem.code.clone()));
    view! {
        <div class="form-problem" role="alert" data-testid="form-problem" data-code=code hidden=move || text().is_none()>
            <IconView icon=Icon::Warning />
            <span>{text}</span>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_path_belongs_to_the_input_it_lies_in() {
        for (path, name, expected) in [
            ("name", "name", true),
            ("names", "name", false),
            ("credential.kubeconfig.users[0].user.exec", "kubeconfig", true),
            ("labels[env]", "labels", true),
            ("credential.token", "kubeconfig", false),
        ] {
            assert_eq!(names(path, name), expected, "{path} {name}");
        }
    }
}
