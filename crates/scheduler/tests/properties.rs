//! Against a brute-force packer, and what must hold whatever the fleet looks like.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use model::fleet::{ClusterView, Reservation};
use model::ids::{ClusterId, DecisionId};
use model::k8s::resources::Resources;
use model::k8s::taint::{Taint, Toleration, TolerationOperator};
use model::wire::schedule::Verdict;
use proptest::prelude::*;
use scheduler::{Ask, Decision, Profile, WeightMode, capacity, decide};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug)]
struct NodeSpec {
    cpu: i64,
    memory: i64,
    pods: i64,
    used_cpu: i64,
    used_memory: i64,
    used_pods: i64,
    zone: u8,
    tainted: bool,
    cordoned: bool,
}

prop_compose! {
    fn node_spec()(cpu in 0..16_i64, memory in 0..32_i64, pods in 0..12_i64, used_cpu in 0..10_i64,
        used_memory in 0..10_i64, used_pods in 0..3_i64, zone in 0..3_u8, tainted in prop::bool::weighted(0.2),
        cordoned in prop::bool::weighted(0.1)) -> NodeSpec {
        NodeSpec { cpu, memory, pods, used_cpu, used_memory, used_pods, zone, tainted, cordoned }
    }
}

fn build(name: &str, nodes: &[NodeSpec]) -> Cluster {
    let mut built = cluster(name);
    for (at, spec) in nodes.iter().enumerate() {
        let id = format!("n{at:02}");
        let mut one = node(&id, &spec.cpu.to_string(), &spec.memory.to_string(), spec.pods)
            .label("zone", &format!("z{}", spec.zone));
        if spec.tainted {
            one = one.taint("dedicated=x:NoSchedule");
        }
        one.row.unschedulable = spec.cordoned;
        built = built.node(one);
        for n in 0..spec.used_pods {
            let requests = Resources {
                cpu_milli: spec.used_cpu * 1000 / spec.used_pods,
                memory: spec.used_memory / spec.used_pods,
                ..Resources::default()
            };
            built = built.pod(pod("other", &format!("u{at}-{n}"), Some(&id), requests, &[]));
        }
    }
    built
}

/// Places replicas one by one, with the plain rules of kube-scheduler; `skew` over zones where given.
fn pack(nodes: &[NodeSpec], cpu: i64, memory: i64, skew: Option<i64>, one_per_node: bool) -> i64 {
    let usable = |n: &NodeSpec| !n.cordoned && !n.tainted;
    let each = |used: i64, pods: i64| if pods == 0 { 0 } else { used * 1000 / pods * pods };
    let mut free: Vec<_> = nodes
        .iter()
        .map(|n| {
            let memory_used = if n.used_pods == 0 { 0 } else { n.used_memory / n.used_pods * n.used_pods };
            (n.cpu * 1000 - each(n.used_cpu, n.used_pods), n.memory - memory_used, n.pods - n.used_pods, 0_i64)
        })
        .collect();
    let mut zones: BTreeMap<u8, i64> = nodes.iter().map(|n| (n.zone, 0)).collect();
    let mut placed = 0;
    loop {
        let min = zones.values().copied().min().unwrap_or(0);
        let fits = |at: &usize| {
            let (n, f) = (&nodes[*at], &free[*at]);
            usable(n)
                && (cpu == 0 || f.0 >= cpu * 1000)
                && (memory == 0 || f.1 >= memory)
                && f.2 >= 1
                && (!one_per_node || f.3 == 0)
                && skew.is_none_or(|skew| zones[&n.zone] + 1 - min <= skew)
        };
        let Some(at) = (0..nodes.len()).filter(fits).min_by_key(|at| zones[&nodes[*at].zone]) else { return placed };
        free[at].0 -= cpu * 1000;
        free[at].1 -= memory;
        free[at].2 -= 1;
        free[at].3 += 1;
        *zones.entry(nodes[at].zone).or_default() += 1;
        placed += 1;
    }
}

fn spread(skew: i64) -> serde_json::Value {
    json!({"topologySpreadConstraints": [{"maxSkew": skew, "topologyKey": "zone",
        "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}]})
}

fn apart() -> serde_json::Value {
    json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
        [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}]}}})
}

fn fit(built: Cluster, asked: &Ask, held: &[Reservation]) -> i64 {
    capacity(asked, &fleet(vec![built.build()]), held, &context()).remove(0).fit.unwrap()
}

fn run(asked: &Ask, clusters: &[Arc<ClusterView>]) -> Decision {
    let decision = decide(asked, &Profile::default(), &fleet(clusters.to_vec()), &[], &context());
    assert_told_in_both_languages(&decision);
    decision
}

