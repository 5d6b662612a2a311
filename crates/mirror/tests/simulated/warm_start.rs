//! A start that shows the last world at once, and goes on where the last run was.

use crate::support::{MemoryStore, World, add, eventually, id, mirror, pod};
use mirror::Settings;
use model::fleet::ClusterState;
use model::kinds::MirroredKind;
use simulator::faults::{Effect, Fault, Verb};
use simulator::fleet::{Churn, FleetSpec};
use simulator::object_store::kinds;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

async fn saved_world(store: &Arc<MemoryStore>) -> World {
    let spec = FleetSpec { clusters: 1, nodes: 4, pods: 80, churn: Churn::NONE, ..FleetSpec::default() };
    let mut world = World::new(spec, Settings::default()).await;
    world.mirror = mirror(Settings::default(), Arc::clone(store) as _);
    world.add_all().await;
    world.until_true(0).await;
    // A kind without objects is true before it is listed, and has nothing to be saved until then.
    eventually("every kind listed", || {
        let metrics = world.mirror.metrics();
        let missing = metrics.iter().find(|stream| stream.lists == 0 || stream.watches == 0);
        missing.map_or(Ok(()), |stream| Err(format!("{stream:?}")))
    })
    .await;
    world.mirror.shutdown(Duration::from_secs(10)).await;
    world
}

async fn restart(world: &mut World, store: &Arc<MemoryStore>) {
    world.mirror = mirror(Settings::default(), Arc::clone(store) as _);
    let cluster = world.fleet.cluster(0);
    add(&world.mirror, cluster, 0, cluster.token(), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_world_is_there_at_once_and_watches_go_on_without_a_list() {
    let store = Arc::new(MemoryStore::default());
    let mut world = saved_world(&store).await;
    // Of pods and events there will be more soon, from what happened meanwhile.
    let at_rest = |kind: &&MirroredKind| !matches!(kind, MirroredKind::Pod | MirroredKind::Event);
    let rows = |world: &World| -> Vec<_> {
        MirroredKind::ALL.iter().filter(at_rest).map(|kind| world.seen(0, *kind)).collect()
    };
    let before = rows(&world);
    world.fleet.cluster(0).store().create(&kinds::POD, pod("default", "meanwhile", "", "1")).unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;

    restart(&mut world, &store).await;
    // Each stream's task shows what was saved before it does anything else.
    eventually("the last world", || {
        let after = rows(&world);
        if before == after { Ok(()) } else { Err(format!("{after:?}")) }
    })
    .await;
    assert!(world.view(0).pods.known().is_some(), "known before anything came");
    world.until_true(0).await;
    world.until(0, "Online", |status| status.state == ClusterState::Online).await;
    assert!(world.mirror.metrics().iter().all(|stream| stream.lists == 0), "{:#?}", world.mirror.metrics());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_too_old_is_listed_again() {
    let store = Arc::new(MemoryStore::default());
    let mut world = saved_world(&store).await;
    let cluster = world.fleet.cluster(0);
    let (objects, _) = cluster.store().list(&kinds::POD, None);
    let gone = &objects[0]["metadata"];
    let (namespace, name) = (gone["namespace"].as_str().unwrap(), gone["name"].as_str().unwrap());
    cluster.store().remove(&kinds::POD, Some(namespace), name).unwrap();
    cluster.store().compact();
    restart(&mut world, &store).await;
    world.until_true(0).await;
    let metrics = world.mirror.metrics();
    assert!(metrics.iter().any(|stream| stream.kind == MirroredKind::Pod && stream.lists == 1), "{metrics:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_saved_comes_again_and_a_cluster_that_went_is_forgotten() {
    let store = Arc::new(MemoryStore::default());
    let mut world = saved_world(&store).await;
    restart(&mut world, &store).await;
    world.until_true(0).await;
    store.failing.store(true, Ordering::SeqCst);
    world.fleet.cluster(0).store().create(&kinds::POD, pod("default", "late", "", "1")).unwrap();
    world.until_true(0).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    store.failing.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.mirror.shutdown(Duration::from_secs(10)).await;

    // With the cluster dead, all there is comes from the store.
    let black_hole = Fault::always(Effect::BlackHole).on_verb(Verb::Watch);
    world
        .fleet
        .cluster(0)
        .faults()
        .set(vec![black_hole, Fault::always(Effect::BlackHole).on_verb(Verb::List)])
        .unwrap();
    restart(&mut world, &store).await;
    world.until_true(0).await;
    assert!(store.streams() > 0);
    world.mirror.remove_cluster(&id(0)).await.unwrap();
    eventually("forgotten", || if store.streams() == 0 { Ok(()) } else { Err(format!("{}", store.streams())) }).await;
    world.stop().await;
}
