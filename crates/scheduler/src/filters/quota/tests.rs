//! Vectors of upstream's `pods_test.go`.

use super::*;
use crate::effective::EffectivePod;
use model::k8s::pod_template::PodSpec;
use model::rows::{QuotaScope, ScopeSelectorOperator};
use serde_json::{Value, json};
use std::sync::Arc;

fn spec(value: Value) -> PodSpec {
    serde_json::from_value(value).unwrap()
}

fn usage(value: Value) -> Vec<(String, String)> {
    let shown = pod_usage(&EffectivePod::of(&spec(value))).into_iter();
    shown.map(|(name, milli)| (format_milli(&name, milli), name)).map(|(amount, name)| (name, amount)).collect()
}

fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all: Vec<_> = pairs.iter().map(|(name, amount)| ((*name).to_owned(), (*amount).to_owned())).collect();
    all.extend([("pods".to_owned(), "1".to_owned()), ("count/pods".to_owned(), "1".to_owned())]);
    all.sort();
    all
}

fn container(requests: Value, limits: Value) -> Value {
    json!({"containers": [{"name": "c", "resources": {"requests": requests, "limits": limits}}]})
}

#[test]
fn one_pod_takes() {
    // Q1
    assert_eq!(
        usage(container(json!({"cpu": "1m"}), json!({"cpu": "2m"}))),
        of(&[("cpu", "1m"), ("requests.cpu", "1m"), ("limits.cpu", "2m")])
    );
    // Q2
    assert_eq!(
        usage(container(json!({"ephemeral-storage": "32Mi"}), json!({"ephemeral-storage": "64Mi"}))),
        of(&[
            ("ephemeral-storage", "32Mi"),
            ("requests.ephemeral-storage", "32Mi"),
            ("limits.ephemeral-storage", "64Mi")
        ])
    );
    // Q3
    assert_eq!(
        usage(container(json!({"hugepages-2Mi": "100Mi"}), json!({}))),
        of(&[("hugepages-2Mi", "100Mi"), ("requests.hugepages-2Mi", "100Mi")])
    );
    // Q4
    assert_eq!(
        usage(container(json!({"example.com/dongle": "3"}), json!({}))),
        of(&[("requests.example.com/dongle", "3")])
    );
    // Q8
    let mut overhead = container(json!({"cpu": "1"}), json!({"cpu": "2"}));
    overhead["overhead"] = json!({"cpu": "1"});
    assert_eq!(usage(overhead), of(&[("cpu", "2"), ("requests.cpu", "2"), ("limits.cpu", "3")]));
}

#[test]
fn scopes_follow_upstream() {
    let empty = spec(json!({"containers": [{"name": "c"}]}));
    let scopes = PodScopes::of(&empty);
    assert!(scopes.matches(&QuotaScope::NotTerminating) && scopes.matches(&QuotaScope::BestEffort));
    assert!(!scopes.matches(&QuotaScope::Terminating) && !scopes.matches(&QuotaScope::CrossNamespacePodAffinity));
    let deadline =
        spec(json!({"activeDeadlineSeconds": 30, "containers": [{"resources": {"requests": {"cpu": "1"}}}]}));
    let scopes = PodScopes::of(&deadline);
    assert!(scopes.matches(&QuotaScope::Terminating) && scopes.matches(&QuotaScope::NotBestEffort));
    let crossing = spec(json!({"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution":
        [{"weight": 1, "podAffinityTerm": {"topologyKey": "zone", "namespaceSelector": {}}}]}}}));
    assert!(PodScopes::of(&crossing).matches(&QuotaScope::CrossNamespacePodAffinity));
    let priority = |operator, name: Option<&str>| {
        let pod = spec(json!({"priorityClassName": name}));
        PodScopes::of(&pod).matches(&QuotaScope::PriorityClass { operator, values: vec!["high".into()] })
    };
    use ScopeSelectorOperator::{DoesNotExist, Exists, In, NotIn};
    for (operator, high, low, none) in [
        (In, true, false, false),
        (NotIn, false, true, true),
        (Exists, true, true, false),
        (DoesNotExist, false, false, true),
    ] {
        assert_eq!(priority(operator, Some("high")), high, "{operator:?} high");
        assert_eq!(priority(operator, Some("low")), low, "{operator:?} low");
        assert_eq!(priority(operator, None), none, "{operator:?} none");
    }
}

#[test]
fn every_container_must_say_what_a_quota_tracks() {
    let hard = |names: &[&str]| names.iter().map(|name| (Arc::from(*name), 1000_i128)).collect::<BTreeMap<_, _>>();
    let two = spec(json!({"containers": [{"name": "foo"}], "initContainers": [{"name": "bar"}]}));
    assert_eq!(missing_resources(&two, &hard(&["memory", "pods"])), "memory for: bar,foo");
    assert_eq!(missing_resources(&two, &hard(&["cpu", "memory"])), "cpu for: bar,foo; memory for: bar,foo");
    let pod_level = spec(json!({"containers": [{"name": "foo"}], "resources": {"requests": {"cpu": "1"}}}));
    assert_eq!(missing_resources(&pod_level, &hard(&["cpu", "requests.cpu"])), "");
    let half = spec(container(json!({"cpu": "1"}), json!({})));
    assert_eq!(missing_resources(&half, &hard(&["requests.cpu", "limits.cpu"])), "limits.cpu for: c");
}

#[test]
fn headroom_divides_what_is_left() {
    assert_eq!(replicas_within(7_500, 500), 15);
    assert_eq!(replicas_within(-1, 0), 0);
    assert_eq!(replicas_within(0, 0), i64::MAX);
    assert_eq!(replicas_within(499, 500), 0);
}
