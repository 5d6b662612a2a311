//! Holding rules against what is measured, and writing what alerts do, with what is to be told of it, in one
//! transaction.

use super::series::{About, Now};
use super::tell;
use super::wire::{self, THRESHOLD};
use crate::{Engine, Topic, problem::Answer};
use alerting::{Change, Ending, Event, Facts, Known, Live, Rule, judge};
use jiff::Timestamp;
use model::wire::alerting::Severity;
use model::wire::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};
use store::repositories::alerts::{Alert, AlertState};
use store::{Document, WriteUnit};

/// Under this key stand the alerts that fire and are not told yet, since another one silences them.
const UNTOLD: &str = "alerts_untold";

/// Every alert that is pending or firing. Rebuilt from the database at each start, so that nothing is lost with the
/// process but how long a condition has been gone already.
pub(super) struct Evaluator {
    live: BTreeMap<String, (Live, Alert)>,
    untold: BTreeSet<String>,
}

impl Evaluator {
    pub async fn load(engine: &Engine) -> Result<Evaluator, Problem> {
        let mut unit = engine.store().read().await.answer()?;
        let rows = unit.alerts().all_current().await.answer()?;
        let untold = match unit.settings().get(UNTOLD).await.answer()? {
            Some(document) => document.read().answer()?,
            None => BTreeSet::new(),
        };
        let live = rows.into_iter().map(|row| (row.fingerprint.clone(), (restored(&row), row))).collect();
        Ok(Evaluator { live, untold })
    }

    /// Moves every alert on.
    ///
    /// # Errors
    /// Where the database fails. Nothing is kept then, and this evaluator must be loaded anew.
    pub async fn evaluate(&mut self, engine: &Engine, now: Timestamp) -> Result<(), Problem> {
        let mut unit = engine.store().read().await.answer()?;
        let rules = rules(unit.alert_rules().all().await.answer()?)?;
        let measured = engine.series(&mut unit, now).await?;
        drop(unit);
        self.judge(engine, &rules, &measured, now).await
    }

    async fn judge(&mut self, engine: &Engine, rules: &[Rule], measured: &Now, now: Timestamp) -> Result<(), Problem> {
        let known = self.live.iter().map(|(fingerprint, (live, row))| {
            (fingerprint.clone(), Known { rule: row.rule.clone(), live: live.clone() })
        });
        let events = judge(rules, &measured.series, &known.collect(), now);
        let moved = events.iter().any(|event| event.change != Change::None);
        if !moved && self.untold.is_empty() {
            self.note_unmoved(events);
            return Ok(());
        }
        let before = self.untold.clone();
        let mut unit = engine.store().begin().await.answer()?;
        let mut changed = Vec::new();
        for event in events {
            let rule = event.rule.map(|at| &rules[at]);
            if let Some(row) = self.apply(&mut unit, rule, measured, event, now).await? {
                changed.push(row);
            }
        }
        let told = self.tell(&mut unit, now).await?;
        if self.untold != before {
            unit.settings().set(UNTOLD, &Document::of(&self.untold).answer()?, now).await.answer()?;
        }
        if changed.is_empty() && !told {
            return Ok(());
        }
        unit.commit().await.answer()?;
        for row in changed {
            engine.announce(Topic::Alerts, row.cluster_name.as_deref(), Some(&row.id));
        }
        if let Some(courier) = engine.monitor().courier() {
            courier.ring();
        }
        Ok(())
    }

    fn note_unmoved(&mut self, events: Vec<Event>) {
        for event in events {
            if let (Some(live), Some(kept)) = (event.live, self.live.get_mut(&event.fingerprint)) {
                kept.0 = live;
            }
        }
    }

    /// Writes what one alert did. Returns its row where it moved.
    async fn apply(
        &mut self,
        unit: &mut WriteUnit,
        rule: Option<&Rule>,
        measured: &Now,
        event: Event,
        now: Timestamp,
    ) -> Result<Option<Alert>, Problem> {
        let before = self.live.remove(&event.fingerprint);
        let about = event.series.map(|at| &measured.about[at]);
        let row = match (before, &event.live) {
            (Some((_, row)), _) => row,
            (None, Some(live)) => {
                let (Some(rule), Some(about)) = (rule, about) else { return Ok(None) };
                new_row(rule, about, &event.fingerprint, live)
            }
            (None, None) => return Ok(None),
        };
        let mut row = row;
        match (event.change, &event.live) {
            (Change::None, Some(live)) => {
                self.live.insert(event.fingerprint, (live.clone(), row));
                return Ok(None);
            }
            (Change::Begun, Some(live)) => describe(&mut row, rule, about, live),
            (Change::Fired | Change::Raised, Some(live)) => {
                describe(&mut row, rule, about, live);
                row.state = AlertState::Firing;
                row.fired_at = live.fired_at;
                row.revision += 1;
                self.untold.insert(row.id.clone());
            }
            (Change::Dropped, _) => {
                unit.alerts().discard_pending(&row.id).await.answer()?;
                return Ok(Some(row));
            }
            (Change::Over(ending), _) => {
                row.state = AlertState::Resolved;
                row.ends_at = Some(now);
                row.revision += 1;
                row.annotations.insert("ended".into(), ended(ending).into());
                self.untold.remove(&row.id);
            }
            (_, None) => return Ok(None),
        }
        unit.alerts().put(&row).await.answer()?;
        if matches!(event.change, Change::Over(_)) {
            tell::resolved(unit, &row, now).await?;
        }
        if let Some(live) = event.live {
            self.live.insert(event.fingerprint, (live, row.clone()));
        }
        Ok(Some(row))
    }

