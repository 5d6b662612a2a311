//! Forms that lead to an address: filters, search, scope. Without JavaScript the browser goes there itself.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// `<form method="get">`; with JavaScript the page is not loaded anew.
#[component]
pub fn GoForm(
    #[prop(into)] action: Signal<String>,
    #[prop(optional)] class: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let go = on_submit();
    view! {
        <form method="get" action=action class=class on:submit=go>
            {children()}
        </form>
    }
    .into_any()
}

#[cfg(not(feature = "hydrate"))]
fn on_submit() -> impl Fn(SubmitEvent) + 'static {
    |_| {}
}

#[cfg(feature = "hydrate")]
fn on_submit() -> impl Fn(SubmitEvent) + 'static {
    use leptos_router::NavigateOptions;
    use leptos_router::hooks::use_navigate;
    let navigate = use_navigate();
    move |event| {
        // What cannot be read here, the browser can still send.
        if let Some(address) = target_of(&event) {
            event.prevent_default();
            navigate(&address, NavigateOptions::default());
        }
    }
}

/// The address with what is filled in.
#[cfg(feature = "hydrate")]
fn target_of(event: &SubmitEvent) -> Option<String> {
    use wasm_bindgen::JsCast;
    let form: web_sys::HtmlFormElement = event.target()?.dyn_into().ok()?;
    let fields = web_sys::FormData::new_with_form(&form).ok()?;
    let query = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    let query = query.to_string().as_string()?;
    Some([&form.get_attribute("action")?, "?", &query].concat())
}
