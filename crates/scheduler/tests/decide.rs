//! Whole decisions: verdicts, reasons, ranking, determinism.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use model::fleet::{ClusterState, ClusterView, LastEvidence, Observed};
use model::k8s::taint::Taint;
use model::kinds::MirroredKind;
use model::rows::{LimitRangeItem, LimitType};
use model::wire::schedule::{Outcome, Reason, Verdict};
use scheduler::{Ask, Decision, Exclusion, FILTERS, Profile, ScorerMode, WeightMode, decide};
use serde_json::json;
use std::sync::Arc;

fn roomy(name: &str) -> Cluster {
    cluster(name).nodes((0..4).map(|n| node(&format!("n{n}"), "8", "32Gi", 110)))
}

fn web() -> Ask {
    ask(3, requesting(json!({"cpu": "1", "memory": "1Gi"})))
}

fn run(ask: &Ask, clusters: Vec<Arc<ClusterView>>) -> Decision {
    let decision = decide(ask, &Profile::default(), &fleet(clusters), &[], &context());
    assert_told_in_both_languages(&decision);
    decision
}

fn verdict(decision: &Decision, cluster: &str, filter: &str) -> Verdict {
    decision.verdicts.iter().find(|row| row.cluster == cluster).unwrap().filters[filter]
}

fn reason<'a>(decision: &'a Decision, cluster: &str, filter: &str) -> &'a Reason {
    let row = decision.rejected.iter().find(|row| row.cluster == cluster).unwrap();
    row.reasons.iter().find(|reason| reason.filter == filter).unwrap()
}

/// The verdict of one filter on a cluster changed in one way, and the code of its reason.
fn one(ask: &Ask, built: Cluster, filter: &str) -> (Verdict, String) {
    let decision = run(ask, vec![built.build()]);
    let verdict = verdict(&decision, "c", filter);
    let row = decision.rejected.first();
    let code = row.and_then(|row| row.reasons.iter().find(|r| r.filter == filter)).map(|r| r.code.clone());
    (verdict, code.unwrap_or_default())
}

#[test]
fn every_filter_speaks_of_every_cluster() {
    let decision = run(&web(), vec![roomy("a").build(), roomy("b").change(|v| v.cordoned = true).build()]);
    assert_eq!(decision.verdicts.len(), 2);
    for row in &decision.verdicts {
        assert_eq!(row.filters.len(), FILTERS.len(), "{}", row.cluster);
    }
    assert_eq!(decision.outcome, Outcome::Scheduled);
    assert_eq!(decision.placement.as_ref().unwrap().name, "a");
    assert_eq!(decision.funnel.iter().map(|stage| stage.clusters).collect::<Vec<_>>(), [2, 1, 1, 1]);
    assert!(decision.summary.en.contains("a takes it"), "{}", decision.summary.en);
}

