//! Every alert there was, newest first.

use super::PATH;
use super::band::Band;
use super::firing::Place;
use super::measure::measured;
use crate::components::badge::StateBadge;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::empty::Empty;
use crate::components::filter_bar::{FilterBar, FilterSelect, FilterText, use_parameter};
use crate::components::icon::Icon;
use crate::components::pager::Pager;
use crate::components::when::When;
use crate::format::annotation::summary;
use crate::format::url;
use crate::i18n::alerting::Alerting;
use crate::i18n::states::state_word;
use crate::i18n::{lang, t};
use crate::viewer::may;
use jiff::Timestamp;
use leptos::prelude::*;
use model::access::Action;
use model::wire::alerting::Alert;
use model::wire::list::Items;

/// The filters of the history, as the address has them.
#[derive(Clone, Copy)]
pub struct Filters {
    state: Memo<String>,
    severity: Memo<String>,
    cluster: Memo<String>,
    cursor: Memo<String>,
}

/// Their values of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub state: String,
    pub severity: String,
    pub cluster: String,
    pub cursor: String,
}

impl Filters {
    pub fn of_address() -> Filters {
        Filters {
            state: use_parameter("state"),
            severity: use_parameter("severity"),
            cluster: use_parameter("cluster"),
            cursor: use_parameter("cursor"),
        }
    }

    pub fn values(&self) -> Asked {
        Asked {
            state: self.state.get(),
            severity: self.severity.get(),
            cluster: self.cluster.get(),
            cursor: self.cursor.get(),
        }
    }
}

impl Asked {
    fn is_filtered(&self) -> bool {
        ![&self.state, &self.severity, &self.cluster].into_iter().all(|text| text.is_empty())
    }
}

#[component]
pub fn FilterForm(filters: Filters) -> impl IntoView {
    let texts = t::<Alerting>();
    let filtered = Signal::derive(move || filters.values().is_filtered());
    let named = |values: &[&str]| -> Vec<(String, String)> {
        values.iter().map(|value| (value.to_string(), state_word(lang(), value).to_string())).collect()
    };
    view! {
        <FilterBar path=PATH filtered>
            <FilterSelect
                name="state"
                label=texts.state
                any=texts.any
                options=named(&["firing", "pending", "resolved"])
                value=filters.state
            />
            <FilterSelect
                name="severity"
                label=texts.severity
                any=texts.any
                options=named(&["critical", "warning", "info"])
                value=filters.severity
            />
            <FilterText name="cluster" label=texts.cluster value=filters.cluster />
        </FilterBar>
    }
    .into_any()
}

#[component]
pub fn History(list: Items<Alert>, asked: Asked, now: Timestamp) -> impl IntoView {
    let texts = t::<Alerting>();
    let body = if list.items.is_empty() {
        let text = if asked.is_filtered() { texts.history_empty_filtered } else { texts.history_empty };
        view! { <Empty icon=Icon::Bell text /> }.into_any()
    } else {
        let (shown, further) = (list.items.len(), !asked.cursor.is_empty());
        let filters = vec![("state", asked.state), ("severity", asked.severity), ("cluster", asked.cluster)];
        view! {
            <Band alerts=list.items.clone() now />
            <div class="table-wrap">
                <Table items=list.items />
                <Pager path=PATH filters shown next=list.next further />
            </div>
        }
        .into_any()
    };
    view! {
        <section class="stack" aria-labelledby="history" data-testid="history">
            <h2 id="history">{texts.history}</h2>
            {body}
        </section>
    }
    .into_any()
}

#[component]
fn Table(items: Vec<Alert>) -> impl IntoView {
    let texts = t::<Alerting>();
    let rows = items.into_iter().map(|alert| view! { <Row alert /> });
    let heads = vec![
        (texts.state, ""),
        (texts.severity, ""),
        (texts.rule, ""),
        (texts.cluster, ""),
        (texts.value, ""),
        (texts.acked, "minor"),
        (texts.began, "figure"),
        (texts.ended, "figure"),
    ];
    view! {
        <DataTable heads>{rows.collect_any()}</DataTable>
    }
    .into_any()
}

#[component]
fn Row(alert: Alert) -> impl IntoView {
    let texts = t::<Alerting>();
    let rule = match may(Action::ManageAlerting) {
        true => {
            let href = url::address("/deliveries", [("alert", alert.id.as_str())]);
            view! { <a class="name-link" href=href title=texts.deliveries_of>{alert.rule.clone()}</a> }.into_any()
        }
        false => view! { <strong>{alert.rule.clone()}</strong> }.into_any(),
    };
    view! {
        <tr role="row" data-testid="row" data-rule=alert.rule.clone() data-state=alert.state.as_str()>
            <td role="cell" class="cell-state"><StateBadge state=alert.state.as_str() /></td>
            <td role="cell" data-label=texts.severity>{state_word(lang(), alert.severity.as_str()).to_string()}</td>
            <td role="cell" class="cell-name" title=summary(&alert.annotations)>{rule}</td>
            <td role="cell" data-label=texts.cluster><Place cluster=alert.cluster.clone() /></td>
            <td role="cell" data-label=texts.value>{measured(&alert)}</td>
            <td role="cell" class="minor" data-label=texts.acked>{alert.ack.map(|ack| ack.by)}</td>
            <td role="cell" class="figure" data-label=texts.began><When at=alert.starts_at /></td>
            <td role="cell" class="figure" data-label=texts.ended>{alert.ends_at.map(|at| view! { <When at=at /> })}</td>
        </tr>
    }
    .into_any()
}
