//! Generated fleets: repeatable, realistic, cheap in numbers.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use serde_json::Value;
use simulator::fleet::{Churn, Fleet, FleetSpec, PodSize};
use simulator::object_store::kinds;
use support::{condition, until};

fn spec(seed: u64) -> FleetSpec {
    FleetSpec { clusters: 2, nodes: 12, pods: 200, seed, churn: Churn::NONE, ..FleetSpec::default() }
}

/// Name → uid and node of everything that is placed.
fn shape(fleet: &Fleet) -> BTreeMap<String, (Value, Value)> {
    let mut shape = BTreeMap::new();
    for cluster in fleet.clusters() {
        for kind in [&kinds::POD, &kinds::NODE, &kinds::DEPLOYMENT, &kinds::NAMESPACE] {
            for object in cluster.store().list(kind, None).0 {
                let metadata = &object["metadata"];
                let name = format!("{}/{}/{}/{}", cluster.name(), kind.plural, metadata["namespace"], metadata["name"]);
                shape.insert(name, (metadata["uid"].clone(), object["spec"]["nodeName"].clone()));
            }
        }
    }
    shape
}

#[tokio::test]
async fn the_same_seed_gives_the_same_fleet() {
    let (one, two, other) =
        tokio::try_join!(Fleet::start(spec(7)), Fleet::start(spec(7)), Fleet::start(spec(8))).unwrap();
    assert_eq!(shape(&one), shape(&two));
    assert_ne!(shape(&one), shape(&other));
    for (a, b) in one.clusters().iter().zip(two.clusters()) {
        assert_eq!((a.name(), a.ca_pem(), a.token()), (b.name(), b.ca_pem(), b.token()));
    }
    assert_ne!(one.cluster(0).token(), one.cluster(1).token());
    futures::future::join_all([one, two, other].map(Fleet::shutdown)).await;
}

#[tokio::test]
async fn a_generated_cluster_is_in_steady_state_and_as_full_as_asked() {
    let fleet = Fleet::start(spec(3)).await.unwrap();
    let cluster = fleet.cluster(0);
    let store = cluster.store();
    let pods = store.list(&kinds::POD, None).0;
    assert_eq!(pods.len(), 200);
    let pending: Vec<_> = pods.iter().filter(|pod| !pod["spec"]["nodeName"].is_string()).collect();
    assert_eq!(pending.len(), 1, "one unschedulable pod");
    until("the scheduler says why", || {
        let name = pending[0]["metadata"]["name"].as_str()?;
        let pod = store.get(&kinds::POD, pending[0]["metadata"]["namespace"].as_str(), name)?;
        (condition(&pod, "PodScheduled")?.1 == "Unschedulable").then_some(())
    })
    .await;
    let waiting = |reason: &str| {
        pods.iter().filter(|pod| pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == reason).count()
    };
    assert_eq!((waiting("CrashLoopBackOff"), waiting("ImagePullBackOff")), (1, 1));

    let cpu = |text: &Value| simulator::controllers::quantity::milli(text.as_str().unwrap_or("0")).unwrap();
    let general = |node: &&std::sync::Arc<Value>| node["metadata"]["labels"]["node.kubernetes.io/pool"] != "gpu";
    let nodes = store.list(&kinds::NODE, None).0;
    let names: Vec<&str> = nodes.iter().filter(general).filter_map(|node| node["metadata"]["name"].as_str()).collect();
    let room: i64 = nodes.iter().filter(general).map(|node| cpu(&node["status"]["allocatable"]["cpu"])).sum();
    let asked: i64 = pods
        .iter()
        .filter(|pod| pod["spec"]["nodeName"].as_str().is_some_and(|node| names.contains(&node)))
        .flat_map(|pod| pod["spec"]["containers"].as_array().unwrap())
        .map(|container| cpu(&container["resources"]["requests"]["cpu"]))
        .sum();
    let fill = asked as f64 / room as f64;
    assert!((0.75..0.95).contains(&fill), "{fill}");

    let sizes: Vec<usize> = store.list_stored(&kinds::POD, None).objects.iter().map(|pod| pod.json.len()).collect();
    let mean = sizes.iter().sum::<usize>() / sizes.len();
    assert!((5_000..=8_192).contains(&mean), "{mean}");

    // Nothing to do for the controllers: no pod is made or deleted.
    let version = store.resource_version();
    tokio::time::sleep(support::SILENCE).await;
    let mut pods = store.subscribe(&kinds::POD, None, version).unwrap();
    let events = pods.pending().unwrap().events;
    assert!(events.is_empty(), "{:?}", events.iter().map(|event| &event.object.name).collect::<Vec<_>>());
    assert_eq!(store.count(&kinds::POD, None), 200);
    fleet.shutdown().await;
}

#[tokio::test]
async fn all_generated_pods_find_room() {
    for (nodes, pods) in [(1, 30), (3, 40), (4, 100), (20, 600), (60, 400)] {
        let spec = FleetSpec { clusters: 3, nodes, pods, broken_workloads: false, pod_size: PodSize::Slim, ..spec(11) };
        let fleet = Fleet::start(spec).await.unwrap();
        for cluster in fleet.clusters() {
            let placed = cluster.store().list(&kinds::POD, None).0;
            let waiting = placed.iter().filter(|pod| !pod["spec"]["nodeName"].is_string()).count();
            assert_eq!((placed.len(), waiting), (pods, 0), "{nodes} nodes, {pods} pods");
        }
        fleet.shutdown().await;
    }
}

#[tokio::test]
async fn churn_makes_events_and_keeps_the_number_of_pods() {
    let churn = Churn { events_per_second: 200.0 };
    let spec =
        FleetSpec { clusters: 1, churn, fill: 0.5, start_delay: std::time::Duration::from_millis(20), ..spec(5) };
    let fleet = Fleet::start(spec).await.unwrap();
    let store = fleet.cluster(0).store();
    let mut pods = store.subscribe(&kinds::POD, None, store.resource_version()).unwrap();
    let mut deleted = 0;
    while deleted < 3 {
        let batch = pods.next().await.unwrap();
        deleted += batch.events.iter().filter(|e| e.event_type == simulator::object_store::EventType::Deleted).count();
    }
    fleet.cluster(0).set_churn(0.0);
    until("all replaced", || {
        let pods = store.list(&kinds::POD, None).0;
        let settled = pods.iter().all(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        let running = pods.iter().filter(|pod| pod["status"]["phase"] == "Running").count();
        (settled && pods.len() == 200 && running == 198).then_some(())
    })
    .await;
    fleet.shutdown().await;
}

#[tokio::test]
async fn fifty_clusters_start_in_one_process() {
    let spec = FleetSpec {
        clusters: 50,
        nodes: 4,
        pods: 20,
        pod_size: PodSize::Slim,
        churn: Churn::NONE,
        ..FleetSpec::default()
    };
    let fleet = Fleet::start(spec).await.unwrap();
    let names: std::collections::HashSet<&str> = fleet.clusters().iter().map(|cluster| cluster.name()).collect();
    assert_eq!(names.len(), 50);
    let namespace = |index: usize| fleet.cluster(index).store().get(&kinds::NAMESPACE, None, "kube-system").unwrap();
    assert_ne!(namespace(0)["metadata"]["uid"], namespace(1)["metadata"]["uid"]);
    for cluster in fleet.clusters() {
        support::tls(cluster).await.unwrap();
    }
    fleet.shutdown().await;
}
