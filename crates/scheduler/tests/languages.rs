//! What a decision says, in English and in Chinese.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use model::fleet::{ClusterState, Observed};
use model::k8s::taint::Taint;
use model::kinds::MirroredKind;
use model::rows::{LimitRangeItem, LimitType, NamespaceRow};
use model::wire::schedule::Reason;
use scheduler::{Ask, Decision, Exclusion, Profile, decide};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

fn roomy() -> Cluster {
    cluster("c").node(node("n", "8", "32Gi", 110))
}

fn web(replicas: i64) -> Ask {
    ask(replicas, requesting(json!({"cpu": "1", "memory": "1Gi"})))
}

fn with_spec(more: Value) -> Ask {
    ask(1, merge(requesting(json!({"cpu": "1"})), more))
}

fn run(ask: &Ask, cluster: Cluster) -> Decision {
    let decision = decide(ask, &Profile::default(), &fleet(vec![cluster.build()]), &[], &context());
    assert_told_in_both_languages(&decision);
    decision
}

fn reason(decision: &Decision, code: &str) -> Reason {
    decision.rejected[0].reasons.iter().find(|reason| reason.code == code).unwrap().clone()
}

/// The message in English and in Chinese.
fn told(decision: &Decision, code: &str) -> (String, String) {
    let reason = reason(decision, code);
    (reason.message, reason.zh.unwrap().message)
}

fn shop(phase: &str, node_selector: Option<&str>) -> Cluster {
    let row = NamespaceRow {
        meta: meta(None, "shop", Default::default()),
        phase: phase.into(),
        node_selector: node_selector.map(Into::into),
    };
    roomy().change(|view| view.namespaces = Observed::Known(Arc::from([Arc::new(row)])))
}

fn minimum(cpu_milli: i128) -> LimitRangeItem {
    LimitRangeItem {
        kind: LimitType::Container,
        max_milli: Default::default(),
        min_milli: [("cpu".into(), cpu_milli)].into(),
        default_milli: Default::default(),
        default_request_milli: Default::default(),
        max_limit_request_ratio_milli: Default::default(),
    }
}

/// Every way there is to say no.
fn refusals() -> Vec<Decision> {
    let asking = |change: fn(&mut Ask)| {
        let mut ask = web(1);
        change(&mut ask);
        run(&ask, roomy())
    };
    let on = |cluster: Cluster| run(&web(1), cluster);
    vec![
        asking(|ask| ask.clusters.names = vec!["other".into()]),
        asking(|ask| ask.clusters.selector = Some("env=prod".parse().unwrap())),
        asking(|ask| _ = ask.excluded.insert("c".into(), Exclusion::TriedBefore)),
        asking(|ask| _ = ask.excluded.insert("c".into(), Exclusion::OutsideScope)),
        on(roomy().change(|view| view.cordoned = true)),
        on(roomy().change(|view| view.duplicate_of = Some("sh".into()))),
        on(roomy().change(|view| view.weight = 0)),
        on(roomy().change(|view| view.taints.push(Taint::parse("gpu=yes:NoSchedule").unwrap()))),
        on(roomy().change(|view| view.state = ClusterState::Pending)),
        on(roomy().change(|view| view.state = ClusterState::Offline)),
        on(roomy().change(|view| view.state = ClusterState::AuthFailed)),
        on(roomy().change(|view| view.state = ClusterState::Untrusted)),
        on(roomy().change(|view| _ = view.evidence.remove(&MirroredKind::Node))),
        on(roomy().change(|view| view.evidence.get_mut(&MirroredKind::Pod).unwrap().at_ms = Some(NOW - 60_000))),
        on(roomy().change(|view| view.served = Observed::NotSynced)),
        on(roomy().change(|view| view.served = Observed::Known(Arc::default()))),
        on(roomy().change(|view| view.namespaces = Observed::NotSynced)),
        on(roomy().change(|view| view.namespaces = Observed::NotAllowed)),
        on(roomy().change(|view| view.namespaces = Observed::Known(Arc::from([])))),
        on(roomy().change(|view| view.limited_to = Some(vec!["other".into()]))),
        on(shop("Terminating", None)),
        on(shop("Active", Some("a in"))),
        on(roomy().limit_range("limits", vec![minimum(2_000)])),
        on(roomy().change(|view| view.nodes = Observed::NotAllowed)),
        on(cluster("c")),
        on(cluster("c").node(node("n", "500m", "32Gi", 110))),
        run(&web(9), roomy()),
        run(&with_spec(json!({"schedulerName": "volcano"})), roomy()),
        run(&with_spec(json!({"resourceClaims": [{"name": "gpu"}]})), roomy()),
        on(roomy().quota(quota("shop", "compute", &[("requests.cpu", 500)], &[]))),
        on(roomy().quota(quota("shop", "limits", &[("limits.cpu", 9_000)], &[]))),
    ]
}

