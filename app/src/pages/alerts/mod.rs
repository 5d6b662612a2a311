//! `/alerts`: what fires now, worst and oldest first; what may fire soon; the history.

mod ack;
mod band;
mod firing;
mod history;
pub mod measure;

use crate::components::filter_bar::use_parameter;
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::i18n::alerting::Alerting;
use crate::i18n::t;
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::alerting::{AlertPage, ReadAlerts};
use crate::viewer::may;
use leptos::prelude::*;
use model::access::Action;

pub const PATH: &str = "/alerts";

#[component]
pub fn AlertsPage() -> impl IntoView {
    let filters = history::Filters::of_address();
    let open = use_parameter("ack");
    let changed = use_refresh(Refresh { alerts: true, every_seconds: 10, ..Default::default() });
    let asked = Memo::new(move |_| filters.values());
    let source = Reading::new(
        move || changed.get(),
        move || {
            let asked = asked.get();
            ReadAlerts { state: asked.state, severity: asked.severity, cluster: asked.cluster, cursor: asked.cursor }
        },
    );
    let show = move |page: AlertPage| {
        let asked = asked.get_untracked();
        view! {
            <firing::Firing alerts=page.firing.clone() trends=page.trends />
            <firing::PendingAlerts alerts=page.pending />
            <history::History list=page.history asked now=page.now />
        }
        .into_any()
    };
    view! {
        <PageHead title={t::<Alerting>().alerts} />
        <history::FilterForm filters />
        <Loaded source view=show rows=12 />
        {move || {
            let id = open.get();
            (!id.is_empty() && may(Action::HandleAlert)).then(|| view! { <ack::AckPanel id source /> })
        }}
    }
    .into_any()
}
