//! What goes wrong in one cluster stays there.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Server, kubeconfig, wait_until};
use serde_json::Value;
use simulator::faults::{Effect, Fault};
use simulator::fleet::{Churn, Fleet, FleetSpec, PodSize};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const CLUSTERS: usize = 20;
/// Seconds that the pods of a healthy cluster may be old.
const FRESH: f64 = 5.0;

fn all_requests(effect: Effect) -> Fault {
    Fault { effect, path_prefix: None, verb: None, resource: None, count: None, probability: None }
}

fn ages(list: &Value) -> BTreeMap<&str, Option<f64>> {
    let clusters = list["clusters"].as_array().unwrap();
    clusters.iter().map(|cluster| (cluster["name"].as_str().unwrap(), cluster["age"].as_f64())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_silent_and_one_mad_cluster_hold_nobody_up() {
    let spec = FleetSpec {
        pods: 1000,
        pod_size: PodSize::Slim,
        churn: Churn { events_per_second: 1.0 },
        ..FleetSpec::quiet(CLUSTERS, 10)
    };
    let (server, fleet) = (Server::start().await, Fleet::start(spec).await.unwrap());
    for cluster in fleet.clusters() {
        server.add_cluster(cluster.name(), kubeconfig(cluster)).await.expect_status(201);
    }
    let pods = async || server.get("/api/v1/resources/pods?limit=1").await;
    wait_until("all pods", async || (pods().await["total"].as_u64()? >= 1000 * CLUSTERS as u64).then_some(())).await;

    let [silent, mad, ..] = fleet.clusters() else { panic!() };
    silent.faults().add(all_requests(Effect::BlackHole)).unwrap();
    mad.faults().add(all_requests(Effect::Garbage)).unwrap();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(15) {
        let list = pods().await;
        let ages = ages(&list);
        assert_eq!(ages.len(), CLUSTERS);
        for (name, age) in ages.iter().filter(|(name, _)| ![silent.name(), mad.name()].contains(name)) {
            assert!(age.is_some_and(|age| age < FRESH), "{name} is {age:?} s old");
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let old = pods().await;
    assert!(ages(&old)[silent.name()].is_none_or(|age| age > FRESH), "the fault did nothing");
    server.wait_for(silent.name(), "to be given up", |it| it["schedulable"] == false).await;
}
