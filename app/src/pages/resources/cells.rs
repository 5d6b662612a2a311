//! One cell of a table, by its column.

use super::query::ListQuery;
use super::rows::{Cell, Row};
use crate::components::badge::StateBadge;
use crate::components::chart::Meter;
use crate::components::copy::LongName;
use crate::components::each::CollectAny;
use crate::components::labels::LabelChips;
use crate::components::when::{When, WhenShort};
use crate::format::number::short as short_number;
use crate::format::text::middle_cut;
use crate::i18n::lists::column_title;
use crate::i18n::{common::Common, lang, t};
use leptos::prelude::*;
use model::kinds::{Column, ColumnType};

/// How many characters of a name a column shows.
const NAME: usize = 34;
const OTHER: usize = 20;

/// A cell of the table.
pub fn cell(column: &'static Column, row: &Row, query: &ListQuery) -> AnyView {
    match column.name {
        "name" => {
            let open = query.with_open(Some(&row.uid)).address();
            view! { <LongName name=row.name.clone() most=NAME href=Some(open) stays=true /> }.into_any()
        }
        "cluster" => {
            let href = format!("/clusters/{}", row.cluster);
            view! { <a class="quiet-link" href=href>{row.cluster.clone()}</a> }.into_any()
        }
        "namespace" => short(row.namespace.clone().unwrap_or_default()),
        "createdAt" => view! { <WhenShort at=row.created_at /> }.into_any(),
        "images" => images(row.value("images")),
        // Events have no name worth showing: what they are about opens them.
        "object" => {
            let open = query.with_open(Some(&row.uid)).address();
            let object = row.value("object").map(plain).unwrap_or_else(|| row.name.clone());
            view! { <LongName name=object most=NAME href=Some(open) stays=true /> }.into_any()
        }
        "message" => {
            let message = row.value("message").map(plain).unwrap_or_default();
            view! { <span class="message" title=message.clone()>{message.clone()}</span> }.into_any()
        }
        _ => value(column, row.value(column.name), false),
    }
}

/// The same in the drawer, where there is room for all of it.
pub fn whole_cell(column: &'static Column, row: &Row) -> AnyView {
    match column.name {
        "name" => copied(row.name.clone()),
        "uid" => copied(row.uid.clone()),
        "cluster" => view! { <a href=format!("/clusters/{}", row.cluster)>{row.cluster.clone()}</a> }.into_any(),
        "namespace" => copied(row.namespace.clone().unwrap_or_default()),
        "createdAt" => view! { <When at=row.created_at /> }.into_any(),
        "syncedAt" => match row.synced_at {
            Some(at) => view! { <When at=at /> }.into_any(),
            None => t::<Common>().never.into_any(),
        },
        "labels" => view! { <LabelChips labels=row.labels.clone() most=usize::MAX /> }.into_any(),
        _ => value(column, row.value(column.name), true),
    }
}

fn value(column: &'static Column, value: Option<&Cell>, whole: bool) -> AnyView {
    let value = value.unwrap_or(&Cell::Nothing);
    match (column.name, column.of, value) {
        (_, _, Cell::Nothing) => nothing(),
        ("status", _, Cell::Text(state)) => view! { <StateBadge state=state.clone() /> }.into_any(),
        ("used", _, Cell::Number(percent)) => {
            let percent = *percent;
            let label = column_title(lang(), "used").to_string();
            view! { <span class="used"><Meter part=percent whole=100 label=label />{percent} " %"</span> }.into_any()
        }
        (_, ColumnType::Time, Cell::Text(at)) => match at.parse() {
            Ok(at) if whole => view! { <When at=at /> }.into_any(),
            Ok(at) => view! { <WhenShort at=at /> }.into_any(),
            Err(_) => nothing(),
        },
        ("message", _, Cell::Text(message)) => message.clone().into_any(),
        (_, ColumnType::Bool, Cell::Bool(value)) => {
            let texts = t::<Common>();
            if *value { texts.yes } else { texts.no }.into_any()
        }
        (_, ColumnType::List, Cell::List(items)) if whole => {
            let items = items.iter().map(|item| view! { <li class="mono">{plain(item)}</li> });
            view! { <ul>{items.collect_any()}</ul> }.into_any()
        }
        (_, ColumnType::List, Cell::List(items)) => short(items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        (_, ColumnType::Text, Cell::Text(text)) if whole => copied(text.clone()),
        (_, ColumnType::Text, Cell::Text(text)) => short(text.clone()),
        (_, _, other) => plain(other).into_any(),
    }
}

fn plain(value: &Cell) -> String {
    match value {
        Cell::Nothing => String::new(),
        Cell::Bool(value) => value.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Fraction(number) => short_number(*number),
        Cell::Text(text) => text.clone(),
        Cell::List(cells) => cells.iter().map(plain).collect::<Vec<_>>().join(", "),
        Cell::Object(columns) => {
            columns.iter().map(|(key, cell)| [key, ": ", &plain(cell)].concat()).collect::<Vec<_>>().join(", ")
        }
    }
}

fn nothing() -> AnyView {
    view! { <span class="muted">"–"</span> }.into_any()
}

fn short(text: String) -> AnyView {
    if text.is_empty() {
        return nothing();
    }
    let shown = middle_cut(&text, OTHER);
    view! { <span class="mono" title=text>{shown}</span> }.into_any()
}

fn copied(text: String) -> AnyView {
    if text.is_empty() {
        return nothing();
    }
    view! { <LongName name=text most=56 /> }.into_any()
}

/// Without the registry in front: that is the same for most.
fn images(value: Option<&Cell>) -> AnyView {
    let Some(Cell::List(all)) = value else { return nothing() };
    let all: Vec<String> = all.iter().map(plain).collect();
    let Some(first) = all.first() else { return nothing() };
    let name = first.rsplit('/').next().unwrap_or(first);
    let more = if all.len() > 1 { format!(" +{}", all.len() - 1) } else { String::new() };
    view! { <span class="mono" title=all.join("\n")>{middle_cut(name, OTHER)} {more}</span> }.into_any()
}
