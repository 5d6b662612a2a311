//! The number behind an alert, in its unit.

use crate::components::sli::sli_value;
use crate::format::number::short;
use crate::i18n::alerting::Alerting;
use crate::i18n::{fill, t};
use model::wire::alerting::{Alert, Sli};

/// The service level that a rule watches, where it watches one.
pub fn sli_of(rule: &str) -> Option<Sli> {
    match rule {
        "PodStartFailure" => Some(Sli::PodStartSuccessRatio),
        "NodeReadyLow" => Some(Sli::NodeReadyRatio),
        "ApiLatencyHigh" => Some(Sli::ApiLatencyP95),
        "EtcdLeaderFlapping" => Some(Sli::EtcdLeaderChanges),
        _ => None,
    }
}

/// The value against the threshold; None where there is no value.
pub fn measured(alert: &Alert) -> Option<String> {
    let number = |value: f64| sli_of(&alert.rule).map_or_else(|| short(value), |sli| sli_value(sli, value));
    let value = alert.value?;
    Some(match alert.threshold {
        Some(threshold) => fill(t::<Alerting>().against, &[&number(value), &number(threshold)]),
        None => number(value),
    })
}
