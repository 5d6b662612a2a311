//! How many replicas fit: the vectors of upstream and of the estimators, and what a floor per node ignores.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use model::fleet::Reservation;
use model::ids::{ClusterId, DecisionId};
use scheduler::{ClusterCapacity, capacity};
use serde_json::{Value, json};

fn one(built: Cluster, pod_spec: Value) -> ClusterCapacity {
    capacity(&ask(1, pod_spec), &fleet(vec![built.build()]), &[], &context()).remove(0)
}

fn fit(built: Cluster, pod_spec: Value) -> i64 {
    one(built, pod_spec).fit.unwrap()
}

fn used(cluster: Cluster, on: &str, requests: &[(&str, &str)]) -> Cluster {
    cluster.pod(pod("other", &format!("used-{on}"), Some(on), resources(requests), &[]))
}

/// `fit_test.go`, TestEnoughRequests: a node of 10m CPU, 20 bytes, 5 of example.com/a, 32 pods.
#[test]
fn one_node_follows_kube_scheduler() {
    type Row = (&'static str, Value, &'static [(&'static str, &'static str)], &'static [&'static str]);
    let rows: Vec<Row> = vec![
        ("F1", requesting(json!({})), &[("cpu", "10m"), ("memory", "20")], &[]),
        (
            "F2",
            requesting(json!({"cpu": "1m", "memory": "1"})),
            &[("cpu", "10m"), ("memory", "20")],
            &["cpu", "memory"],
        ),
        (
            "F3",
            merge(
                requesting(json!({"cpu": "1m", "memory": "1"})),
                json!({"initContainers": [{"name": "i", "resources": {"requests": {"cpu": "3m", "memory": "1"}}}]}),
            ),
            &[("cpu", "8m"), ("memory", "19")],
            &["cpu"],
        ),
        (
            "F4",
            merge(
                requesting(json!({"cpu": "1m", "memory": "1"})),
                json!({"initContainers": [{"name": "i", "resources": {"requests": {"cpu": "1m", "memory": "1"}}}]}),
            ),
            &[("cpu", "9m"), ("memory", "19")],
            &[],
        ),
        ("F5", requesting(json!({"cpu": "1m", "memory": "1"})), &[("cpu", "5m"), ("memory", "5")], &[]),
        ("F6", requesting(json!({"cpu": "2m", "memory": "1"})), &[("cpu", "9m"), ("memory", "5")], &["cpu"]),
        ("F7", requesting(json!({"cpu": "1m", "memory": "2"})), &[("cpu", "5m"), ("memory", "19")], &["memory"]),
        ("F8", requesting(json!({"cpu": "5m", "memory": "1"})), &[("cpu", "5m"), ("memory", "19")], &[]),
        ("F9", requesting(json!({"example.com/a": "10"})), &[], &["example.com/a"]),
        ("F10", requesting(json!({"example.com/a": "1"})), &[("example.com/a", "5")], &["example.com/a"]),
        ("F11", requesting(json!({"example.com/a": "6"})), &[("example.com/a", "2")], &["example.com/a"]),
        ("F14", requesting(json!({"example.com/b": "1"})), &[], &["example.com/b"]),
    ];
    for (row, pod_spec, taken, lacking) in rows {
        let built = used(cluster("c").node(node("n", "10m", "20", 32).offers("example.com/a", 5)), "n", taken);
        let got = one(built, pod_spec);
        assert_eq!(got.fit.unwrap() > 0, lacking.is_empty(), "{row}: {got:?}");
        if !lacking.is_empty() {
            let want: Vec<_> = lacking.iter().map(|name| (format!("Insufficient {name}"), 1)).collect();
            assert_eq!(got.limited_by, want, "{row}");
        }
    }
}

