//! Alerts, rules, channels and deliveries. A channel's address and secret never pass here: its form posts to `/forms/channels`.

use super::Answer;
use jiff::Timestamp;
use leptos::server;
use leptos::server_fn::codec::GetUrl;
use model::wire::alerting::{Alert, AlertRule, Channel, ChannelTest, Delivery};
use model::wire::list::Items;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What fires and what may soon, and the history below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertPage {
    pub firing: Vec<Alert>,
    pub pending: Vec<Alert>,
    pub history: Items<Alert>,
    /// The measure behind a firing alert around the moment it fired, by the alert's id.
    pub trends: BTreeMap<String, Vec<Option<f64>>>,
    /// The server's clock, for the band of time.
    pub now: Timestamp,
}

/// Of how many firing alerts the measure is drawn.
#[cfg(feature = "ssr")]
const TRENDS: usize = 12;

#[server(prefix = "/fn", endpoint = "alerts", input = GetUrl)]
pub async fn read_alerts(state: String, severity: String, cluster: String, cursor: String) -> Answer<AlertPage> {
    use engine::monitor::AlertQuery;
    use model::wire::alerting::{AlertState, Severity};
    let (engine, caller) = super::ask()?;
    let of = |state| AlertQuery { state: Some(state), limit: 1000, ..Default::default() };
    let firing = engine.alerts(&caller, of(AlertState::Firing)).await?.items;
    let history = AlertQuery {
        state: AlertState::parse(&state),
        severity: Severity::parse(&severity),
        cluster: super::given(cluster),
        limit: super::PAGE,
        cursor: super::given(cursor),
        ..Default::default()
    };
    let mut trends = BTreeMap::new();
    for alert in firing.iter().take(TRENDS) {
        if let Some(values) = trend(&engine, &caller, alert).await? {
            trends.insert(alert.id.clone(), values);
        }
    }
    Ok(AlertPage {
        pending: engine.alerts(&caller, of(AlertState::Pending)).await?.items,
        history: engine.alerts(&caller, history).await?,
        trends,
        firing,
        now: Timestamp::now(),
    })
}

/// A quarter of an hour before and after it fired; None where the rule watches no service level.
#[cfg(feature = "ssr")]
async fn trend(
    engine: &engine::Engine,
    caller: &model::access::Caller,
    alert: &Alert,
) -> Answer<Option<Vec<Option<f64>>>> {
    use engine::monitor::SliQuery;
    use jiff::SignedDuration;
    let Some(sli) = crate::pages::alerts::measure::sli_of(&alert.rule) else { return Ok(None) };
    let around = SignedDuration::from_mins(15);
    let moment = alert.fired_at.unwrap_or(alert.starts_at);
    let query = SliQuery {
        cluster: Some(alert.cluster.clone()),
        from: Some(moment - around),
        to: Some((moment + around).min(Timestamp::now())),
        step: Some("30s".into()),
    };
    let series = engine.slis(caller, query).await?.items;
    Ok(series.into_iter().find(|series| series.sli == sli).map(|s| s.points.iter().map(|p| p.value).collect()))
}

#[server(prefix = "/fn", endpoint = "alert-ack")]
pub async fn ack_alert(id: String, #[server(default)] note: String) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    engine.ack_alert(&caller, &id, note.trim()).await?;
    leptos_axum::redirect("/alerts");
    Ok(())
}

#[server(prefix = "/fn", endpoint = "alert-rules", input = GetUrl)]
pub async fn read_alert_rules() -> Answer<Vec<AlertRule>> {
    let (engine, caller) = super::ask()?;
    Ok(engine.alert_rules(&caller).await?.items)
}

#[server(prefix = "/fn", endpoint = "channels", input = GetUrl)]
pub async fn read_channels() -> Answer<Vec<Channel>> {
    let (engine, caller) = super::ask()?;
    Ok(engine.channels(&caller).await?.items)
}

/// Sends a test message and tells the receiver's verdict.
#[server(prefix = "/fn", endpoint = "channel-test")]
pub async fn test_channel(name: String) -> Answer<ChannelTest> {
    let (engine, caller) = super::ask()?;
    let test = engine.test_channel(&caller, &name).await?;
    if super::is_plain_form() {
        let delivered = if test.delivered { "true" } else { "false" };
        let told =
            [("tested", name.as_str()), ("delivered", delivered), ("result", &test.result), ("message", &test.message)];
        leptos_axum::redirect(&crate::format::url::address("/channels", told));
    }
    Ok(test)
}

/// Deletes the channel when `confirm` is its name.
#[server(prefix = "/fn", endpoint = "channel-delete")]
pub async fn delete_channel(name: String, confirm: String) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    super::confirmed(&name, &confirm)?;
    engine.delete_channel(&caller, &name).await?;
    leptos_axum::redirect("/channels");
    Ok(())
}

#[server(prefix = "/fn", endpoint = "deliveries", input = GetUrl)]
pub async fn list_deliveries(channel: String, state: String, alert: String, cursor: String) -> Answer<Items<Delivery>> {
    let (engine, caller) = super::ask()?;
    let query = engine::monitor::DeliveryQuery {
        channel: super::given(channel),
        state: super::given(state),
        alert: super::given(alert),
        limit: super::PAGE,
        cursor: super::given(cursor),
    };
    Ok(engine.deliveries(&caller, query).await?)
}
