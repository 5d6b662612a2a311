//! The head of a page: breadcrumb, title, and at most one primary button.

use super::each::CollectAny;
use super::icon::{Icon, IconView};
use leptos::prelude::*;
use leptos_meta::Title;

/// One step of the breadcrumb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    pub text: String,
    pub href: String,
}

impl Crumb {
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Crumb {
        Crumb { text: text.into(), href: href.into() }
    }
}

/// Breadcrumb and title; the children stand at the right end: the primary button, and what else acts on the page.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(optional)] crumbs: Vec<Crumb>,
    /// What stands beside the title, a state badge say.
    #[prop(optional, into)]
    beside: ViewFn,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let steps = crumbs.into_iter().map(|crumb| {
        view! {
            <li>
                <a href=crumb.href>{crumb.text}</a>
                <IconView icon=Icon::Right />
            </li>
        }
    });
    let steps = steps.collect_any();
    let trail =
        (!steps.is_empty()).then(|| view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{steps}</ol></nav> });
    view! {
        <Title text=title.clone() />
        <header class="page-head">
            <div class="page-title">
                {trail}
                <h1 data-testid="page-title">{title}</h1>
                {beside.run()}
            </div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </header>
    }
    .into_any()
}
