//! `/decisions`: what was placed, newest first.

use crate::components::badge::StateBadge;
use crate::components::copy::LongName;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::empty::Empty;
use crate::components::filter_bar::{FilterBar, FilterSelect, FilterText, use_parameter};
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::components::pager::Pager;
use crate::components::when::When;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::states::state_word;
use crate::i18n::{fill, frame::Frame, lang, t};
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::schedule::ListDecisions;
use crate::viewer::may;
use leptos::prelude::*;
use model::access::Action;
use model::wire::list::Items;
use model::wire::schedule::{DecisionItem, Outcome, Phase};

const PATH: &str = "/decisions";
const OUTCOMES: [Outcome; 4] =
    [Outcome::Scheduled, Outcome::Unschedulable, Outcome::Invalid, Outcome::NeedsIntervention];

#[component]
pub fn DecisionsPage() -> impl IntoView {
    let texts = t::<Scheduling>();
    let (outcome, cluster) = (use_parameter("outcome"), use_parameter("cluster"));
    let (q, cursor) = (use_parameter("q"), use_parameter("cursor"));
    let changed = use_refresh(Refresh { decisions: true, ..Default::default() });
    let source = Reading::new(
        move || changed.get(),
        move || ListDecisions { outcome: outcome.get(), cluster: cluster.get(), q: q.get(), cursor: cursor.get() },
    );
    let filters = move || vec![("outcome", outcome.get()), ("cluster", cluster.get()), ("q", q.get())];
    let filtered = Signal::derive(move || filters().iter().any(|(_, value)| !value.is_empty()));
    let options = OUTCOMES.map(|o| (o.as_str().to_string(), state_word(lang(), o.as_str()).to_string())).to_vec();
    let schedule = may(Action::Schedule).then(|| {
        view! {
            <a class="button button-primary" href="/schedule">
                <IconView icon=Icon::Target />
                {t::<Frame>().schedule}
            </a>
        }
    });
    let show = move |list: Items<DecisionItem>| {
        if list.items.is_empty() {
            return view! { <Nothing filtered=filtered.get_untracked() /> }.into_any();
        }
        let further = !cursor.get_untracked().is_empty();
        let shown = list.items.len();
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
        <PageHead title=texts.decisions>{schedule}</PageHead>
        <FilterBar path=PATH filtered>
            <FilterSelect name="outcome" label=texts.outcome any=texts.any options value=outcome />
            <FilterText name="cluster" label=texts.cluster value=cluster />
            <FilterText name="q" label=texts.search value=q />
        </FilterBar>
        <Loaded source view=show rows=10 />
    }
    .into_any()
}

#[component]
fn Nothing(filtered: bool) -> impl IntoView {
    let texts = t::<Scheduling>();
    let text = if filtered { texts.decisions_empty_filtered } else { texts.decisions_empty };
    let place = (!filtered && may(Action::Schedule))
        .then(|| view! { <a class="button" href="/schedule?sample=1">{texts.place_first}</a> });
    view! { <Empty icon=Icon::Target text>{place}</Empty> }
}

#[component]
fn Table(items: Vec<DecisionItem>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let rows = items.into_iter().map(|item| view! { <Row item /> });
    let heads = vec![
        (texts.phase, ""),
        (texts.workload, ""),
        (texts.target, ""),
        (texts.namespace, ""),
        (texts.outcome, ""),
        (texts.by, "minor"),
        (texts.when, "figure"),
    ];
    view! {
        <DataTable heads>{rows.collect_any()}</DataTable>
    }
    .into_any()
}

#[component]
fn Row(item: DecisionItem) -> impl IntoView {
    let texts = t::<Scheduling>();
    // A decision that started nothing has no phase worth telling.
    let state = if item.phase == Phase::Planned { item.outcome.as_str() } else { item.phase.as_str() };
    let href = Some(format!("/decisions/{}", item.id));
    let target = match item.target {
        Some(target) => {
            view! { <a class="quiet-link" href=format!("/clusters/{}", target.cluster)>{target.cluster.clone()}</a> }
                .into_any()
        }
        None => view! { <span class="muted">{texts.no_target}</span> }.into_any(),
    };
    view! {
        <tr role="row" data-testid="row" data-id=item.id.clone()>
            <td role="cell" class="cell-state"><StateBadge state=state /></td>
            <td role="cell" class="cell-name">
                <LongName name=item.workload.name.clone() href />
                <span class="muted">{fill(texts.replicas, &[&item.workload.replicas])}</span>
            </td>
            <td role="cell" data-label=texts.target>{target}</td>
            <td role="cell" data-label=texts.namespace><span class="mono">{item.workload.namespace}</span></td>
            <td role="cell" data-label=texts.outcome>{state_word(lang(), item.outcome.as_str()).to_string()}</td>
            <td role="cell" class="minor" data-label=texts.by>{item.created_by}</td>
            <td role="cell" class="figure"><When at=item.created_at /></td>
        </tr>
    }
    .into_any()
}
