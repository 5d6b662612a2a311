//! Vectors of upstream's `helpers_test.go`.

use super::*;
use serde_json::{Value, json};

fn pod(value: Value) -> PodSpec {
    serde_json::from_value(value).unwrap()
}

fn request(cpu: &str) -> Value {
    json!({"resources": {"requests": {"cpu": cpu}}})
}

fn sidecar(cpu: &str) -> Value {
    json!({"restartPolicy": "Always", "resources": {"requests": {"cpu": cpu}}})
}

fn list(pairs: &[(&str, &str)]) -> ResourceList {
    pairs.iter().map(|(name, amount)| ((*name).to_owned(), amount.parse().unwrap())).collect()
}

#[test]
fn cpu_sums_follow_upstream() {
    let rows: Vec<(&str, Value, i64)> = vec![
        ("P1", json!({"containers": [request("1")], "initContainers": [request("4")]}), 4),
        ("P2", json!({"containers": [request("2"), request("3")], "initContainers": [request("2")]}), 5),
        (
            "P3",
            json!({"containers": [request("2"), request("3")], "initContainers": [request("2")], "overhead": {"cpu": "1"}}),
            6,
        ),
        (
            "P6",
            json!({"containers": [request("1"), request("4")], "initContainers": [request("1"), request("40")]}),
            40,
        ),
        ("P7", json!({"containers": [request("1")], "initContainers": [sidecar("1")]}), 2),
        ("P10", json!({"containers": [request("100")], "initContainers": [sidecar("10"), request("200")]}), 210),
        ("sidecar after", json!({"containers": [request("1")], "initContainers": [request("5"), sidecar("10")]}), 11),
        ("no request", json!({"containers": [{}]}), 0),
    ];
    for (row, spec, cores) in rows {
        assert_eq!(pod(spec).effective_requests().cpu_milli, cores * 1000, "{row}");
    }
}

#[test]
fn overhead_counts_on_requests_and_on_limits_that_are_there() {
    // P4
    let spec = json!({"containers": [{"resources": {"requests": {"cpu": "1", "memory": "10"}, "limits": {"cpu": "2", "memory": "12"}}}],
        "overhead": {"cpu": "5", "memory": "5"}});
    let spec = pod(spec);
    assert_eq!(spec.request_quantities(), list(&[("cpu", "6"), ("memory", "15")]));
    assert_eq!(spec.limit_quantities(), list(&[("cpu", "7"), ("memory", "17")]));
    let no_memory_limit = json!({"containers": [{"resources": {"requests": {"cpu": "1", "memory": "10"}, "limits": {"cpu": "2"}}}],
        "overhead": {"cpu": "5", "memory": "5"}});
    assert_eq!(pod(no_memory_limit).limit_quantities(), list(&[("cpu", "7")]));
    // P11
    let only = pod(json!({"containers": [{}], "overhead": {"cpu": "5", "memory": "5"}}));
    assert_eq!(only.request_quantities(), list(&[("cpu", "5"), ("memory", "5")]));
    assert_eq!(only.limit_quantities(), list(&[]));
}

#[test]
fn sums_every_resource() {
    // P5
    let spec = json!({"containers": [
        {"resources": {"requests": {"cpu": "1", "memory": "5"}}},
        {"resources": {"requests": {"cpu": "4", "memory": "12"}}}]});
    assert_eq!(pod(spec).request_quantities(), list(&[("cpu", "5"), ("memory", "17")]));
}

#[test]
fn limits_become_requests_only_where_asked() {
    // P12
    let mut spec = pod(json!({"containers": [{"resources": {"limits": {"cpu": "9"}}}]}));
    assert_eq!(spec.request_quantities(), list(&[]));
    spec.default_requests_from_limits();
    assert_eq!(spec.request_quantities(), list(&[("cpu", "9")]));
    let mut both =
        pod(json!({"containers": [{"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "9", "memory": "2"}}}]}));
    both.default_requests_from_limits();
    assert_eq!(both.request_quantities(), list(&[("cpu", "1"), ("memory", "2")]));
}

#[test]
fn pod_level_resources_stand_in_for_the_sum() {
    let spec = pod(json!({"resources": {"requests": {"cpu": "3", "example.com/x": "7"}},
        "containers": [{"resources": {"requests": {"cpu": "1", "memory": "5"}}}], "overhead": {"cpu": "1"}}));
    assert_eq!(spec.request_quantities(), list(&[("cpu", "4"), ("memory", "5")]));
}

fn resize(name: &str, allocated: &[(&str, &str)], actual: &[(&str, &str)]) -> ContainerResize {
    let some = |pairs: &[(&str, &str)]| (!pairs.is_empty()).then(|| list(pairs));
    ContainerResize { name: name.into(), allocated: some(allocated), actual: some(actual) }
}

#[test]
fn resize_in_place_takes_the_largest_sum() {
    let one = |cpu: &str| pod(json!({"containers": [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]}));
    let cores = |resources: Resources| resources.cpu_milli / 1000;
    // P13: the infeasible wish is ignored, and without a status it would count
    assert_eq!(cores(one("4").observed_requests(&[resize("c", &[], &[("cpu", "2")])], true)), 2);
    assert_eq!(cores(one("4").observed_requests(&[], true)), 4);
    // P14
    let status = [resize("c", &[("cpu", "4")], &[("cpu", "2")])];
    assert_eq!(cores(one("6").observed_requests(&status, true)), 4);
    // P15
    assert_eq!(cores(one("4").observed_requests(&[resize("c", &[], &[("cpu", "2")])], false)), 4);
    // P16
    let spec = pod(json!({"containers": [{"name": "c",
        "resources": {"requests": {"cpu": "30m", "memory": "20M", "ephemeral-storage": "10G"}}}]}));
    let status = [resize(
        "c",
        &[("cpu", "20m"), ("memory", "10M"), ("ephemeral-storage", "30G")],
        &[("cpu", "10m"), ("memory", "30M"), ("ephemeral-storage", "20G")],
    )];
    let want = Resources::from_quantities([("cpu", "30m"), ("memory", "30M"), ("ephemeral-storage", "30G")]).unwrap();
    assert_eq!(spec.observed_requests(&status, false), want);
    // P17: the largest of the sums, not the sum of the largest
    let two = pod(json!({"containers": [
        {"name": "a", "resources": {"requests": {"cpu": "1"}}},
        {"name": "b", "resources": {"requests": {"cpu": "2"}}}]}));
    let status = [resize("a", &[("cpu", "2")], &[]), resize("b", &[("cpu", "1")], &[])];
    assert_eq!(cores(two.observed_requests(&status, false)), 3);
}

#[test]
fn defaults_for_scores_fill_only_what_is_absent() {
    let spec = pod(json!({"containers": [{}, request("1"), {"resources": {"requests": {"cpu": "0"}}}]}));
    let filled = spec.effective_requests_non_zero();
    assert_eq!(filled.cpu_milli, 1100);
    assert_eq!(filled.memory, 3 * DEFAULT_MEMORY);
    assert_eq!(spec.effective_requests().memory, 0);
}

#[test]
fn best_effort_asks_for_neither_cpu_nor_memory() {
    assert!(pod(json!({"containers": [{}]})).is_best_effort());
    assert!(pod(json!({"containers": [{"resources": {"requests": {"nvidia.com/gpu": "1"}}}]})).is_best_effort());
    assert!(!pod(json!({"containers": [{"resources": {"limits": {"memory": "1Gi"}}}]})).is_best_effort());
    assert!(!pod(json!({"containers": [{}], "initContainers": [request("1")]})).is_best_effort());
}