#[test]
fn every_refusal_is_told_in_both_languages() {
    let decisions = refusals();
    let told: BTreeSet<&str> = decisions
        .iter()
        .flat_map(|decision| &decision.rejected)
        .flat_map(|row| &row.reasons)
        .map(|reason| reason.code.as_str())
        .collect();
    let all = BTreeSet::from([
        "ApiNotServed",
        "ClusterWeightZero",
        "Cordoned",
        "CustomScheduler",
        "Excluded",
        "InsufficientCapacity",
        "LimitRangeViolated",
        "NamespaceForbidden",
        "NamespaceMissing",
        "NamespaceSelectorUnreadable",
        "NamespaceTerminating",
        "NeverSynced",
        "NoEligibleNode",
        "NotAllowed",
        "NotEvaluated",
        "NotNamed",
        "NotReady",
        "NotSynced",
        "Pending",
        "QuotaExceeded",
        "QuotaMustSpecify",
        "ResourceClaims",
        "SelectorMismatch",
        "Stale",
        "TooBigForEveryNode",
        "Unschedulable",
        "UntoleratedTaint",
    ]);
    assert_eq!(told, all);
}

#[test]
fn every_warning_is_told_in_both_languages() {
    let mut ask = with_spec(json!({
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "orders"}}],
        "runtimeClassName": "kata",
        "schedulingGates": [{"name": "budget"}],
    }));
    ask.create_namespace = true;
    let waiting = pod("other", "w", None, resources(&[("cpu", "64")]), &[]);
    let tight = cluster("c").node(node("n", "1", "32Gi", 110)).pod(waiting);
    let decision = run(&ask, tight.change(|view| view.namespaces = Observed::Known(Arc::from([]))));
    let zh: Vec<&str> = decision.warnings.iter().map(|warning| warning.zh.as_str()).collect();
    for part in
        ["orders", "RuntimeClass kata", "schedulingGates", "滚动更新", "排在前面的 1 个 Pod", "新建命名空间 shop"]
    {
        assert!(zh.iter().any(|text| text.contains(part)), "{part}: {zh:?}");
    }
}

#[test]
fn kubernetes_own_words_stay_english_in_chinese() {
    let built = cluster("c")
        .node(node("n1", "2500m", "32Gi", 110))
        .node(node("n2", "1", "32Gi", 110).taint("gpu=yes:NoSchedule"));
    let decision = run(&web(3), built);
    assert_eq!(
        told(&decision, "InsufficientCapacity").1,
        "2 个 Node 能容纳 3 个副本中的 2 个：1 Insufficient cpu, 1 node(s) had untolerated taint {gpu: yes}；\
         n1 还差 500m cpu 才能再放一个"
    );
    let decision = run(&web(1), roomy().limit_range("limits", vec![minimum(2_000)]));
    assert_eq!(
        told(&decision, "LimitRangeViolated"),
        (
            "minimum cpu usage per Container is 2, but request is 1".into(),
            "每个 Container 的 cpu 不得少于 2，但 request 为 1".into()
        )
    );
    assert!(decision.summary.zh.contains("每个 Container 的 cpu 不得少于 2"), "{}", decision.summary.zh);
}

#[test]
fn one_is_singular_in_english() {
    let waiting = |pods: usize| {
        (0..pods).fold(cluster("c").node(node("n", "4", "32Gi", 110)), |built, at| {
            built.pod(pod("other", &format!("w{at}"), None, resources(&[("cpu", "64")]), &[]))
        })
    };
    for (pods, words) in [(1, "; 1 pod ahead fits nowhere itself"), (2, "; 2 pods ahead fit nowhere themselves")] {
        let (en, _) = told(&run(&web(5), waiting(pods)), "InsufficientCapacity");
        assert!(en.starts_with("4 of 5 replicas fit on 1 node: ") && en.ends_with(words), "{en}");
    }
    let remedy = |replicas| reason(&run(&web(replicas), waiting(0)), "InsufficientCapacity").remedy;
    assert!(remedy(5).starts_with("make room for 1 more replica, "), "{}", remedy(5));
    assert!(remedy(6).starts_with("make room for 2 more replicas, "), "{}", remedy(6));
    let refused = |clusters: usize| {
        let clusters = (0..clusters).map(|at| cluster(&format!("c{at}")).build()).collect();
        decide(&web(1), &Profile::default(), &fleet(clusters), &[], &context()).summary.en
    };
    assert!(
        refused(4).starts_with("No cluster can take 1 replica of web.")
            && refused(4).ends_with(" 1 more cluster does not qualify.")
    );
    assert!(refused(5).ends_with(" 2 more clusters do not qualify."), "{}", refused(5));
}
