//! `/deliveries`: every message to every channel, with the receiver's verdict.

use crate::components::badge::StateBadge;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::empty::Empty;
use crate::components::filter_bar::{FilterBar, FilterSelect, FilterText, use_parameter};
use crate::components::icon::Icon;
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::components::pager::Pager;
use crate::components::when::When;
use crate::i18n::alerting::Alerting;
use crate::i18n::states::state_word;
use crate::i18n::{lang, t};
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::alerting::ListDeliveries;
use leptos::prelude::*;
use model::wire::alerting::Delivery;
use model::wire::list::Items;

const PATH: &str = "/deliveries";

#[component]
pub fn DeliveriesPage() -> impl IntoView {
    let texts = t::<Alerting>();
    let (channel, state) = (use_parameter("channel"), use_parameter("state"));
    let (alert, cursor) = (use_parameter("alert"), use_parameter("cursor"));
    let changed = use_refresh(Refresh { alerts: true, every_seconds: 10, ..Default::default() });
    let source = Reading::new(
        move || changed.get(),
        move || ListDeliveries { channel: channel.get(), state: state.get(), alert: alert.get(), cursor: cursor.get() },
    );
    let filters = move || vec![("channel", channel.get()), ("state", state.get()), ("alert", alert.get())];
    let filtered = Signal::derive(move || filters().iter().any(|(_, value)| !value.is_empty()));
    let options = ["pending", "delivering", "delivered", "failed", "dead"]
        .map(|state| (state.to_string(), state_word(lang(), state).to_string()))
        .to_vec();
    let show = move |list: Items<Delivery>| {
        if list.items.is_empty() {
            let filtered = filtered.get_untracked();
            let text = if filtered { texts.deliveries_empty_filtered } else { texts.deliveries_empty };
            return view! { <Empty icon=Icon::Send text /> }.into_any();
        }
        let (shown, further) = (list.items.len(), !cursor.get_untracked().is_empty());
        let filters = untrack(filters);
        view! {
            <div class="table-wrap">
                <Table items=list.items />
                <Pager path=PATH filters shown next=list.next further />
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title=texts.deliveries />
        <FilterBar path=PATH filtered>
            <FilterText name="channel" label=texts.channel value=channel />
            <FilterSelect name="state" label=texts.state any=texts.any options value=state />
            {move || alert.with(|alert| !alert.is_empty()).then(|| view! {
                <label class="filter filter-tick">
                    <input type="checkbox" name="alert" value=move || alert.get() checked=true />
                    <span>{texts.one_alert}</span>
                </label>
            })}
        </FilterBar>
        <Loaded source view=show rows=10 />
    }
    .into_any()
}

#[component]
fn Table(items: Vec<Delivery>) -> impl IntoView {
    let texts = t::<Alerting>();
    let rows = items.into_iter().map(|delivery| view! { <Row delivery /> });
    let heads = vec![
        (texts.state, ""),
        (texts.channel, ""),
        (texts.message, ""),
        (texts.error, ""),
        (texts.attempts, "figure"),
        (texts.began, "figure"),
        (texts.ended, "figure"),
    ];
    view! {
        <DataTable heads>{rows.collect_any()}</DataTable>
    }
    .into_any()
}

#[component]
fn Row(delivery: Delivery) -> impl IntoView {
    let texts = t::<Alerting>();
    let done = match (delivery.done_at, delivery.next_attempt_at) {
        (Some(at), _) => view! { <When at=at /> }.into_any(),
        (None, Some(at)) => {
            let (before, after) = texts.next_try.split_once("{}").unwrap_or((texts.next_try, ""));
            view! { <span class="muted">{before} <When at=at /> {after}</span> }.into_any()
        }
        (None, None) => ().into_any(),
    };
    view! {
        <tr role="row" data-testid="row" data-channel=delivery.channel.clone() data-state=delivery.state.clone()>
            <td role="cell" class="cell-state"><StateBadge state=delivery.state.clone() /></td>
            <td role="cell" data-label=texts.channel><span class="mono">{delivery.channel.clone()}</span></td>
            <td role="cell" class="cell-name">
                <strong>{delivery.rule}</strong>
                <span class="muted">" " {state_word(lang(), delivery.alert_state.as_str()).to_string()}</span>
            </td>
            <td role="cell" data-label=texts.error>{delivery.error}</td>
            <td role="cell" class="figure" data-label=texts.attempts>{delivery.attempts}</td>
            <td role="cell" class="figure" data-label=texts.began><When at=delivery.created_at /></td>
            <td role="cell" class="figure">{done}</td>
        </tr>
    }
    .into_any()
}
