//! A panel over the page, at its own address; closed by Esc.

use super::icon::{Icon, IconView};
use crate::i18n::common::Common;
use crate::i18n::t;
use leptos::html::Section;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// `close` is the address without the panel.
#[component]
pub fn SidePanel(
    #[prop(into)] title: String,
    #[prop(into)] close: String,
    #[prop(optional, into)] testid: String,
    children: Children,
) -> impl IntoView {
    let panel = NodeRef::<Section>::new();
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            // An element that cannot take the focus leaves it where it is.
            let _ = panel.focus();
        }
    });
    let navigate = StoredValue::new(use_navigate());
    let address = StoredValue::new(close.clone());
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if event.key() == "Escape" {
                let options = NavigateOptions { scroll: false, ..Default::default() };
                navigate.with_value(|navigate| navigate(&address.get_value(), options));
            }
        });
        on_cleanup(move || handle.remove());
    });
    let word = t::<Common>().close;
    view! {
        <a class="drawer-scrim" href=close.clone() data-noscroll="" tabindex="-1" aria-hidden="true"></a>
        <section
            class="drawer"
            role="dialog"
            aria-modal="true"
            aria-label=title.clone()
            tabindex="-1"
            node_ref=panel
            data-testid=testid
        >
            <header class="drawer-head">
                <h2>{title.clone()}</h2>
                <a class="button button-quiet" href=close data-noscroll="" title=word aria-label=word>
                    <IconView icon=Icon::Close />
                </a>
            </header>
            <div class="drawer-body">{children()}</div>
        </section>
    }
    .into_any()
}
