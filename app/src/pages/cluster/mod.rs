//! `/clusters/{name}`: one cluster, its figures, its data's ages, its settings.

pub mod credential;
mod figures;
mod history;
mod manage;
mod watch;

use crate::components::age::Age;
use crate::components::badge::StateBadge;
use crate::components::copy::LongName;
use crate::components::each::CollectAny;
use crate::components::labels::LabelChips;
use crate::components::loaded::Loaded;
use crate::components::page::{Crumb, PageHead};
use crate::components::when::When;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::t;
use crate::live::{Refresh, use_refresh};
use crate::pages::clusters::{Insecure, NoPlacements};
use crate::pages::overview::oldest;
use crate::reading::Reading;
use crate::server_fns::clusters::{ClusterDetail, ReadCluster};
use crate::viewer::may;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::access::Action;
use model::wire::cluster::Cluster;

#[component]
pub fn ClusterPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("name").unwrap_or_default()));
    let follow = Refresh { clusters: true, alerts: true, decisions: true, every_seconds: 2 };
    let changed = use_refresh(follow);
    let source = Reading::new(move || changed.get(), move || ReadCluster { name: name.get() });
    let texts = t::<Texts>();
    view! {
        {move || view! { <PageHead title=name.get() crumbs=vec![Crumb::new(texts.title, "/clusters")] /> }}
        <Loaded source view=|detail: ClusterDetail| view! { <Everything detail /> }.into_any() rows=14 />
        {move || {
            let name = name.get();
            may(Action::OperateCluster).then(|| view! { <manage::Manage name /> })
        }}
    }
    .into_any()
}

#[component]
fn Everything(detail: ClusterDetail) -> impl IntoView {
    let ClusterDetail { cluster, summary, alerts, decisions } = detail;
    view! {
        <Status cluster=cluster.clone() />
        <figures::Figures summary=summary.clone() name=cluster.name.clone() />
        <div class="columns">
            <Facts cluster=cluster.clone() />
            <watch::Ages cluster=cluster.clone() />
            <watch::Costs costs=summary.watch />
        </div>
        <div class="columns">
            <history::Alerts alerts />
            <history::Decisions decisions />
        </div>
    }
    .into_any()
}

#[component]
fn Status(cluster: Cluster) -> impl IntoView {
    view! {
        <p class="cluster-status" data-testid="cluster-status">
            <StateBadge state=cluster.state.as_str() />
            <span>{cluster.reason.clone()}</span>
            <When at=cluster.since />
            <Age age=oldest(&cluster.ages) />
            {cluster.cordoned.then(|| view! { <StateBadge state="Cordoned" /> })}
            {cluster.insecure.then(|| view! { <Insecure /> })}
            <NoPlacements cluster=cluster.clone() />
        </p>
    }
    .into_any()
}

#[component]
fn Facts(cluster: Cluster) -> impl IntoView {
    let texts = t::<Texts>();
    let credential = cluster.credential.clone();
    let expires = match credential.expires_at {
        Some(at) => view! { <When at=at /> }.into_any(),
        None => texts.never_expires.into_any(),
    };
    let taints = cluster.taints.iter().map(|taint| {
        let text = crate::format::taint::write(taint);
        view! { <span class="chip mono">{text}</span> }
    });
    let taints = taints.collect_any();
    view! {
        <section class="panel">
            <div class="panel-head"><h2>{texts.about}</h2></div>
            <dl class="facts">
                <dt>{texts.server}</dt>
                <dd><LongName name=cluster.server.clone() most=44 /></dd>
                <dt>{texts.version}</dt>
                <dd class="mono">{cluster.version.clone().unwrap_or_else(|| "–".into())}</dd>
                <dt>{texts.labels}</dt>
                <dd><LabelChips labels=cluster.labels.clone() most=12 /></dd>
                <dt>{texts.taints}</dt>
                <dd>{if cluster.taints.is_empty() { "–".into_any() } else { taints.into_any() }}</dd>
                <dt>{texts.weight}</dt>
                <dd>{cluster.weight}</dd>
                <dt>{texts.credential}</dt>
                <dd data-testid="credential">{credential.kind}</dd>
                <dt>{texts.identity}</dt>
                <dd class="mono">{credential.identity.unwrap_or_else(|| "–".into())}</dd>
                <dt>{texts.expires}</dt>
                <dd>{expires}</dd>
                <dt>{texts.updated}</dt>
                <dd><When at=credential.updated_at /></dd>
                <dt>{texts.added}</dt>
                <dd><When at=cluster.created_at /></dd>
                <dt>{texts.uid}</dt>
                <dd>{cluster.uid.map(|uid| view! { <LongName name=uid most=36 /> })}</dd>
            </dl>
        </section>
    }
    .into_any()
}
