//! `/`: first what needs a person, then the fleet, one row per cluster.

mod attention;
mod fleet;
mod totals;

pub use totals::oldest;

use crate::components::empty::Empty;
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::i18n::overview::Overview as Texts;
use crate::i18n::{frame::Frame, t};
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::overview::{OverviewData, ReadOverview};
use crate::viewer::may;
use leptos::prelude::*;
use model::access::Action;

#[component]
pub fn Overview() -> impl IntoView {
    let follow = Refresh { clusters: true, alerts: true, decisions: true, every_seconds: 2 };
    let changed = use_refresh(follow);
    let source = Reading::new(move || changed.get(), || ReadOverview {});
    let texts = t::<Texts>();
    let schedule = may(Action::Schedule).then(|| {
        view! {
            <a class="button button-primary" href="/schedule">
                <IconView icon=Icon::Target />
                {t::<Frame>().schedule}
            </a>
        }
    });
    view! {
        <PageHead title=texts.title>{schedule}</PageHead>
        <Loaded source view=|data: OverviewData| view! { <Everything data /> }.into_any() rows=12 />
    }
    .into_any()
}

#[component]
fn Everything(data: OverviewData) -> impl IntoView {
    let texts = t::<Texts>();
    if data.clusters.is_empty() {
        let add = may(Action::ManageClusters)
            .then(|| view! { <a class="button button-primary" href="/clusters?add=1">{texts.empty_action}</a> });
        return view! { <Empty icon=Icon::Ship text=texts.empty>{add}</Empty> }.into_any();
    }
    view! {
        <attention::Attention clusters=data.clusters.clone() firing=data.firing waiting=data.waiting />
        <totals::Totals clusters=data.clusters.clone() summaries=data.summaries.clone() />
        <fleet::Fleet clusters=data.clusters summaries=data.summaries />
    }
    .into_any()
}
