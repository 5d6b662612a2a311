//! Sends a form in place.

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

#[cfg(feature = "hydrate")]
mod real {
    use leptos::prelude::window;
    use model::wire::problem::Problem;
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{FormData, HtmlElement, HtmlFormElement, RequestInit, Response};

    #[wasm_bindgen]
    extern "C" {
        /// `URLSearchParams` made of form data: web-sys has no such constructor.
        #[wasm_bindgen(js_name = URLSearchParams)]
        type Encoded;

        #[wasm_bindgen(constructor, js_class = "URLSearchParams")]
        fn of(form: &FormData) -> Encoded;
    }

    pub enum Answered {
        Moved(String),
        Text(String),
    }

    pub async fn post(form: &HtmlFormElement, address: &str) -> Result<Answered, Problem> {
        let response = fetch(form, address).await.map_err(|_| {
            Problem::new(503, "unreachable", "The server did not answer. Nothing was changed as far as we know.")
        })?;
        let text = match response.text() {
            Ok(promise) => JsFuture::from(promise).await.ok().and_then(|text| text.as_string()).unwrap_or_default(),
            Err(_) => String::new(),
        };
        if !response.ok() {
            return Err(serde_json::from_str(&text).unwrap_or_else(|_| Problem::internal()));
        }
        #[derive(serde::Deserialize)]
        struct Location {
            location: String,
        }
        Ok(match serde_json::from_str::<Location>(&text) {
            Ok(moved) => Answered::Moved(moved.location),
            Err(_) => Answered::Text(text),
        })
    }

    async fn fetch(form: &HtmlFormElement, address: &str) -> Result<Response, JsValue> {
        let body = Encoded::of(&FormData::new_with_form(form)?);
        let request = RequestInit::new();
        request.set_method("POST");
        request.set_body(&body);
        let headers = web_sys::Headers::new()?;
        headers.set("Accept", "application/json")?;
        request.set_headers(&headers);
        JsFuture::from(window().fetch_with_str_and_init(address, &request)).await?.dyn_into()
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