    /// Tells of what fires and is not silenced. Returns whether there was something.
    async fn tell(&mut self, unit: &mut WriteUnit, now: Timestamp) -> Result<bool, Problem> {
        let firing: Vec<(&Live, &Alert)> = self.live.values().map(|(live, row)| (live, row)).collect();
        let silenced = |target: &Alert| {
            firing.iter().any(|(live, source)| {
                live.fired_at.is_some()
                    && source.cluster_id == target.cluster_id
                    && alerting::inhibits(&source.rule, &target.rule)
            })
        };
        let ready = firing.iter().filter(|(live, row)| {
            // About to be over, or not seen at the moment: not worth a message that was held back before.
            let certain = live.clear_since.is_none() && live.unknown_since.is_none();
            self.untold.contains(&row.id) && certain && !silenced(row)
        });
        let ready: Vec<Alert> = ready.map(|(_, row)| (*row).clone()).collect();
        for row in &ready {
            tell::firing(unit, row, now).await?;
            self.untold.remove(&row.id);
        }
        Ok(!ready.is_empty())
    }
}

fn rules(rows: Vec<store::repositories::alert_rules::AlertRule>) -> Result<Vec<Rule>, Problem> {
    let mut rules = Vec::new();
    for row in rows.into_iter().filter(|row| row.enabled) {
        let wire = wire::rule(row)?;
        match Rule::try_from(&wire) {
            Ok(rule) => rules.push(rule),
            Err(error) => tracing::error!(rule = wire.name, %error, "this rule cannot be judged"),
        }
    }
    Ok(rules)
}

fn restored(row: &Alert) -> Live {
    Live {
        since: row.starts_at,
        fired_at: row.fired_at,
        severity: Severity::parse(&row.severity).unwrap_or(Severity::Warning),
        value: row.value.unwrap_or_default(),
        threshold: row.annotations.get(THRESHOLD).and_then(|text| text.parse().ok()).unwrap_or_default(),
        clear_since: None,
        unknown_since: None,
    }
}

fn new_row(rule: &Rule, about: &About, fingerprint: &str, live: &Live) -> Alert {
    let mut labels = rule.labels.clone();
    labels.extend(about.labels.clone());
    labels.insert("alertname".into(), rule.name.clone());
    if let Some((_, name)) = &about.cluster {
        labels.insert("cluster".into(), name.clone());
    }
    Alert {
        id: uuid::Uuid::now_v7().to_string(),
        rule: rule.name.clone(),
        fingerprint: fingerprint.to_string(),
        state: AlertState::Pending,
        severity: live.severity.as_str().to_string(),
        cluster_id: about.cluster.as_ref().map(|(id, _)| id.clone()),
        cluster_name: about.cluster.as_ref().map(|(_, name)| name.clone()),
        labels,
        annotations: BTreeMap::new(),
        value: Some(live.value),
        starts_at: live.since,
        fired_at: None,
        ends_at: None,
        ack_by: None,
        ack_at: None,
        ack_note: None,
        revision: 1,
    }
}

/// Brings an alert's figures and texts up to date.
fn describe(row: &mut Alert, rule: Option<&Rule>, about: Option<&About>, live: &Live) {
    row.severity = live.severity.as_str().to_string();
    row.value = Some(live.value);
    let (Some(rule), Some(about)) = (rule, about) else { return };
    let mut facts = row.labels.clone();
    facts.extend(about.details.clone());
    row.annotations = rule.annotations(&Facts { labels: &facts, value: live.value, threshold: live.threshold });
    row.annotations.insert(THRESHOLD.into(), live.threshold.to_string());
}

fn ended(ending: Ending) -> &'static str {
    match ending {
        Ending::Cleared => "cleared",
        Ending::NoData => "no data",
        Ending::Gone => "gone",
    }
}

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod tests;
