//! `/clusters`: every registered cluster, and the dialog that adds one (`?add=1`).

pub mod add;
mod table;
mod test_result;

pub use add::CredentialFields;
pub use table::{Insecure, NoPlacements};
pub use test_result::TestResult;

use crate::components::empty::Empty;
use crate::components::form::GoForm;
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::t;
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::clusters::{ClusterTable, ReadClusterTable};
use crate::viewer::may;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::access::Action;

#[component]
pub fn ClustersPage() -> impl IntoView {
    let query = use_query_map();
    let selector = Memo::new(move |_| query.with(|query| query.get("selector").unwrap_or_default()));
    let adding = Memo::new(move |_| query.with(|query| query.get("add").is_some()) && may(Action::ManageClusters));
    let changed = use_refresh(Refresh { clusters: true, every_seconds: 2, ..Default::default() });
    let source = Reading::new(
        move || changed.get(),
        move || ReadClusterTable { selector: Some(selector.get()).filter(|text| !text.is_empty()) },
    );
    let texts = t::<Texts>();
    let show = move |table: ClusterTable| match (table.clusters.is_empty(), selector.get_untracked().is_empty()) {
        (true, true) => view! { <Empty icon=Icon::Ship text=texts.empty><AddButton /></Empty> }.into_any(),
        (true, false) => view! {
            <Empty icon=Icon::Ship text=texts.empty_filtered>
                <a class="button" href="/clusters">{texts.all}</a>
            </Empty>
        }
        .into_any(),
        (false, _) => view! { <table::Table table /> }.into_any(),
    };
    view! {
        <PageHead title=texts.title>
            <AddButton />
        </PageHead>
        <SelectorBar selector />
        <Loaded source view=show rows=6 />
        {move || adding.get().then(add::dialog)}
    }
    .into_any()
}

#[component]
fn AddButton() -> impl IntoView {
    may(Action::ManageClusters).then(|| {
        view! {
            <a class="button button-primary" href="/clusters?add=1" data-noscroll="" data-testid="add-cluster">
                <IconView icon=Icon::Plus />
                {t::<Texts>().add}
            </a>
        }
    })
}

#[component]
fn SelectorBar(selector: Memo<String>) -> impl IntoView {
    let texts = t::<Texts>();
    view! {
        <search class="query-bar">
            <GoForm action="/clusters">
                <label class="visually-hidden" for="selector">{texts.selector}</label>
                <input
                    id="selector"
                    name="selector"
                    class="input mono"
                    value=move || selector.get()
                    prop:value=move || selector.get()
                    placeholder=texts.selector_placeholder
                    title=texts.selector_help
                    autocomplete="off"
                    spellcheck="false"
                    data-testid="selector"
                />
                <button class="button">{texts.filter}</button>
            </GoForm>
        </search>
    }
    .into_any()
}
