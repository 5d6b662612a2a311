//! One row in full, over the list, at its own address.

use super::details::{self, Details};
use super::query::ListQuery;
use super::store::ListStore;
use super::tables::TableSpec;
use crate::components::loaded::Skeleton;
use crate::components::on_demand::{Made, on_demand};
use crate::i18n::lists::Lists;
use crate::i18n::t;
use leptos::prelude::*;

/// The drawer of the row that is open, if any.
#[component]
pub fn Drawer(table: &'static TableSpec, store: ListStore, query: Memo<ListQuery>) -> impl IntoView {
    let open = Memo::new(move |_| query.with(|query| query.open.clone()));
    let drawer = move |uid: String| {
        let asked = Details { table, store, query, uid };
        let make = move || -> Made { Box::pin(details::details(asked.clone())) };
        on_demand(details::load, make, opening)
    };
    move || open.get().map(drawer)
}

/// The drawer while its code is on its way.
fn opening() -> AnyView {
    view! {
        <div class="drawer-scrim" aria-hidden="true"></div>
        <section class="drawer" aria-label={t::<Lists>().details}>
            <div class="drawer-body"><Skeleton rows=12 /></div>
        </section>
    }
    .into_any()
}
