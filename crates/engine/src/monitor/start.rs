//! The monitor's tasks.

use super::evaluate::Evaluator;
use super::outbox::StoredOutbox;
use super::scrape::{ETCD_EVERY, LATENCY_EVERY};
use super::wire::RuleBody;
use crate::Engine;
use crate::problem::Answer;
use jiff::{SignedDuration, Timestamp};
use model::wire::alerting::Severity;
use model::wire::problem::Problem;
use notify::{Courier, OutboxError, Pace, Sender};
use runtime::egress::TargetKind;
use runtime::http::{GuardedClient, TlsSetupError, Trust};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use store::Document;
use tokio_util::sync::CancellationToken;

/// Time for a receiver to answer.
pub(super) const DELIVERY_DEADLINE: Duration = Duration::from_secs(10);
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
const KEEP_SLIS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Deliveries go with their alerts.
const KEEP_ALERTS: SignedDuration = SignedDuration::from_hours(90 * 24);
const PRUNE_BATCH: u32 = 5000;

impl Engine {
    /// Starts measuring, judging and telling.
    ///
    /// # Errors
    /// Where the rules that come with the program cannot be written.
    pub(crate) async fn start_monitor(&self) -> Result<(), Problem> {
        self.ensure_builtin_rules().await?;
        let sender = self.sender()?;
        let scraper =
            GuardedClient::new(Arc::clone(self.policy()), TargetKind::Metrics, Trust::WebRoots).map_err(tls)?;
        let outbox = Arc::new(StoredOutbox::new(self.clone()));
        let courier = Arc::new(Courier::new(outbox, sender, Pace::default()));
        self.monitor().set_courier(&courier);
        let tasks = self.supervisor().child("monitor");
        tasks.spawn("deliveries", move |stop| {
            let courier = Arc::clone(&courier);
            async move { courier.run(stop).await as Result<(), OutboxError> }
        });
        let engine = self.clone();
        tasks.spawn("alerts", move |stop| engine.clone().watch_over(stop));
        let engine = self.clone();
        tasks.spawn("api-latency", move |stop| {
            let engine = engine.clone();
            async move {
                every(LATENCY_EVERY, &stop, || engine.scrape_latency()).await;
                Ok::<(), Infallible>(())
            }
        });
        let engine = self.clone();
        tasks.spawn("etcd", move |stop| {
            let (engine, scraper) = (engine.clone(), scraper.clone());
            async move {
                every(ETCD_EVERY, &stop, || engine.scrape_etcd(&scraper)).await;
                Ok::<(), Infallible>(())
            }
        });
        let engine = self.clone();
        tasks.spawn("pruning", move |stop| engine.clone().keep_pruning(stop));
        Ok(())
    }

    pub(super) fn sender(&self) -> Result<Sender, Problem> {
        Sender::new(Arc::clone(self.policy()), &self.config().public_url, DELIVERY_DEADLINE).map_err(tls)
    }

    async fn ensure_builtin_rules(&self) -> Result<(), Problem> {
        let mut unit = self.store().begin().await.answer()?;
        for rule in alerting::builtin::rules() {
            let body = RuleBody {
                expr: rule.expr,
                hold: rule.hold,
                keep_firing_for: rule.keep_firing_for,
                severity: rule.severity,
                labels: rule.labels,
                annotations: rule.annotations,
            };
            let body = Document::of(&body).answer()?;
            unit.alert_rules().ensure_builtin(&rule.name, &body, Timestamp::now()).await.answer()?;
        }
        unit.commit().await.answer()
    }

    /// Measures and judges until `stop`. After a failure it starts anew from what the database says.
    async fn watch_over(self, stop: CancellationToken) -> Result<(), Problem> {
        let mut evaluator = Evaluator::load(&self).await?;
        let mut ticks = tokio::time::interval(self.config().monitor_interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = ticks.tick() => {}
            }
            let now = Timestamp::now();
            self.sample(now).await?;
            evaluator.evaluate(&self, now).await?;
        }
    }

    async fn keep_pruning(self, stop: CancellationToken) -> Result<(), Problem> {
        loop {
            self.prune(Timestamp::now()).await?;
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(PRUNE_EVERY) => {}
            }
        }
    }

    async fn prune(&self, now: Timestamp) -> Result<(), Problem> {
        let before = |age| now.checked_sub(age).unwrap_or(Timestamp::MIN);
        loop {
            let mut unit = self.store().begin().await.answer()?;
            let pruned = unit.slis().prune(before(KEEP_SLIS), PRUNE_BATCH).await.answer()?;
            unit.commit().await.answer()?;
            if pruned < u64::from(PRUNE_BATCH) {
                break;
            }
        }
        let mut unit = self.store().begin().await.answer()?;
        unit.alerts().prune(before(KEEP_ALERTS)).await.answer()?;
        unit.commit().await.answer()
    }

    /// Alerts that are pending or firing, by state and severity.
    pub(crate) async fn alert_counts(&self) -> BTreeMap<(&'static str, &'static str), u64> {
        let read = async { self.store().read().await.answer()?.alerts().all_current().await.answer() };
        let mut counts = BTreeMap::new();
        for alert in read.await.unwrap_or_default() {
            let severity = Severity::parse(&alert.severity).map_or("unknown", Severity::as_str);
            *counts.entry((alert.state.as_str(), severity)).or_default() += 1;
        }
        counts
    }

    /// Notifications since the start, by channel and result.
    pub(crate) fn notification_counts(&self) -> BTreeMap<(String, &'static str), u64> {
        self.monitor().courier().map(|courier| courier.counts()).unwrap_or_default()
    }
}

async fn every<F: Future<Output = ()>>(interval: Duration, stop: &CancellationToken, mut act: impl FnMut() -> F) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = act() => {}
        }
    }
}

fn tls(error: TlsSetupError) -> Problem {
    tracing::error!(%error, "notifications cannot be sent");
    Problem::internal()
}
