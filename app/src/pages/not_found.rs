//! No such page.

use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::i18n::common::Common;
use crate::i18n::t;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let texts = t::<Common>();
    view! {
        <Title text=texts.not_found_title />
        <main class="alone">
            <Empty icon=Icon::Dotted text=format!("{}. {}", texts.not_found_title, texts.not_found_help)>
                <a class="button button-primary" href="/">{texts.to_overview}</a>
            </Empty>
        </main>
    }
    .into_any()
}