fn passing(decision: &Decision) -> Vec<String> {
    let mut names: Vec<_> = decision.ranking.iter().map(|ranked| ranked.cluster.clone()).collect();
    names.sort();
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn fit_is_what_packing_one_by_one_reaches(
        nodes in prop::collection::vec(node_spec(), 0..12), cpu in 0..4_i64, memory in 0..6_i64,
        skew in prop::option::of(1..4_i64), one_per_node: bool,
    ) {
        let mut spec = requesting(json!({"cpu": cpu.to_string(), "memory": memory.to_string()}));
        if let Some(skew) = skew {
            spec = merge(spec, spread(skew));
        }
        if one_per_node {
            spec = merge(spec, apart());
        }
        let got = fit(build("c", &nodes), &ask(1, spec), &[]);
        prop_assert_eq!(got, pack(&nodes, cpu, memory, skew, one_per_node));
    }

    #[test]
    fn a_reservation_never_adds_room_and_never_takes_more_than_its_replicas(
        nodes in prop::collection::vec(node_spec(), 1..8), replicas in 0..5_i64,
    ) {
        let asked = ask(1, requesting(json!({"cpu": "1", "memory": "2"})));
        let held = Reservation {
            decision: DecisionId::new("x"),
            cluster: ClusterId::new("id-c"),
            namespace: "shop".into(),
            per_replica: Resources { cpu_milli: 1000, memory: 2, ..Resources::default() },
            replicas,
            expires_at_ms: NOW + 1,
        };
        let free = fit(build("c", &nodes), &asked, &[]);
        let left = fit(build("c", &nodes), &asked, &[held]);
        prop_assert_eq!(left, (free - replicas).max(0));
    }

    #[test]
    fn more_room_and_more_tolerations_never_hurt_and_more_replicas_never_help(
        nodes in prop::collection::vec(node_spec(), 1..8), replicas in 1..12_i64,
    ) {
        let spec = || requesting(json!({"cpu": "1", "memory": "2"}));
        let clusters = [build("c", &nodes).build()];
        let before = passing(&run(&ask(replicas, spec()), &clusters));
        let larger: Vec<_> = nodes.iter().cloned().map(|mut n| { n.cpu += 3; n }).collect();
        let after = passing(&run(&ask(replicas, spec()), &[build("c", &larger).build()]));
        prop_assert!(before.iter().all(|name| after.contains(name)));
        let tolerating = merge(spec(), json!({"tolerations": [{"operator": "Exists"}]}));
        let after = passing(&run(&ask(replicas, tolerating), &clusters));
        prop_assert!(before.iter().all(|name| after.contains(name)));
        let after = passing(&run(&ask(replicas + 1, spec()), &clusters));
        prop_assert!(after.iter().all(|name| before.contains(name)));
    }

    #[test]
    fn a_rejected_cluster_changes_no_absolute_score_and_scaled_weights_change_nothing(
        one in prop::collection::vec(node_spec(), 1..8), two in prop::collection::vec(node_spec(), 1..8),
        third in prop::collection::vec(node_spec(), 1..8), factor in 2..10_u32,
    ) {
        let asked = ask(1, requesting(json!({"cpu": "1"})));
        let pair = vec![build("a", &one).build(), build("b", &two).build()];
        let alone = run(&asked, &pair);
        let mut more = pair.clone();
        more.push(build("c", &third).change(|view| view.cordoned = true).build());
        let with = run(&asked, &more);
        prop_assert_eq!(passing(&alone), passing(&with));
        for (left, right) in alone.ranking.iter().zip(&with.ranking) {
            for (own, other) in left.scores.iter().zip(&right.scores).filter(|(own, _)| !own.relative) {
                prop_assert_eq!(own, other);
            }
        }
        let mut scaled = Profile::default();
        scaled.scorers.values_mut().for_each(|weight| *weight *= factor);
        let again = decide(&asked, &scaled, &fleet(pair), &[], &context());
        let totals = |decision: &Decision| -> Vec<_> {
            decision.ranking.iter().map(|ranked| (ranked.cluster.clone(), ranked.total)).collect()
        };
        prop_assert_eq!(totals(&alone), totals(&again));
    }

    #[test]
    fn a_toleration_in_the_request_never_removes_a_cluster(
        nodes in prop::collection::vec(node_spec(), 1..6), key in "[a-c]",
    ) {
        let taint = Taint::parse("b=1:NoExecute").unwrap();
        let clusters = [build("c", &nodes).change(|view| view.taints.push(taint)).build()];
        let mut asked = ask(1, requesting(json!({"cpu": "1"})));
        let before = passing(&run(&asked, &clusters));
        asked.weight_mode = WeightMode::Share;
        asked.tolerations.push(Toleration { key: key.clone(), operator: TolerationOperator::Exists, ..Toleration::default() });
        let decision = run(&asked, &clusters);
        prop_assert!(before.iter().all(|name| passing(&decision).contains(name)));
        let want = if key == "b" { Verdict::Pass } else { Verdict::Reject };
        prop_assert_eq!(decision.verdicts[0].filters["ClusterTaint"], want);
    }
}
