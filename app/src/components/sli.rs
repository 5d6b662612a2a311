//! One service level of one cluster: its last value, and its last 15 minutes as a sparkline.

use super::chart::Sparkline;
use crate::format::number::{latency, ratio, short};
use crate::i18n::common::Common;
use crate::i18n::overview::Overview;
use crate::i18n::t;
use leptos::prelude::*;
use model::wire::alerting::{Sli, SliNow};

/// What a service level is called.
pub fn sli_title(sli: Sli) -> &'static str {
    let texts = t::<Overview>();
    match sli {
        Sli::NodeReadyRatio => texts.sli_node_ready_ratio,
        Sli::PodStartSuccessRatio => texts.sli_pod_start_success_ratio,
        Sli::ApiLatencyP95 => texts.sli_api_latency_p95,
        Sli::EtcdLeaderChanges => texts.sli_etcd_leader_changes,
    }
}

/// A value with its unit.
pub fn sli_value(sli: Sli, value: f64) -> String {
    match sli {
        Sli::NodeReadyRatio | Sli::PodStartSuccessRatio => ratio(value),
        Sli::ApiLatencyP95 => latency(value),
        Sli::EtcdLeaderChanges => format!("{} {}", short(value), t::<Overview>().per_hour),
    }
}

/// The least range a sparkline shows, so that noise does not look like a storm.
fn least_span(sli: Sli) -> f64 {
    match sli {
        Sli::NodeReadyRatio | Sli::PodStartSuccessRatio => 0.2,
        Sli::ApiLatencyP95 => 0.05,
        Sli::EtcdLeaderChanges => 2.0,
    }
}

#[component]
pub fn SliCell(now: SliNow) -> impl IntoView {
    let value = match (now.value, now.missing.as_deref()) {
        (Some(value), _) => sli_value(now.sli, value),
        (None, Some("no source")) => t::<Overview>().no_source.to_string(),
        (None, _) => t::<Common>().gap.to_string(),
    };
    let class = if now.value.is_some() { "sli-value" } else { "sli-value muted" };
    let label = format!("{}: {value}", sli_title(now.sli));
    let known = now.recent.iter().any(Option::is_some);
    let title = label.clone();
    view! {
        <div class="sli" title=title data-testid="sli" data-sli=now.sli.key()>
            <span class=class>{value}</span>
            {known.then(|| view! { <Sparkline values=now.recent label=label least_span=Some(least_span(now.sli)) /> })}
        </div>
    }
    .into_any()
}