#[test]
fn each_filter_rejects_what_it_should() {
    use Verdict::{NotApplicable, Pass, Reject, Unknown};
    let ask = web();
    let r = |name: &str| roomy(name);
    let check = |built, filter, want: Verdict, code: &str| {
        assert_eq!(one(&ask, built, filter), (want, code.to_owned()), "{filter} {code}");
    };
    check(r("c"), "ClusterCordoned", Pass, "");
    check(r("c").change(|v| v.cordoned = true), "ClusterCordoned", Reject, "Cordoned");
    check(r("c").change(|v| v.duplicate_of = Some("sh".into())), "ClusterCordoned", Reject, "Unschedulable");
    check(r("c").change(|v| v.weight = 0), "ClusterWeightZero", Reject, "ClusterWeightZero");
    check(r("c").change(|v| v.state = ClusterState::Degraded), "ClusterHealth", Pass, "");
    check(r("c").change(|v| v.state = ClusterState::Offline), "ClusterHealth", Reject, "NotReady");
    check(r("c").change(|v| v.state = ClusterState::Pending), "ClusterHealth", Unknown, "Pending");
    check(r("c"), "ClusterTaint", NotApplicable, "");
    let tainted = |text: &str| {
        let taint = Taint::parse(text).unwrap();
        r("c").change(move |v| v.taints.push(taint))
    };
    check(tainted("maintenance:NoExecute"), "ClusterTaint", Reject, "UntoleratedTaint");
    check(tainted("maintenance:PreferNoSchedule"), "ClusterTaint", Pass, "");
    check(r("c").change(|v| v.served = Observed::NotSynced), "ApiServed", Unknown, "NotSynced");
    check(r("c").change(|v| v.served = Observed::Known(Arc::default())), "ApiServed", Reject, "ApiNotServed");
    check(
        r("c").change(|v| v.namespaces = Observed::Known(Arc::from([]))),
        "NamespaceExists",
        Reject,
        "NamespaceMissing",
    );
    check(r("c").change(|v| v.namespaces = Observed::NotAllowed), "NamespaceExists", Unknown, "NotAllowed");
    check(
        r("c").change(|v| {
            v.namespaces = Observed::NotAllowed;
            v.limited_to = Some(vec!["shop".into()]);
        }),
        "NamespaceExists",
        Pass,
        "",
    );
    check(r("c").change(|v| v.limited_to = Some(vec!["x".into()])), "NamespaceExists", Reject, "NamespaceForbidden");
    check(r("c").change(|v| v.nodes = Observed::NotAllowed), "NodeEligible", Unknown, "NotAllowed");
    check(r("c").change(|v| v.nodes = Observed::NotAllowed), "Capacity", Unknown, "NotAllowed");
    check(cluster("c"), "NodeEligible", Reject, "NoEligibleNode");
    check(cluster("c").node(node("n", "2", "8Gi", 9)), "Capacity", Reject, "InsufficientCapacity");
    check(cluster("c").node(node("n", "500m", "8Gi", 9)), "Capacity", Reject, "TooBigForEveryNode");
    check(r("c"), "Quota", NotApplicable, "");
    let cpu = |hard| quota("shop", "compute", &[("requests.cpu", hard)], &[("requests.cpu", 500)]);
    check(r("c").quota(cpu(3_500)), "Quota", Pass, "");
    check(r("c").quota(cpu(3_499)), "Quota", Reject, "QuotaExceeded");
    check(r("c").quota(quota("shop", "limits", &[("limits.cpu", 99_000)], &[])), "Quota", Reject, "QuotaMustSpecify");
    check(
        r("c").quota(quota("shop", "count", &[("count/deployments.apps", 0)], &[])),
        "Quota",
        Reject,
        "QuotaExceeded",
    );
}

#[test]
fn request_level_filters() {
    let mut ask = web();
    ask.clusters.names = vec!["other".into()];
    assert_eq!(one(&ask, roomy("c"), "ClusterSelected").1, "NotNamed");
    ask.clusters.names.clear();
    ask.clusters.selector = Some("env=prod".parse().unwrap());
    assert_eq!(one(&ask, roomy("c"), "ClusterSelected").1, "SelectorMismatch");
    assert_eq!(
        one(&ask, roomy("c").change(|v| v.labels = labels(&[("env", "prod")])), "ClusterSelected").0,
        Verdict::Pass
    );
    let mut ask = web();
    ask.excluded.insert("c".into(), Exclusion::TriedBefore);
    assert_eq!(one(&ask, roomy("c"), "Excluded"), (Verdict::Reject, "Excluded".into()));
    let mut ask = web();
    ask.weights.insert("c".into(), 0);
    assert_eq!(one(&ask, roomy("c"), "ClusterWeightZero").0, Verdict::Reject);
    let mut ask = web();
    ask.create_namespace = true;
    let empty = roomy("c").change(|v| v.namespaces = Observed::Known(Arc::from([])));
    assert_eq!(one(&ask, empty, "NamespaceExists").0, Verdict::Pass);
}

