//! A table under a row of heads. On a narrow page its rows become cards, which is why roles are spelled out.

use crate::components::each::CollectAny;
use leptos::prelude::*;

/// What stands above a column, and the column's class (`figure`, `minor` or nothing).
pub type Head = (&'static str, &'static str);

#[component]
pub fn DataTable(
    heads: Vec<Head>,
    /// Further classes of the table.
    #[prop(optional)]
    class: &'static str,
    #[prop(default = "table")] testid: &'static str,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let heads = heads.into_iter().map(|(text, class)| {
        view! { <th role="columnheader" scope="col" class=(!class.is_empty()).then_some(class)>{text}</th> }
    });
    view! {
        <table class=format!("table table-lines {class}") role="table" data-testid=testid>
            <thead role="rowgroup">
                <tr role="row">{heads.collect_any()}</tr>
            </thead>
            <tbody role="rowgroup">{children()}</tbody>
        </table>
    }
    .into_any()
}
