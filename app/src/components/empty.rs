//! Nothing to show: one sentence, and the action that fills it.

use super::icon::{Icon, IconView};
use leptos::prelude::*;

#[component]
pub fn Empty(
    icon: Icon,
    #[prop(into)] text: String,
    /// A link or button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" data-testid="empty">
            <IconView icon=icon class="empty-icon" />
            <p>{text}</p>
            {children.map(|children| view! { <div class="empty-action">{children()}</div> })}
        </div>
    }
    .into_any()
}