#[test]
fn staleness_has_a_hard_limit_and_the_request_may_change_it() {
    let aged = |kind: MirroredKind, ms: i64| {
        roomy("c").change(move |v| {
            v.evidence.insert(kind, LastEvidence { at_ms: Some(NOW - ms), ..LastEvidence::default() });
        })
    };
    let mut ask = web();
    assert_eq!(one(&ask, aged(MirroredKind::Pod, 10_000), "SyncStaleness").0, Verdict::Pass);
    assert_eq!(one(&ask, aged(MirroredKind::Pod, 10_100), "SyncStaleness"), (Verdict::Reject, "Stale".into()));
    assert_eq!(one(&ask, aged(MirroredKind::ResourceQuota, 10_100), "SyncStaleness").0, Verdict::Reject);
    assert_eq!(one(&ask, aged(MirroredKind::Deployment, 99_000), "SyncStaleness").0, Verdict::Pass, "not read");
    ask.max_staleness_ms = Some(20_000);
    assert_eq!(one(&ask, aged(MirroredKind::Node, 10_100), "SyncStaleness").0, Verdict::Pass);
    let silent = roomy("c").change(|v| {
        v.evidence.remove(&MirroredKind::Node);
    });
    assert_eq!(one(&ask, silent, "SyncStaleness"), (Verdict::Unknown, "NeverSynced".into()));
}

#[test]
fn reasons_carry_numbers_and_ages() {
    let tight = quota("shop", "compute", &[("requests.cpu", 3_000)], &[("requests.cpu", 2_500)]);
    let built = cluster("c")
        .node(node("n1", "2500m", "32Gi", 110))
        .node(node("n2", "1", "32Gi", 110).taint("gpu=yes:NoSchedule"));
    let decision = run(&web(), vec![built.quota(tight).build()]);
    let quota = reason(&decision, "c", "Quota");
    assert_eq!((quota.need.as_deref(), quota.have.as_deref()), (Some("3"), Some("500m")));
    assert_eq!((quota.objects.as_slice(), quota.age), (&["shop/compute".to_owned()][..], Some(0.5)));
    let capacity = reason(&decision, "c", "Capacity");
    assert_eq!((capacity.need.as_deref(), capacity.have.as_deref()), (Some("3"), Some("2")));
    assert_eq!(
        capacity.message,
        "2 of 3 replicas fit on 2 nodes: 1 Insufficient cpu, 1 node(s) had untolerated taint {gpu: yes}; \
         n1 lacks 500m cpu for one more"
    );
    assert_eq!(decision.outcome, Outcome::Unschedulable);
    assert!(decision.summary.zh.contains("没有集群"), "{}", decision.summary.zh);
}

/// `limitranger/admission_test.go`, TestPodLimitFunc, the rows that the reference gives.
#[test]
fn limit_ranges_follow_upstream() {
    type Change = fn(&mut LimitRangeItem);
    let item = |kind, change: Change| {
        let mut item = LimitRangeItem {
            kind,
            max_milli: Default::default(),
            min_milli: Default::default(),
            default_milli: Default::default(),
            default_request_milli: Default::default(),
            max_limit_request_ratio_milli: Default::default(),
        };
        change(&mut item);
        item
    };
    let min50: Change = |i| {
        i.min_milli.insert("cpu".into(), 50);
    };
    let min100: Change = |i| {
        i.min_milli.insert("cpu".into(), 100);
    };
    let max2: Change = |i| {
        i.max_milli.insert("cpu".into(), 2000);
    };
    let ratio15: Change = |i| {
        i.max_limit_request_ratio_milli.insert("cpu".into(), 1500);
    };
    let ratio1: Change = |i| {
        i.max_limit_request_ratio_milli.insert("cpu".into(), 1000);
    };
    let pods = |count: usize, requests: serde_json::Value, limits: serde_json::Value| {
        let one = json!({"name": "c", "resources": {"requests": requests, "limits": limits}});
        json!({"containers": vec![one; count]})
    };
    let cpu = |text: &str| json!({"cpu": text});
    let none = || json!({});
    use LimitType::{Container, Pod};
    let rows = [
        ("min, 100m", item(Container, min50), pods(1, cpu("100m"), none()), true),
        ("min, 40m", item(Container, min50), pods(1, cpu("40m"), none()), false),
        ("max, 1", item(Container, max2), pods(1, none(), cpu("1")), true),
        ("max, 2500m", item(Container, max2), pods(1, none(), cpu("2500m")), false),
        ("ratio 1.5, 500m/750m", item(Container, ratio15), pods(1, cpu("500m"), cpu("750m")), true),
        ("ratio 1, 1250m/2500m", item(Container, ratio1), pods(1, cpu("1250m"), cpu("2500m")), false),
        ("pod min 100m, 2×75m", item(Pod, min100), pods(2, cpu("75m"), none()), true),
        ("pod min 100m, 75m", item(Pod, min100), pods(1, cpu("75m"), none()), false),
        ("pod min 50m, absent", item(Pod, min50), pods(1, none(), none()), false),
        ("pod max 2, 3×(500m/1)", item(Pod, max2), pods(3, cpu("500m"), cpu("1")), false),
        ("pod max 2, absent", item(Pod, max2), pods(1, cpu("1"), none()), false),
        ("pod ratio 1.5, 3×(250m/500m)", item(Pod, ratio15), pods(3, cpu("250m"), cpu("500m")), false),
    ];
    for (row, item, pod_spec, want) in rows {
        let got = one(&ask(1, pod_spec), roomy("c").limit_range("limits", vec![item]), "LimitRange");
        assert_eq!(got.0 == Verdict::Pass, want, "{row}: {got:?}");
    }
}

