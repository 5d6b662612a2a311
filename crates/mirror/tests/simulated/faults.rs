//! What a cluster that hangs, lies or forgets does to the mirror, and what it does not.

use crate::support::{World, client, eventually, id, pod};
use model::fleet::{ClusterState, Observed};
use model::kinds::MirroredKind;
use simulator::faults::{Effect, Fault, Verb};
use simulator::fleet::{Churn, FleetSpec};
use simulator::object_store::kinds;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn small(clusters: usize) -> FleetSpec {
    FleetSpec { clusters, nodes: 4, pods: 60, churn: Churn::NONE, ..FleetSpec::default() }
}

const OWN: usize = 20;

fn own_pod(number: usize, life: &str) -> serde_json::Value {
    let mut pod = pod("default", &format!("own-{number}"), "", "10m");
    pod["metadata"]["uid"] = format!("own-{number}-{life}").into();
    pod
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_version_is_listed_again_without_an_empty_or_doubled_moment() {
    let world = Arc::new(World::start(small(1)).await);
    // Nobody's pods, which no controller replaces, in the midst of the others.
    for number in 0..OWN {
        world.fleet.cluster(0).store().create(&kinds::POD, own_pod(number, "first")).unwrap();
    }
    world.until_true(0).await;
    let (watched, stop) = (Arc::clone(&world), Arc::new(AtomicBool::new(false)));
    let ended = Arc::clone(&stop);
    let watcher = tokio::spawn(async move {
        let mut looks = 0;
        while !ended.load(Ordering::SeqCst) {
            let view = watched.view(0);
            let seen = view.pods.known().expect("known all the time");
            let mut own: Vec<String> =
                seen.rows().map(|pod| pod.name()).filter(|name| name.starts_with("own-")).collect();
            own.sort();
            // One is being replaced.
            assert!((OWN - 1..=OWN).contains(&own.len()), "{own:?}");
            own.dedup();
            assert!(own.len() >= OWN - 1, "a name twice: {own:?}");
            looks += 1;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        looks
    });
    let cluster = world.fleet.cluster(0);
    let lists = |world: &World| world.mirror.metrics().iter().map(|stream| stream.lists).sum::<u64>();
    for round in 0..4 {
        let before = lists(&world);
        cluster.faults().set(vec![Fault::always(Effect::Gone).on_verb(Verb::Watch).times(6)]).unwrap();
        let again = own_pod(round, "again");
        cluster.store().remove(&kinds::POD, Some("default"), &format!("own-{round}")).unwrap();
        cluster.store().create(&kinds::POD, again).unwrap();
        eventually("a list", || if lists(&world) > before { Ok(()) } else { Err(format!("{before}")) }).await;
        cluster.faults().clear();
        world.until_true(0).await;
    }
    stop.store(true, Ordering::SeqCst);
    assert!(watcher.await.unwrap() > 10);
    Arc::try_unwrap(world).ok().unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_black_hole_ages_goes_offline_and_comes_back_while_the_other_stays_fresh() {
    let world = World::start(small(2)).await;
    let mut changes = world.mirror.changes();
    world.fleet.cluster(0).faults().set(vec![Fault::always(Effect::BlackHole)]).unwrap();
    world.until(0, "Offline", |status| status.state == ClusterState::Offline).await;
    assert_eq!((&*world.status(0).reason, world.status(0).missed_probes >= 3), ("timeout", true));
    eventually("age", || {
        let age = world.age(0, MirroredKind::Pod);
        if age > 10.0 { Ok(()) } else { Err(format!("{age}")) }
    })
    .await;
    assert!(world.age(1, MirroredKind::Pod) < 10.0, "{}", world.age(1, MirroredKind::Pod));
    assert_eq!(world.status(1).state, ClusterState::Online);
    assert!(world.view(0).pods.known().is_some(), "the last known world stays");
    let mut states = Vec::new();
    while states.last() != Some(&ClusterState::Offline) {
        if let Some(mirror::Change::State(change)) = changes.next().await {
            assert_eq!(change.cluster, id(0));
            states.push(change.to);
        }
    }

    world.fleet.cluster(0).faults().clear();
    world.fleet.cluster(0).store().create(&kinds::POD, pod("default", "news", "", "1")).unwrap();
    world.until(0, "Online", |status| status.state == ClusterState::Online).await;
    world.until_true(0).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_credential_is_told_and_a_new_one_heals_without_losing_rows() {
    let world = World::start(small(1)).await;
    let cluster = world.fleet.cluster(0);
    let pods = world.seen(0, MirroredKind::Pod);
    world.mirror.replace_client(&id(0), client(cluster, "sim-wrong")).unwrap();
    world.until(0, "AuthFailed", |status| status.state == ClusterState::AuthFailed).await;
    assert_eq!(world.seen(0, MirroredKind::Pod), pods);
    let age = world.age(0, MirroredKind::Pod);
    eventually("ages", || if world.age(0, MirroredKind::Pod) > age + 1.0 { Ok(()) } else { Err(String::new()) }).await;
    world.mirror.replace_client(&id(0), client(cluster, cluster.token())).unwrap();
    world.until(0, "Online", |status| status.state == ClusterState::Online).await;
    cluster.store().create(&kinds::POD, pod("default", "news", "", "1")).unwrap();
    world.until_true(0).await;
    let pods = world.mirror.metrics().into_iter().find(|stream| stream.kind == MirroredKind::Pod).unwrap();
    assert_eq!(pods.lists, 1, "the watch went on from its version");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_may_not_be_seen_is_not_allowed_and_others_are_well() {
    let world = World::new(small(1), mirror::Settings::default()).await;
    let forbidden = Fault::always(Effect::Forbidden).on_resource("resourcequotas");
    world.fleet.cluster(0).faults().set(vec![forbidden]).unwrap();
    world.add_all().await;
    world.until(0, "Online", |status| status.state == ClusterState::Online).await;
    let view = world.view(0);
    assert!(matches!(view.quotas, Observed::NotAllowed) && view.pods.known().is_some());
    let quotas = world.mirror.metrics().into_iter().find(|s| s.kind == MirroredKind::ResourceQuota).unwrap();
    assert_eq!(quotas.failures.get("forbidden"), Some(&1));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_counted_and_never_shown() {
    let world = World::start(small(2)).await;
    let pods = world.seen(0, MirroredKind::Pod);
    let faults = vec![
        Fault::always(Effect::Gone).on_verb(Verb::Watch).on_resource("pods"),
        Fault::always(Effect::Garbage).on_verb(Verb::List).on_resource("pods"),
    ];
    world.fleet.cluster(0).faults().set(faults).unwrap();
    let failures = |world: &World| {
        let metrics = world.mirror.metrics().into_iter();
        metrics
            .filter(|s| s.cluster == id(0) && s.kind == MirroredKind::Pod)
            .map(|s| s.consecutive_failures)
            .sum::<u32>()
    };
    eventually("failures", || if failures(&world) >= 3 { Ok(()) } else { Err(format!("{}", failures(&world))) }).await;
    world.until(0, "Degraded", |status| status.state == ClusterState::Degraded).await;
    assert_eq!(&*world.status(0).reason, "not_syncing");
    assert_eq!(world.seen(0, MirroredKind::Pod), pods);
    assert_eq!(world.status(1).state, ClusterState::Online);
    world.fleet.cluster(0).faults().clear();
    world.until(0, "Online", |status| status.state == ClusterState::Online).await;
    assert_eq!(failures(&world), 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_frozen_watch_lost_is_found_by_verifying() {
    let world = World::start(small(1)).await;
    let cluster = world.fleet.cluster(0);
    cluster.faults().set(vec![Fault::always(Effect::FrozenWatch).on_resource("pods")]).unwrap();
    // A moment for open watches to freeze.
    tokio::time::sleep(Duration::from_millis(300)).await;
    cluster.store().create(&kinds::POD, pod("default", "unheard", "", "1")).unwrap();
    world.mirror.verify_now(&id(0)).unwrap();
    eventually("corrections or a new watch", || {
        let seen = world.seen(0, MirroredKind::Pod);
        if seen.iter().any(|pod| pod.contains("/unheard ")) { Ok(()) } else { Err("not seen".into()) }
    })
    .await;
    let metrics = world.mirror.metrics();
    let pods = metrics.iter().find(|stream| stream.kind == MirroredKind::Pod).unwrap();
    assert_eq!((pods.corrections, pods.lists), (1, 2), "{pods:#?}");
    assert!(metrics.iter().filter(|s| s.kind != MirroredKind::Pod).all(|s| s.corrections == 0));
    world.stop().await;
}