#[test]
fn estimators_agree() {
    let small = || requesting(json!({"cpu": "1", "memory": "1Gi"}));
    let four = || cluster("c").node(node("n", "4", "8Gi", 10));
    assert_eq!(fit(four(), small()), 4, "C1");
    assert_eq!(fit(cluster("c").node(node("n", "2", "8Gi", 10)), requesting(json!({"cpu": "3"}))), 0, "C5");
    let busy = used(four(), "n", &[("cpu", "1"), ("memory", "2Gi")]);
    assert_eq!(fit(busy, requesting(json!({"cpu": "1", "memory": "2Gi"}))), 3, "C6");
    let west = || {
        cluster("c")
            .node(node("a", "4", "8Gi", 10).label("region", "us-west"))
            .node(node("b", "4", "8Gi", 10).label("region", "us-east"))
    };
    assert_eq!(
        fit(west(), merge(requesting(json!({"cpu": "1"})), json!({"nodeSelector": {"region": "us-west"}}))),
        4,
        "C7"
    );
    let got = one(
        cluster("c").nodes((0..4).map(|n| node(&format!("n{n}"), "2", "4G", 110))),
        requesting(json!({"cpu": "150m", "memory": "100Mi"})),
    );
    assert_eq!(got.fit, Some(52), "C9");
    assert_eq!(got.limited_by, [("Insufficient cpu".to_owned(), 4)], "C9");
    let full = cluster("c").node(node("n", "64", "64Gi", 2));
    let got = one(full, small());
    assert_eq!((got.fit, got.limited_by), (Some(2), vec![("Too many pods".to_owned(), 1)]));
}

fn held(decision: &str, cpu: &str, replicas: i64) -> Reservation {
    Reservation {
        decision: DecisionId::new(decision),
        cluster: ClusterId::new("id-c"),
        namespace: "shop".into(),
        per_replica: resources(&[("cpu", cpu)]),
        replicas,
        expires_at_ms: NOW + 1,
    }
}

#[test]
fn reservations_hold_room_until_their_pods_are_seen() {
    let fit = |built: Cluster, held: &[Reservation]| {
        let asked = ask(1, requesting(json!({"cpu": "1"})));
        capacity(&asked, &fleet(vec![built.build()]), held, &context()).remove(0).fit.unwrap()
    };
    let four = || cluster("c").node(node("n", "4", "8Gi", 10));
    assert_eq!(fit(four(), &[held("x", "1", 1)]), 3, "C8");
    assert_eq!(fit(four(), &[held("x", "100", 1)]), 4, "C8: what fits nowhere holds nothing");
    assert_eq!(fit(four(), &[Reservation { expires_at_ms: NOW, ..held("x", "1", 1) }]), 4, "expired");
    assert_eq!(fit(four(), &[held("d1", "1", 1)]), 4, "our own");
    assert_eq!(fit(four(), &[Reservation { cluster: ClusterId::new("other"), ..held("x", "1", 1) }]), 4, "elsewhere");
    let seen = |n: &str, on| pod("shop", n, on, resources(&[("cpu", "1")]), &[("pilothouse.io/decision", "x")]);
    assert_eq!(fit(four().pod(seen("a", Some("n"))), &[held("x", "1", 2)]), 2, "one seen, one held");
    assert_eq!(fit(four().pod(seen("a", None)), &[held("x", "1", 2)]), 2, "one waiting, one held");
}

#[test]
fn waiting_pods_are_ahead() {
    let waiting = |gated| {
        let mut waits = pod("other", "w", None, resources(&[("cpu", "3")]), &[]);
        waits.gated = gated;
        cluster("c").node(node("a", "4", "8Gi", 10)).node(node("b", "2", "8Gi", 10)).pod(waits)
    };
    assert_eq!(fit(waiting(false), requesting(json!({"cpu": "1"}))), 3);
    assert_eq!(fit(waiting(true), requesting(json!({"cpu": "1"}))), 6);
}