#[test]
fn weights_as_a_share_converge() {
    let profile =
        Profile::default().with_scorers(ScorerMode::Exact, &[("ClusterWeight".to_owned(), 1)].into()).unwrap();
    let fleet = fleet(vec![roomy("bj").build(), roomy("sh").build()]);
    let mut ask = web();
    ask.weights = [("sh".to_owned(), 2), ("bj".to_owned(), 1)].into();
    let mut context = context();
    let mut picks = |ask: &Ask| -> Vec<String> {
        context.placements.clear();
        (0..9)
            .map(|_| {
                let placement = decide(ask, &profile, &fleet, &[], &context).placement.unwrap();
                *context.placements.entry(placement.cluster).or_default() += 1;
                placement.name
            })
            .collect()
    };
    assert_eq!(picks(&ask), ["sh"; 9]);
    ask.weight_mode = WeightMode::Share;
    assert_eq!(picks(&ask), ["sh", "bj", "sh", "sh", "bj", "sh", "sh", "bj", "sh"]);
}

#[test]
fn totals_are_the_sum_of_contributions() {
    let decision = run(&web(), vec![roomy("a").build(), roomy("b").node(node("x", "64", "64Gi", 110)).build()]);
    for ranked in &decision.ranking {
        let sum: f64 = ranked.scores.iter().map(|score| score.contribution).sum();
        assert!((sum - ranked.total).abs() < 1e-9 && (0.0..=100.0).contains(&ranked.total), "{ranked:?}");
        assert!(ranked.scores.iter().all(|score| (0..=100).contains(&score.normalized)));
    }
    assert_eq!(decision.ranking[0].cluster, "b");
    assert_eq!(decision.data_age["a"].nodes, Some(0.5));
}

#[test]
fn surge_that_does_not_fit_is_a_warning() {
    let tight = cluster("c").node(node("n", "3", "32Gi", 110)).build();
    let decision = run(&web(), vec![tight]);
    assert_eq!(decision.outcome, Outcome::Scheduled);
    assert!(
        decision
            .warnings
            .iter()
            .any(|warning| warning.en.contains("rolling update") && warning.zh.contains("滚动更新")),
        "{:?}",
        decision.warnings
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let clusters: Vec<_> = ["e", "b", "d", "a", "c"].iter().map(|name| roomy(name).build()).collect();
    let bytes = |clusters: Vec<_>, seed| {
        let mut context = context();
        context.seed = seed;
        serde_json::to_vec(&decide(&web(), &Profile::default(), &fleet(clusters), &[], &context)).unwrap()
    };
    let reversed = clusters.iter().rev().cloned().collect();
    assert_eq!(bytes(clusters.clone(), 1), bytes(clusters.clone(), 1));
    assert_eq!(bytes(clusters.clone(), 1), bytes(reversed, 1));
    let winners: std::collections::BTreeSet<_> = (0..50)
        .map(|seed| {
            let mut c = context();
            c.seed = seed;
            decide(&web(), &Profile::default(), &fleet(clusters.clone()), &[], &c).placement.unwrap().name
        })
        .collect();
    assert!(winners.len() > 1, "equal clusters are told apart by the seed");
}
