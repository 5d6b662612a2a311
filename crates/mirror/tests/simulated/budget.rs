//! What a cluster with more than may be kept, or that changes faster than may be read, costs the others: nothing.

use crate::support::{World, eventually};
use mirror::{ClusterStatus, Settings};
use model::fleet::{ClusterState, Observed};
use model::kinds::MirroredKind;
use simulator::faults::{Effect, Fault};
use simulator::fleet::{Churn, FleetSpec};
use simulator::object_store::kinds;
use std::time::Duration;

fn quiet(pods: usize) -> FleetSpec {
    FleetSpec { clusters: 1, nodes: 4, pods, churn: Churn::NONE, ..FleetSpec::default() }
}

fn settings() -> Settings {
    Settings {
        count_interval: Duration::from_millis(200),
        over_budget_retry: Duration::from_millis(800),
        ..Settings::default()
    }
}

/// Names and namespaces of all pods.
fn pods(world: &World) -> Vec<(String, String)> {
    let (pods, _) = world.fleet.cluster(0).store().list(&kinds::POD, None);
    let text = |pod: &serde_json::Value, key: &str| pod["metadata"][key].as_str().unwrap().to_owned();
    pods.iter().map(|pod| (text(pod, "namespace"), text(pod, "name"))).collect()
}

fn observed(status: &ClusterStatus, kind: MirroredKind) -> Observed<()> {
    status.kinds.iter().find(|status| status.kind == kind).unwrap().observed.clone()
}

async fn until_counted(world: &World, why: &str) {
    eventually("pods are counted", || {
        let snapshot = world.mirror.snapshot(MirroredKind::Pod);
        let (counted, rows) = (snapshot.clusters[0].counted, snapshot.clusters[0].len());
        let truth = pods(world).len() as u64;
        if (counted, rows) == (Some(truth), 0) { Ok(()) } else { Err(format!("{counted:?}, {rows} rows of {truth}")) }
    })
    .await;
    assert_eq!(observed(&world.status(0), MirroredKind::Pod), Observed::NotSynced, "it must not pass for room");
    world.until(0, "nodes", |status| observed(status, MirroredKind::Node) == Observed::Known(())).await;
    let is_told = |status: &ClusterStatus| status.state == ClusterState::Degraded && &*status.reason == "not_syncing";
    world.until(0, "the reason", is_told).await;
    let pods = |status: &mirror::KindStatus| status.kind == MirroredKind::Pod;
    assert_eq!(world.status(0).kinds.into_iter().find(pods).unwrap().last_error, Some(why));
    let failed = |stream: &mirror::StreamMetrics| stream.failures.get(why).copied().unwrap_or(0);
    assert!(world.mirror.metrics().iter().map(failed).sum::<u64>() > 0, "it counts as a failure");
}

async fn until_kept(world: &World) {
    world.until_true(0).await;
    world.until(0, "Online", |status| status.state == ClusterState::Online).await;
    assert_eq!(world.mirror.snapshot(MirroredKind::Pod).clusters[0].counted, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_objects_than_may_be_kept_are_counted_and_kept_again_once_they_are_fewer() {
    let mut settings = settings();
    settings.limits.list_objects = 40;
    let world = World::new(quiet(60), settings).await;
    world.add_all().await;
    until_counted(&world, "too_many").await;
    // Controllers replace what they own, so the owners go first.
    let store = world.fleet.cluster(0).store();
    for kind in [&kinds::DEPLOYMENT, &kinds::REPLICA_SET, &kinds::STATEFUL_SET, &kinds::DAEMON_SET, &kinds::JOB] {
        let (owners, _) = store.list(kind, None);
        for owner in owners {
            let meta = &owner["metadata"];
            let _gone = store.remove(kind, meta["namespace"].as_str(), meta["name"].as_str().unwrap());
        }
    }
    for (namespace, name) in pods(&world).into_iter().skip(30) {
        let _gone = store.remove(&kinds::POD, Some(&namespace), &name);
    }
    until_kept(&world).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_take_more_room_than_a_stream_may_are_counted() {
    let world = World::new(quiet(60), Settings { stream_bytes: 4 << 10, ..settings() }).await;
    world.add_all().await;
    until_counted(&world, "over_budget").await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_changes_is_counted_and_what_rests_is_kept_again() {
    let mut settings = settings();
    settings.limits.watch_bytes_a_second = 4 << 10;
    settings.limits.watch_burst_bytes = 64 << 10;
    settings.limits.flood = Duration::from_millis(500);
    let world = World::new(quiet(10), settings).await;
    world.add_all().await;
    world.until_true(0).await;
    let store = world.fleet.cluster(0).store();
    let (namespace, name) = pods(&world)[0].clone();
    let (mut round, mut lag) = (0, 0.0_f64);
    eventually("the flood is noticed", || {
        for _ in 0..50 {
            round += 1;
            let change = |pod: &mut serde_json::Value| {
                pod["metadata"]["labels"]["random"] = round.to_string().into();
                pod["metadata"]["annotations"]["padding"] = "x".repeat(2000).into();
            };
            store.update(&kinds::POD, Some(&namespace), &name, change).unwrap();
        }
        let now = jiff::Timestamp::now().as_millisecond();
        lag = lag.max(world.view(0).evidence[&MirroredKind::Pod].apply_lag(now));
        let counted = world.mirror.snapshot(MirroredKind::Pod).clusters[0].counted;
        if counted.is_some() { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    assert!(lag > 0.3, "what is held back must not pass for the present: {lag}");
    until_kept(&world).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_probe_asks_a_cluster_that_answers_nobody() {
    let world = World::start(quiet(10)).await;
    world.fleet.cluster(0).faults().set(vec![Fault::always(Effect::Refuse)]).unwrap();
    world.until(0, "Offline", |status| status.state == ClusterState::Offline).await;
    let failures = || -> u64 { world.mirror.metrics().iter().flat_map(|stream| stream.failures.values()).sum() };
    // Tries that had begun before.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = failures();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(failures(), before);
    world.fleet.cluster(0).faults().clear();
    until_kept(&world).await;
    world.stop().await;
}
