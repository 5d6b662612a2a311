//! Decisions over all clusters.

use crate::clock::{Times, on_cpu};
use crate::corpus::Corpus;
use crate::figure::{Better, Figure};
use crate::scale::Scale;
use crate::world::{NO_SOCKET, World};
use anyhow::{Result, ensure};
use model::fleet::Fleet;
use model::ids::DecisionId;
use scheduler::{Ask, AskOptions, Context, Decision, Profile, decide};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

pub const P50: &str = "decide.p50";
pub const P99: &str = "decide.p99";
pub const CPU: &str = "decide.cpu";

const NODES: usize = 1_000;
const PODS: usize = 5_000;

/// Decides workloads of several kinds in turn, with every filter's reason on every cluster.
///
/// # Errors
/// When a workload that has room is not placed.
pub fn measure(scale: &Scale) -> Result<Vec<Figure>> {
    let corpus = Corpus::generate(scale.decided_clusters, scale.distinct, NODES, PODS)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (mut times, cpu) = runtime.block_on(async {
        let world = World::start(&corpus).await?;
        let fleet = world.mirror.fleet();
        let times = tokio::task::block_in_place(|| decisions(&fleet, scale.decisions));
        world.stop().await;
        times
    })?;
    let samples = times.len();
    let figure = |name, value, must, aim| Figure {
        name,
        value,
        unit: "ms",
        better: Better::Lower,
        must,
        aim,
        peer: None,
        limit: None,
        samples,
        scale: format!(
            "{} clusters of {NODES} nodes, {} pods, nothing cached, every reason kept, one thread",
            scale.decided_clusters,
            corpus.pod_count()
        ),
        simulated: vec![corpus.simulated(), NO_SOCKET],
    };
    Ok(vec![
        figure(P50, times.percentile(50), Some(2.0), Some(0.8)),
        figure(P99, times.percentile(99), Some(5.0), Some(2.0)),
        figure(CPU, cpu.as_secs_f64() * 1e3 / samples as f64, None, None),
    ])
}

/// Times by the wall, and on the processor altogether.
fn decisions(fleet: &Fleet, rounds: usize) -> Result<(Times, Duration)> {
    let plain = json!({"cpu": "500m", "memory": "1Gi"});
    // The last fits into no node, so that every reason of every cluster is written.
    let asks = [
        workload(&plain, json!({}))?,
        workload(&plain, json!({"nodeSelector": {"kubernetes.io/os": "linux"}}))?,
        workload(&json!({"cpu": "4000"}), json!({}))?,
    ];
    let profile = Profile::default();
    // The moment of the picture, for all: it must not grow stale while it is measured with, or refusals are measured.
    let context = Context {
        now_ms: jiff::Timestamp::now().as_millisecond(),
        seed: 1,
        decision_id: DecisionId::new("bench"),
        placements: BTreeMap::new(),
    };
    let candidates = |decision: &Decision| decision.ranking.len();
    let all = fleet.clusters.len();
    let expected = [all, all, 0];
    let mut times = Times::default();
    let before = on_cpu()?;
    for _ in 0..rounds {
        for (ask, expected) in asks.iter().zip(expected) {
            let begun = Instant::now();
            let decision = black_box(decide(black_box(ask), &profile, fleet, &[], &context));
            times.add(begun.elapsed());
            let found = candidates(&decision);
            ensure!(found == expected, "{found} clusters have room instead of {expected}");
        }
    }
    Ok((times, on_cpu()? - before))
}

fn workload(requests: &Value, more: Value) -> Result<Ask> {
    let mut spec = json!({"containers": [{"name": "web", "image": "web:1", "resources": {"requests": requests}}]});
    if let (Some(spec), Value::Object(more)) = (spec.as_object_mut(), more) {
        spec.extend(more);
    }
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"replicas": 10, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}}});
    Ok(Ask::from_objects(&[object], AskOptions::default())?)
}
