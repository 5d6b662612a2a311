//! How long a decision takes over 100 clusters of 1,000 nodes, half a million pods in sum.
//! `cargo bench -p scheduler`
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::*;
use model::fleet::{Fleet, NodeView, Observed};
use model::k8s::resources::Resources;
use scheduler::{Ask, Profile, capacity, decide};
use serde_json::json;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CLUSTERS: usize = 100;
const NODES: usize = 1_000;
const ROUNDS: usize = 100;

/// A number that looks random and is not.
fn scatter(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn build() -> Fleet {
    let clusters = (0..CLUSTERS).map(|c| {
        let mut view = (*cluster(&format!("c{c:03}")).build()).clone();
        let nodes: Vec<NodeView> = (0..NODES)
            .map(|n| {
                let mut one = node(&format!("n{n:04}"), "16", "64Gi", 110).label("zone", &format!("z{}", n % 3));
                if n % 10 == 0 {
                    one = one.taint("dedicated=x:NoSchedule");
                }
                let fill = scatter((c * NODES + n) as u64) % 16_000;
                let requested =
                    Resources { cpu_milli: fill as i64, memory: (fill as i64) << 22, ..Resources::default() };
                NodeView {
                    row: Arc::new(one.row),
                    requested_non_zero: requested.clone(),
                    requested,
                    pods: 5,
                    host_ports: Default::default(),
                }
            })
            .collect();
        view.nodes = Observed::Known(nodes.into());
        Arc::new(view)
    });
    fleet(clusters.collect())
}

fn report(name: &str, mut once: impl FnMut()) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            once();
            start.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_micros();
    println!("{name:<32} p50 {:>7} µs   p90 {:>7} µs   p99 {:>7} µs", at(50), at(90), at(99));
}

fn main() {
    let fleet = build();
    let profile = Profile::default();
    let plain = ask(10, requesting(json!({"cpu": "500m", "memory": "1Gi"})));
    let selecting =
        ask(10, merge(requesting(json!({"cpu": "500m", "memory": "1Gi"})), json!({"nodeSelector": {"zone": "z1"}})));
    let huge = ask(10, requesting(json!({"cpu": "64"})));
    let spreading = ask(
        10,
        merge(
            requesting(json!({"cpu": "500m"})),
            json!({"topologySpreadConstraints":
        [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
          "labelSelector": {"matchLabels": {"app": "web"}}}]}),
        ),
    );
    let asks: [(&str, &Ask); 4] = [
        ("decide", &plain),
        ("decide, node selector", &selecting),
        ("decide, fits nowhere", &huge),
        ("decide, spread", &spreading),
    ];
    for (name, asked) in asks {
        report(name, || {
            black_box(decide(black_box(asked), &profile, &fleet, &[], &context()));
        });
    }
    report("capacity with limits", || {
        black_box(capacity(black_box(&plain), &fleet, &[], &context()));
    });
}
