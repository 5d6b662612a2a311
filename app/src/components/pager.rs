//! Below a list: how many rows are shown, and the way to the next page.

use crate::format::number::count;
use crate::format::url;
use crate::i18n::common::Common;
use crate::i18n::lists::Lists;
use crate::i18n::{fill, t};
use leptos::prelude::*;

/// `filters` are the parameters of the address beside the cursor.
#[component]
pub fn Pager(
    path: &'static str,
    filters: Vec<(&'static str, String)>,
    shown: usize,
    #[prop(optional_no_strip)] next: Option<String>,
    /// This is not the first page.
    further: bool,
) -> impl IntoView {
    let texts = t::<Common>();
    let address = |cursor: &str| {
        let pairs = filters.iter().map(|(key, value)| (*key, value.as_str()));
        url::address(path, pairs.chain([("cursor", cursor)]))
    };
    let first = further.then(|| view! { <a class="button" href=address("")>{texts.first_page}</a> });
    let next = next.map(|cursor| {
        view! { <a class="button" href=address(&cursor) data-testid="next-page">{texts.next_page}</a> }
    });
    view! {
        <div class="table-foot">
            <div class="table-foot-facts">
                <span>{fill(t::<Lists>().shown, &[&count(shown as u64)])}</span>
            </div>
            <div class="pager">{first} {next}</div>
        </div>
    }
    .into_any()
}