#[test]
fn nodes_that_take_nothing_do_not_count() {
    let mut cordoned = node("a", "4", "8Gi", 10);
    cordoned.row.unschedulable = true;
    let mut down = node("b", "4", "8Gi", 10);
    down.row.ready = false;
    let built = cluster("c").nodes([
        cordoned,
        down,
        node("d", "4", "8Gi", 10).taint("dedicated=gpu:NoSchedule"),
        node("e", "4", "8Gi", 10),
    ]);
    let got = one(built, requesting(json!({"cpu": "1"})));
    assert_eq!((got.fit, got.eligible_nodes, got.nodes), (Some(4), 1, 4));
    assert!(got.message.contains("1 node(s) had untolerated taint {dedicated: gpu}"), "{}", got.message);
    assert!(got.message.contains("1 node(s) were unschedulable"), "{}", got.message);
}

fn anti(key: &str) -> Value {
    json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
        [{"topologyKey": key, "labelSelector": {"matchLabels": {"app": "web"}}}]}}})
}

fn zones(caps: &[(&str, &str)]) -> Cluster {
    cluster("c").nodes(
        caps.iter().enumerate().map(|(n, (zone, cpu))| node(&format!("n{n}"), cpu, "64Gi", 110).label("zone", zone)),
    )
}

#[test]
fn anti_affinity_to_itself_caps_nodes_and_zones() {
    let three = || zones(&[("z1", "10"), ("z1", "10"), ("z2", "10")]);
    let asked = |key| merge(requesting(json!({"cpu": "1"})), anti(key));
    assert_eq!(fit(three(), asked("kubernetes.io/hostname")), 3);
    assert_eq!(fit(three(), asked("zone")), 2);
    let web = pod("shop", "web-1", Some("n0"), resources(&[]), &[("app", "web")]);
    assert_eq!(fit(three().pod(web.clone()), asked("kubernetes.io/hostname")), 2);
    assert_eq!(fit(three().pod(web), asked("zone")), 1);
    let elsewhere = pod("other", "web-1", Some("n0"), resources(&[]), &[("app", "web")]);
    assert_eq!(fit(three().pod(elsewhere), asked("zone")), 2, "another namespace does not count");
}

#[test]
fn host_ports_cap_nodes() {
    let ports = json!({"containers": [{"name": "c", "ports": [{"containerPort": 80, "hostPort": 8080}]}]});
    let got = one(zones(&[("z1", "10"), ("z2", "10")]), ports);
    assert_eq!(got.fit, Some(2));
    assert_eq!(got.limited_by[0].0, "node(s) didn't have free ports for the requested pod ports");
}

#[test]
fn affinity_keeps_replicas_together() {
    let near = json!({"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
        [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "web"}}}]}}});
    let asked = || merge(requesting(json!({"cpu": "1"})), near.clone());
    let three = || zones(&[("z1", "3"), ("z1", "4"), ("z2", "5")]);
    assert_eq!(fit(three(), asked()), 7, "the better zone");
    let web = pod("shop", "web-1", Some("n2"), resources(&[("cpu", "1")]), &[("app", "web")]);
    assert_eq!(fit(three().pod(web), asked()), 4, "where the others are");
}

fn spread(skew: i64, min_domains: Option<i64>) -> Value {
    let mut constraint = json!({"maxSkew": skew, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}}});
    if let Some(min) = min_domains {
        constraint["minDomains"] = json!(min);
    }
    merge(requesting(json!({"cpu": "1"})), json!({"topologySpreadConstraints": [constraint]}))
}

