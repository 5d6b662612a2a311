//! Every rule held against every series.

use crate::fingerprint::fingerprint;
use crate::machine::{Change, Live, Verdict, advance};
use crate::metric::Metric;
use crate::rule::Rule;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One figure about one thing now.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The figure.
    pub metric: Metric,
    /// What it is about, by immutable names: with the rule's name these make the alert's fingerprint.
    pub identity: BTreeMap<String, String>,
    /// None where it could not be measured, which is not zero.
    pub value: Option<f64>,
}

/// An alert that is pending or firing, and the rule it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The rule's name.
    pub rule: String,
    /// Where it stands.
    pub live: Live,
}

/// What one alert did.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Which alert.
    pub fingerprint: String,
    /// Its rule, as a position in the rules given; none where that rule is gone.
    pub rule: Option<usize>,
    /// What it is about, as a position in the series given; none where that is gone.
    pub series: Option<usize>,
    /// Where it stands now; none where it ended.
    pub live: Option<Live>,
    /// How it moved.
    pub change: Change,
}

/// Moves every alert on. Every alert that is pending or firing before or after has one event, moved or not.
pub fn judge(rules: &[Rule], series: &[Series], known: &BTreeMap<String, Known>, now: Timestamp) -> Vec<Event> {
    let (mut events, mut seen) = (Vec::new(), BTreeSet::new());
    for (rule_at, rule) in rules.iter().enumerate() {
        for (series_at, one) in series.iter().enumerate().filter(|(_, one)| one.metric == rule.expr.metric) {
            let fingerprint = identify(&rule.name, &one.identity);
            if !seen.insert(fingerprint.clone()) {
                continue;
            }
            let before = known.get(&fingerprint).map(|known| known.live.clone());
            let was_live = before.is_some();
            let (live, change) = advance(before, verdict(rule, one.value), &rule.timing, now);
            if was_live || live.is_some() {
                events.push(Event { fingerprint, rule: Some(rule_at), series: Some(series_at), live, change });
            }
        }
    }
    for (fingerprint, known) in known.iter().filter(|(fingerprint, _)| !seen.contains(*fingerprint)) {
        let rule = rules.iter().position(|rule| rule.name == known.rule);
        let timing = rule.map(|at| rules[at].timing).unwrap_or_default();
        let (live, change) = advance(Some(known.live.clone()), Verdict::Gone, &timing, now);
        events.push(Event { fingerprint: fingerprint.clone(), rule, series: None, live, change });
    }
    events
}

/// The fingerprint of a rule's alert about something.
fn identify(rule: &str, identity: &BTreeMap<String, String>) -> String {
    let mut labels = identity.clone();
    labels.insert("alertname".into(), rule.into());
    fingerprint(&labels)
}

fn verdict(rule: &Rule, value: Option<f64>) -> Verdict {
    let Some(value) = value.filter(|value| !value.is_nan()) else {
        return Verdict::Unknown;
    };
    match rule.expr.judge(value, rule.severity) {
        Some((severity, level)) => Verdict::Holds { severity, value, threshold: level.threshold },
        None => Verdict::Clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Ending;
    use model::wire::alerting::{Severity, Sli};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn rules(names: &[&str]) -> Vec<Rule> {
        let all = crate::builtin::rules();
        let chosen = all.iter().filter(|rule| names.contains(&rule.name.as_str()));
        chosen.map(|rule| Rule::try_from(rule).unwrap()).collect()
    }

    fn series(metric: Metric, cluster: &str, value: Option<f64>) -> Series {
        Series { metric, identity: [("cluster".to_string(), cluster.to_string())].into(), value }
    }

    /// Judges and keeps what is live, as the engine does.
    fn step(rules: &[Rule], series: &[Series], known: &mut BTreeMap<String, Known>, second: i64) -> Vec<Change> {
        let events = judge(rules, series, known, at(second));
        for event in &events {
            let rule = event.rule.map_or_else(String::new, |at| rules[at].name.clone());
            match &event.live {
                Some(live) => known.insert(event.fingerprint.clone(), Known { rule, live: live.clone() }),
                None => known.remove(&event.fingerprint),
            };
        }
        events.into_iter().map(|event| event.change).collect()
    }

    #[test]
    fn each_cluster_has_its_own_alert_of_a_rule() {
        let rules = rules(&["ClusterAbnormal", "NodeReadyLow"]);
        let mut known = BTreeMap::new();
        let failures =
            |sh, bj| [series(Metric::SyncFailures, "sh", Some(sh)), series(Metric::SyncFailures, "bj", Some(bj))];
        assert_eq!(step(&rules, &failures(2.0, 2.0), &mut known, 0), []);
        assert_eq!(step(&rules, &failures(3.0, 2.0), &mut known, 1), [Change::Fired]);
        assert_eq!(step(&rules, &failures(4.0, 3.0), &mut known, 2), [Change::None, Change::Fired]);
        assert_eq!(step(&rules, &failures(5.0, 0.0), &mut known, 3), [Change::None, Change::None]);
        let ended = Change::Over(Ending::Cleared);
        assert_eq!(step(&rules, &failures(6.0, 0.0), &mut known, 13), [Change::None, ended]);
    }

    #[test]
    fn alerts_of_a_removed_cluster_and_of_a_removed_rule_end() {
        let all = rules(&["ClusterAbnormal", "NodeReadyLow"]);
        let ready = Metric::Sli(Sli::NodeReadyRatio);
        let down = [series(Metric::SyncFailures, "sh", Some(9.0)), series(ready, "sh", Some(0.4))];
        let mut known = BTreeMap::new();
        assert_eq!(step(&all, &down, &mut known, 0), [Change::Fired, Change::Begun]);
        let only_abnormal = rules(&["ClusterAbnormal"]);
        assert_eq!(step(&only_abnormal, &down, &mut known, 1), [Change::None, Change::Dropped]);
        assert_eq!(step(&only_abnormal, &[], &mut known, 2), [Change::Over(Ending::Gone)]);
        assert!(known.is_empty());
    }

    #[test]
    fn a_credential_is_told_of_more_gravely_as_it_ends() {
        let rules = rules(&["CredentialExpiring"]);
        let mut known = BTreeMap::new();
        let mut days = |left: f64, second| {
            let moved = step(&rules, &[series(Metric::CredentialDaysLeft, "sh", Some(left))], &mut known, second);
            (moved, known.values().next().map(|known| known.live.severity))
        };
        assert_eq!(days(31.0, 0), (vec![], None));
        assert_eq!(days(29.9, 1), (vec![Change::Fired], Some(Severity::Info)));
        assert_eq!(days(6.9, 2), (vec![Change::Raised], Some(Severity::Warning)));
        assert_eq!(days(0.5, 3), (vec![Change::Raised], Some(Severity::Critical)));
        assert_eq!(days(90.0, 4), (vec![Change::Over(Ending::Cleared)], None));
    }

    #[test]
    fn nan_is_no_value() {
        let rules = rules(&["ApiLatencyHigh"]);
        let nan = [series(Metric::Sli(Sli::ApiLatencyP95), "sh", Some(f64::NAN))];
        assert_eq!(step(&rules, &nan, &mut BTreeMap::new(), 0), []);
    }
}
