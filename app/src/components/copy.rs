//! Long names: cut in the middle, whole on hover, with a button that copies them.

use super::icon::{Icon, IconView};
use crate::format::text::middle_cut;
use crate::i18n::common::Common;
use crate::i18n::t;
use crate::live::copy_text;
use leptos::prelude::*;

/// A button that copies `text`.
#[component]
pub fn CopyButton(#[prop(into)] text: String) -> impl IntoView {
    let texts = t::<Common>();
    let done = RwSignal::new(false);
    let label = Signal::derive(move || if done.get() { texts.copied } else { texts.copy }.to_string());
    let copy = move |event: leptos::ev::MouseEvent| {
        event.stop_propagation();
        copy_text(&text);
        done.set(true);
        set_timeout(move || done.set(false), std::time::Duration::from_secs(2));
    };
    view! {
        <button type="button" class="copy needs-script" title=label aria-label=label on:click=copy>
            <IconView icon=Icon::Copy />
        </button>
    }
    .into_any()
}

/// A name of at most `most` characters on the screen; the whole stands in `title`.
#[component]
pub fn LongName(
    #[prop(into)] name: String,
    #[prop(default = 42)] most: usize,
    #[prop(optional_no_strip)] href: Option<String>,
    /// The link opens something over this page, which stays where it is.
    #[prop(optional)]
    stays: bool,
) -> impl IntoView {
    let shown = middle_cut(&name, most);
    let text = match href {
        Some(href) => {
            view! { <a class="mono name-link" href=href title=name.clone() data-noscroll=stays>{shown}</a> }.into_any()
        }
        None => view! { <span class="mono" title=name.clone()>{shown}</span> }.into_any(),
    };
    view! { <span class="long-name">{text} <CopyButton text=name /></span> }.into_any()
}