#[test]
fn spread_constraints_bound_the_whole_cluster() {
    let of = |caps: [&str; 3], asked| fit(zones(&[("a", caps[0]), ("b", caps[1]), ("c", caps[2])]), asked);
    assert_eq!(of(["10", "10", "2"], spread(1, None)), 8);
    assert_eq!(of(["10", "10", "0"], spread(1, None)), 2);
    assert_eq!(of(["5", "5", "5"], spread(1, None)), 15);
    assert_eq!(fit(zones(&[("a", "10"), ("b", "4")]), spread(2, None)), 10);
    assert_eq!(fit(zones(&[("a", "10")]), spread(1, Some(3))), 1);
    let unlabelled = cluster("c").node(node("n", "4", "8Gi", 10));
    let got = one(unlabelled, spread(1, None));
    assert_eq!(got.fit, Some(0));
    assert!(got.limited_by[0].0.contains("missing required label"), "{got:?}");
    // a tainted zone still counts as a place to spread over, unless taints are honoured
    let tainted = || zones(&[("a", "10")]).node(node("t", "10", "8Gi", 10).label("zone", "b").taint("x:NoSchedule"));
    assert_eq!(fit(tainted(), spread(1, None)), 1);
    let mut honoured = spread(1, None);
    honoured["topologySpreadConstraints"][0]["nodeTaintsPolicy"] = json!("Honor");
    assert_eq!(fit(tainted(), honoured), 10);
}

#[test]
fn fragmentation_is_seen() {
    // the same sum: 10 nodes with 4 cores free, 40 nodes with 1
    let wide = || cluster("c").nodes((0..10).map(|n| node(&format!("n{n:02}"), "4", "64Gi", 110)));
    let shards = || cluster("c").nodes((0..40).map(|n| node(&format!("n{n:02}"), "1", "64Gi", 110)));
    for (cpu, a, b) in [("500m", 80, 80), ("1", 40, 40), ("2", 20, 0)] {
        assert_eq!(
            (fit(wide(), requesting(json!({"cpu": cpu}))), fit(shards(), requesting(json!({"cpu": cpu})))),
            (a, b),
            "{cpu}"
        );
    }
}

#[test]
fn a_limit_range_changes_the_fit_of_its_cluster_only() {
    use model::rows::{LimitRangeItem, LimitType};
    let item = LimitRangeItem {
        kind: LimitType::Container,
        max_milli: Default::default(),
        min_milli: Default::default(),
        default_milli: [("cpu".into(), 2000)].into(),
        default_request_milli: [("cpu".into(), 2000)].into(),
        max_limit_request_ratio_milli: Default::default(),
    };
    let plain = || cluster("c").node(node("n", "4", "8Gi", 10));
    assert_eq!(fit(plain(), requesting(json!({}))), 10);
    assert_eq!(fit(plain().limit_range("defaults", vec![item]), requesting(json!({}))), 2);
}

#[test]
fn quota_bounds_the_fit() {
    let room = || cluster("c").nodes((0..10).map(|n| node(&format!("n{n}"), "16", "64Gi", 110)));
    let asked = || requesting(json!({"cpu": "500m", "memory": "1Gi"}));
    let gi = 1_i128 << 30;
    let first = || {
        quota(
            "shop",
            "compute",
            &[("requests.cpu", 20_000), ("requests.memory", 64 * gi * 1000), ("pods", 50_000)],
            &[("requests.cpu", 12_500), ("requests.memory", 40 * gi * 1000), ("pods", 38_000)],
        )
    };
    let second = quota("shop", "count", &[("pods", 50_000)], &[("pods", 44_000)]);
    assert_eq!(one(room().quota(first()), asked()).quota_fit, Some(12));
    assert_eq!(one(room().quota(first()).quota(second), asked()).quota_fit, Some(6));
    let elsewhere = quota("other", "compute", &[("pods", 0)], &[]);
    assert_eq!(one(room().quota(elsewhere), asked()).quota_fit, None);
}

#[test]
fn what_cannot_be_told_is_not_a_number() {
    let room = || cluster("c").node(node("n", "4", "8Gi", 10));
    let custom = merge(requesting(json!({"cpu": "1"})), json!({"schedulerName": "volcano"}));
    assert_eq!(one(room(), custom).fit, None);
    let claims = merge(requesting(json!({"cpu": "1"})), json!({"resourceClaims": [{"name": "gpu"}]}));
    assert_eq!(one(room(), claims).fit, None);
    let hidden = room().change(|view| view.nodes = model::fleet::Observed::NotAllowed);
    assert_eq!(one(hidden, requesting(json!({"cpu": "1"}))).fit, None);
}
