//! What changes in a cluster shows in the mirror.

use crate::support::{World, eventually, id, pod};
use model::fleet::{ClusterState, Observed};
use model::kinds::MirroredKind;
use simulator::fleet::{Churn, FleetSpec};
use simulator::object_store::{DeleteOptions, kinds};

fn small(clusters: usize) -> FleetSpec {
    FleetSpec { clusters, nodes: 6, pods: 120, churn: Churn::NONE, ..FleetSpec::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_equals_the_truth_after_churn() {
    let world = World::start(small(2)).await;
    for index in 0..2 {
        world.fleet.cluster(index).set_churn(100.0);
    }
    let before = world.mirror.kind_revision(MirroredKind::Pod);
    eventually("changes", || {
        let now = world.mirror.kind_revision(MirroredKind::Pod);
        if now > before + 20 { Ok(()) } else { Err(format!("revision {now}")) }
    })
    .await;
    for index in 0..2 {
        world.fleet.cluster(index).set_churn(0.0);
        world.until_true(index).await;
    }
    let metrics = world.mirror.metrics();
    assert_eq!(metrics.iter().map(|stream| stream.skipped).sum::<u64>(), 0);
    assert!(metrics.iter().all(|stream| stream.lists == 1 && stream.failures.is_empty()), "{metrics:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_know_what_their_pods_take() {
    let world = World::start(FleetSpec::quiet(1, 2)).await;
    let store = world.fleet.cluster(0).store();
    let node = world.view(0).nodes.known().unwrap()[0].row.meta.name.to_string();
    let requested = |world: &World| {
        let view = world.view(0);
        let node = &view.nodes.known().unwrap()[0];
        (node.requested.cpu_milli, node.pods, node.host_ports.len())
    };
    let (cpu, pods, ports) = requested(&world);
    store.create(&kinds::POD, pod("default", "a", &node, "250m")).unwrap();
    store.create(&kinds::POD, pod("default", "b", &node, "1")).unwrap();
    let holds = |wanted| move |seen| if seen == wanted { Ok(()) } else { Err(format!("{seen:?}")) };
    eventually("both", || holds((cpu + 1250, pods + 2, ports + 1))(requested(&world))).await;
    store.remove(&kinds::POD, Some("default"), "a").unwrap();
    eventually("one", || holds((cpu + 1000, pods + 1, ports + 1))(requested(&world))).await;
    store.update(&kinds::POD, Some("default"), "b", |pod| pod["status"]["phase"] = "Succeeded".into()).unwrap();
    eventually("none", || holds((cpu, pods, ports))(requested(&world))).await;
    let starts: Vec<_> = world.mirror.drain_pod_starts().into_iter().flat_map(|(_, starts)| starts).collect();
    assert!(starts.iter().filter(|start| start.ok).count() >= 2, "{starts:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_for_two_namespaces_sees_those_and_no_nodes() {
    let world = World::new(small(1), mirror::Settings::default()).await;
    let cluster = world.fleet.cluster(0);
    let (objects, _) = cluster.store().list(&kinds::POD, None);
    let mut namespaces: Vec<String> =
        objects.iter().map(|pod| pod["metadata"]["namespace"].as_str().unwrap().to_owned()).collect();
    namespaces.sort();
    namespaces.dedup();
    namespaces.truncate(2);
    let names: Vec<&str> = namespaces.iter().map(String::as_str).collect();
    world.add(0, &cluster.token_for_namespaces(&names), Some(namespaces.clone())).await;
    world.until(0, "Online", |status| status.state == ClusterState::Online).await;
    let view = world.view(0);
    assert_eq!(view.limited_to.as_deref(), Some(namespaces.as_slice()));
    assert!(matches!(view.nodes, Observed::NotAllowed) && matches!(view.namespaces, Observed::NotAllowed));
    let expected = |namespace: &str| objects.iter().filter(|pod| pod["metadata"]["namespace"] == namespace).count();
    let wanted: usize = names.iter().map(|namespace| expected(namespace)).sum();
    let pods = view.pods.known().unwrap();
    assert_eq!(pods.len(), wanted);
    assert!(pods.rows().all(|pod| namespaces.iter().any(|namespace| pod.namespace() == Some(namespace))));
    assert!(!view.evidence.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_and_clusters_come_and_go() {
    let world = World::start(FleetSpec::quiet(1, 1)).await;
    let mut meta = (*world.status(0).meta).clone();
    meta.cordoned = true;
    let before = world.mirror.kind_revision(MirroredKind::Pod);
    world.mirror.update_meta(&id(0), meta).unwrap();
    assert!(world.view(0).cordoned);
    let cordoned = world.mirror.kind_revision(MirroredKind::Pod);
    assert!(cordoned > before, "lists say what their clusters are");

    let store = world.fleet.cluster(0).store();
    store.create(&kinds::POD, pod("default", "a", "", "1")).unwrap();
    world.until_true(0).await;
    assert!(world.mirror.kind_revision(MirroredKind::Pod) > cordoned);
    store.delete(&kinds::POD, Some("default"), "a", &DeleteOptions::default()).unwrap();
    world.until_true(0).await;

    let view = world.view(0);
    assert!(view.served.known().is_some_and(|served| served.serves("apps/v1", "Deployment")));
    assert!(std::sync::Arc::ptr_eq(view.pods.known().unwrap(), world.view(0).pods.known().unwrap()));
    assert!(world.status(0).uid.is_some() && world.status(0).version.is_some());
    world.mirror.remove_cluster(&id(0)).await.unwrap();
    assert!(world.mirror.fleet().clusters.is_empty() && world.mirror.metrics().is_empty());
    assert!(world.mirror.remove_cluster(&id(0)).await.is_err());
    world.stop().await;
}
