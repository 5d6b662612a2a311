//! `/audit`: who did what to what, and how it ended.

use crate::components::badge::Tone;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::empty::Empty;
use crate::components::filter_bar::{FilterBar, FilterText, use_parameter};
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::components::pager::Pager;
use crate::components::when::When;
use crate::i18n::accounts::Accounts;
use crate::i18n::t;
use crate::reading::Reading;
use crate::server_fns::accounts::ListAudit;
use leptos::prelude::*;
use model::wire::account::AuditEntry;
use model::wire::list::Items;

const PATH: &str = "/audit";
const FILTERS: [&str; 6] = ["actor", "action", "object", "outcome", "from", "to"];

#[component]
pub fn AuditPage() -> impl IntoView {
    let texts = t::<Accounts>();
    let parameters = FILTERS.map(use_parameter);
    let [actor, action, object, outcome, from, to] = parameters;
    let cursor = use_parameter("cursor");
    let values = move || parameters.map(|parameter| parameter.get());
    let source = Reading::new(
        || 0,
        move || {
            let [actor, action, object, outcome, from, to] = values();
            ListAudit { actor, action, object, outcome, from, to, cursor: cursor.get() }
        },
    );
    let filtered = Signal::derive(move || values().iter().any(|value| !value.is_empty()));
    let show = move |list: Items<AuditEntry>| {
        if list.items.is_empty() {
            return view! { <Empty icon=Icon::Book text=texts.audit_empty /> }.into_any();
        }
        let (shown, further) = (list.items.len(), !cursor.get_untracked().is_empty());
        let filters = FILTERS.into_iter().zip(untrack(values)).collect::<Vec<_>>();
        view! {
            <div class="table-wrap">
                <Table items=list.items />
                <Pager path=PATH filters shown next=list.next further />
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title=texts.audit />
        <FilterBar path=PATH filtered>
            <FilterText name="actor" label=texts.actor value=actor />
            <FilterText name="action" label=texts.action value=action placeholder="cluster." />
            <FilterText name="object" label=texts.object value=object placeholder="cluster/sh" />
            <FilterText name="outcome" label=texts.outcome value=outcome placeholder="ok" />
            <FilterText name="from" label=texts.from value=from kind="date" />
            <FilterText name="to" label=texts.to value=to kind="date" />
        </FilterBar>
        <Loaded source view=show rows=12 />
    }
    .into_any()
}

#[component]
fn Table(items: Vec<AuditEntry>) -> impl IntoView {
    let texts = t::<Accounts>();
    let rows = items.into_iter().map(|entry| view! { <Row entry /> });
    let heads = vec![
        (texts.outcome, ""),
        (texts.action, ""),
        (texts.object, ""),
        (texts.actor, ""),
        (texts.detail, "minor"),
        (texts.time, "figure"),
    ];
    view! {
        <DataTable heads>{rows.collect_any()}</DataTable>
    }
    .into_any()
}

#[component]
fn Row(entry: AuditEntry) -> impl IntoView {
    let texts = t::<Accounts>();
    let ok = entry.outcome == "ok";
    let (tone, icon) = if ok { (Tone::Good, Icon::Disc) } else { (Tone::Bad, Icon::RingBar) };
    let word = if ok { texts.all_ok.to_string() } else { entry.outcome.clone() };
    let detail = words(&entry.detail);
    view! {
        <tr role="row" data-testid="row" data-action=entry.action.clone() data-object=entry.object.clone()>
            <td role="cell" class="cell-state">
                <span class=tone.class()><IconView icon /><span class="badge-word">{word}</span></span>
            </td>
            <td role="cell" class="cell-name"><strong class="mono">{entry.action.clone()}</strong></td>
            <td role="cell" data-label=texts.object><span class="mono audit-object" title=entry.object.clone()>{short(&entry.object)}</span></td>
            <td role="cell" data-label=texts.actor>{entry.actor}</td>
            <td role="cell" class="minor audit-detail" title=detail.clone()>{detail.clone()}</td>
            <td role="cell" class="figure"><When at=entry.time /></td>
        </tr>
    }
    .into_any()
}

fn short(object: &str) -> String {
    crate::format::text::middle_cut(object, 34)
}

/// `role: admin, disabled: false` of an object.
fn words(detail: &serde_json::Value) -> String {
    let Some(map) = detail.as_object() else { return String::new() };
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let known = map.iter().filter(|(_, value)| !value.is_null());
    known.map(|(key, value)| format!("{key}: {}", plain(value))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::words;
    use serde_json::json;

    #[test]
    fn details_read_as_words() {
        assert_eq!(words(&json!({"role": "admin", "password": true, "note": null})), "role: admin, password: true");
        assert_eq!(words(&json!("x")), "");
    }
}
