use super::*;
use crate::columns::Snapshot;
use crate::k8s::resources::Resources;
use crate::kinds::MirroredKind;
use crate::rows::{PodPhase, PodRow, RowMeta};
use std::sync::Arc;

const NOW: i64 = 1_000_000;

fn pod() -> PodRow {
    PodRow {
        meta: RowMeta {
            uid: "u1".into(),
            namespace: Some("shop".into()),
            name: "checkout-7d9f-abcde".into(),
            created_at: NOW - 1800,
            labels: Arc::new([("app", "web"), ("tier", "front")].into_iter().collect()),
        },
        phase: PodPhase::Running,
        status: "CrashLoopBackOff".into(),
        containers_ready: 1,
        containers: 2,
        restarts: 7,
        node: Some("gpu-node-3".into()),
        ip: None,
        owner: None,
        requests: Arc::new(Resources { cpu_milli: 250, memory: 128 << 20, ..Resources::default() }),
        requests_non_zero: Arc::default(),
        images: Arc::from([Arc::from("registry.local/nginx:1.25")]),
        terminating: false,
        gated: false,
        ready: false,
        ready_at: None,
        host_ports: Vec::new(),
    }
}

fn matches(query: &str) -> bool {
    let query = Query::parse(query, MirroredKind::Pod.spec()).unwrap();
    let rows = Snapshot::of([pod()]);
    let place = Place { cluster: "sh", synced_at: Some(NOW - 1), now: NOW };
    let segment = &rows.segments()[0];
    !query.filter(&rows, place).apply(segment, segment.live()).is_empty()
}

#[test]
fn each_form_matches_what_it_says() {
    for query in [
        "",
        "   ",
        "checkout",
        "CHECKOUT",
        "cluster:sh",
        "cluster:bj,sh",
        "ns:shop",
        "namespace:shop",
        "status:crashloopbackoff",
        "status:!Running",
        "node:~gpu",
        "node:!~cpu",
        "label:app=web",
        "label:app!=api",
        "label:app",
        "label:!gone",
        "restarts:>5",
        "restarts:7",
        "restarts:>=7",
        "restarts:!3",
        "age:<1h",
        "age:>29m",
        "age:<1h30m",
        "cpu:>200m",
        "cpu:250m",
        "memory:<=128Mi",
        "image:~nginx",
        "\"nginx:1.25\"",
        "!payments",
        "ready:1/2",
        "cluster:sh ns:shop status:!Running node:~gpu label:app=web restarts:>5 age:<1h checkout",
    ] {
        assert!(matches(query), "{query}");
    }
}

#[test]
fn and_does_not_match_what_it_does_not_say() {
    for query in [
        "payments",
        "cluster:bj",
        "ns:pay",
        "status:Running",
        "status:!CrashLoopBackOff",
        "node:gpu",
        "label:app=api",
        "label:gone",
        "label:!app",
        "restarts:<7",
        "age:>1h",
        "cpu:>250m",
        "!checkout",
        "checkout payments",
    ] {
        assert!(!matches(query), "{query}");
    }
}

#[test]
fn errors_name_the_column() {
    for (query, column, part) in [
        ("foo:bar", 1, "no field `foo`"),
        ("ns:shop foo:bar", 9, "no field `foo`"),
        ("restarts:>many", 11, "whole number"),
        ("restarts:many", 10, "whole number"),
        ("ns:", 4, "needs a value"),
        ("age:1h", 5, "compared with"),
        ("age:<soon", 6, "an age"),
        ("cpu:>1.1.1", 6, "a quantity"),
        ("node:>3", 6, "no order"),
        ("\"open", 1, "never closed"),
        ("label:=web", 7, "needs a key"),
        ("集群 foo:1", 4, "no field `foo`"),
    ] {
        let error = Query::parse(query, MirroredKind::Pod.spec()).unwrap_err();
        assert_eq!(error.column, column, "{query}: {error}");
        assert!(error.message.contains(part), "{query}: {error}");
    }
}

#[test]
fn spans_cover_their_terms() {
    let query = Query::parse("ns:shop  \"a b\" x", MirroredKind::Pod.spec()).unwrap();
    let spans: Vec<_> = query.terms().iter().map(|t| (t.span.start, t.span.end)).collect();
    assert_eq!(spans, [(0, 7), (9, 14), (15, 16)]);
}

#[test]
fn a_cluster_term_rules_clusters_out_without_a_look_at_their_rows() {
    let query = Query::parse("cluster:sh word", MirroredKind::Pod.spec()).unwrap();
    assert!(query.excludes_cluster("bj"));
    assert!(!query.excludes_cluster("SH"));
    let query = Query::parse("cluster:!sh", MirroredKind::Pod.spec()).unwrap();
    assert!(query.excludes_cluster("sh"));
    assert!(!query.excludes_cluster("bj"));
}

#[test]
fn sort_keys_know_their_direction() {
    let pods = MirroredKind::Pod.spec();
    let keys = parse_sort("-restarts,name,age", pods).unwrap();
    let seen: Vec<_> = keys.iter().map(|k| (k.column.name, k.descending)).collect();
    assert_eq!(seen, [("restarts", true), ("name", false), ("createdAt", true)]);
    assert_eq!(parse_sort("nope", pods).unwrap_err().word, "nope");
}
