//! Sends a form in place.

use super::action::WireCalls;
use super::post::FormState;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// Without JavaScript nothing comes here.
#[cfg(not(feature = "hydrate"))]
pub fn submit(_event: SubmitEvent, _state: FormState, _on_answer: Option<Callback<String>>) {}

#[cfg(feature = "hydrate")]
pub fn submit(event: SubmitEvent, state: FormState, on_answer: Option<Callback<String>>) {
    use wasm_bindgen::JsCast;
    let form = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
    let Some(form) = form else { return };
    event.prevent_default();
    if state.busy.get_untracked() {
        return;
    }
    let button = event.submitter().and_then(|element| element.dyn_into::<web_sys::HtmlButtonElement>().ok());
    let own = button.filter(|button| button.has_attribute("formaction"));
    let address = own.map_or_else(|| form.action(), |button| button.form_action());
    state.busy.set(true);
    state.problem.set(None);
    leptos::task::spawn_local(async move {
        let answered = real::post(&form, &address).await;
        state.busy.set(false);
        match answered {
            Ok(real::Answered::Moved(location)) => real::go(&location),
            Ok(real::Answered::Text(text)) => {
                if let Some(told) = on_answer {
                    told.run(text);
                }
            }
            Err(problem) => {
                state.problem.set(Some(problem));
                request_animation_frame(move || real::focus_first_error(&form));
            }
        }
    });
}

/// What sends a form of a server function in place.
#[cfg(not(feature = "hydrate"))]
pub fn call(_calls: WireCalls) -> impl Fn(SubmitEvent) + 'static {
    |_| {}
}

#[cfg(feature = "hydrate")]
pub fn call(calls: WireCalls) -> impl Fn(SubmitEvent) + 'static {
    use crate::reading::wire::{Body, Reply, exchange};
    use leptos_router::hooks::use_navigate;
    let navigate = use_navigate();
    move |event| {
        let Some(fields) = real::fields(&event).filter(|_| !event.default_prevented()) else { return };
        event.prevent_default();
        let navigate = navigate.clone();
        calls.pending.set(true);
        leptos::task::spawn_local(async move {
            let reply = exchange(calls.path, Body::Form(fields)).await;
            let leads_to = reply.as_ref().ok().and_then(|reply| reply.leads_to.clone());
            let answer = Reply::into_answer(reply);
            let show = move || {
                // The page may be another one by now, and its signals gone.
                let _ = calls.pending.try_set(false);
                let _ = calls.answer.try_set(Some(answer));
                let _ = calls.count.try_update(|count| *count += 1);
            };
            match leads_to {
                Some(address) => {
                    navigate(&address, Default::default());
                    // Not before what leaves the page has left it: it would show an answer with signals that are gone.
                    set_timeout(show, std::time::Duration::ZERO);
                }
                None => show(),
            }
        });
    }
}

#[cfg(feature = "hydrate")]
mod real {
    use crate::reading::wire::{Body, exchange};
    use leptos::prelude::window;
    use model::wire::problem::Problem;
    use wasm_bindgen::prelude::*;
    use web_sys::{FormData, HtmlButtonElement, HtmlElement, HtmlFormElement, SubmitEvent};

    pub enum Answered {
        Moved(String),
        Text(String),
    }

    pub async fn post(form: &HtmlFormElement, address: &str) -> Result<Answered, Problem> {
        let unreachable =
            |_| Problem::new(503, "unreachable", "The server did not answer. Nothing was changed as far as we know.");
        let fields = FormData::new_with_form(form).map_err(unreachable)?;
        let reply = exchange(address, Body::Form(fields)).await.map_err(unreachable)?;
        if !reply.ok {
            return Err(small_json::from_str(&reply.text).unwrap_or_else(|_| Problem::internal()));
        }
        #[derive(serde::Deserialize)]
        struct Location {
            location: String,
        }
        Ok(match small_json::from_str::<Location>(&reply.text) {
            Ok(moved) => Answered::Moved(moved.location),
            Err(_) => Answered::Text(reply.text),
        })
    }

    /// What is filled in, with the button that was pressed.
    pub fn fields(event: &SubmitEvent) -> Option<FormData> {
        let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
        let fields = FormData::new_with_form(&form).ok()?;
        let button = event.submitter().and_then(|element| element.dyn_into::<HtmlButtonElement>().ok());
        if let Some(button) = button.filter(|button| !button.name().is_empty()) {
            fields.append_with_str(&button.name(), &button.value()).ok()?;
        }
        Some(fields)
    }

    /// A whole new page: who is signed in may have changed.
    pub fn go(location: &str) {
        // An address that the browser refuses leaves the page as it is.
        let _ = window().location().set_href(location);
    }

    pub fn focus_first_error(form: &HtmlFormElement) {
        let first = form.query_selector("[aria-invalid=true]").ok().flatten();
        if let Some(input) = first.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // An element that cannot take the focus leaves it where it is.
            let _ = input.focus();
        }
    }
}
