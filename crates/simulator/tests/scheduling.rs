//! The scheduler respects room and taints, says why a pod waits, and tries again when things change.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;

use serde_json::{Value, json};
use simulator::object_store::{DeleteOptions, kinds};
use support::{condition, list, quiet_fleet, until};

fn pod(name: &str, spec: Value) -> Value {
    json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec, "status": {"phase": "Pending"}})
}

fn asking(cpu: &str) -> Value {
    json!({"containers": [{"name": "main", "image": "x:1", "resources": {"requests": {"cpu": cpu}}}]})
}

#[tokio::test]
async fn pods_go_where_there_is_room_and_wait_where_there_is_none() {
    // Two general nodes of 15.88 CPUs each.
    let fleet = quiet_fleet(2).await;
    let store = fleet.cluster(0).store();
    for index in 0..5 {
        store.create(&kinds::POD, pod(&format!("p{index}"), asking("7"))).unwrap();
    }
    let waiting = until("four bound, one unschedulable", || {
        let pods = list(store, &kinds::POD, "default");
        let bound = pods.iter().filter(|pod| pod["spec"]["nodeName"].is_string()).count();
        let waiting = pods.into_iter().find(|pod| condition(pod, "PodScheduled").is_some_and(|c| c.0 == "False"));
        waiting.filter(|_| bound == 4)
    })
    .await;
    let mut on_node: HashMap<String, usize> = HashMap::new();
    for pod in list(store, &kinds::POD, "default") {
        if let Some(node) = pod["spec"]["nodeName"].as_str() {
            *on_node.entry(node.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(on_node.values().copied().collect::<Vec<_>>(), [2, 2]);
    let conditions = waiting["status"]["conditions"].as_array().unwrap();
    assert_eq!(conditions[0]["reason"], "Unschedulable");
    assert_eq!(
        conditions[0]["message"],
        "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: \
         2 No preemption victims found for incoming pod."
    );

    let victim =
        list(store, &kinds::POD, "default").into_iter().find(|pod| pod["spec"]["nodeName"].is_string()).unwrap();
    let victim = victim["metadata"]["name"].as_str().unwrap();
    store.delete(&kinds::POD, Some("default"), victim, &DeleteOptions::default()).unwrap();
    let name = waiting["metadata"]["name"].as_str().unwrap();
    until("the waiting pod runs", || {
        let pod = store.get(&kinds::POD, Some("default"), name)?;
        (pod["status"]["phase"] == "Running").then_some(())
    })
    .await;
    fleet.shutdown().await;
}

#[tokio::test]
async fn taints_cordons_and_foreign_schedulers() {
    let fleet = quiet_fleet(1).await;
    let store = fleet.cluster(0).store();
    let node = store.list(&kinds::NODE, None).0.remove(0)["metadata"]["name"].as_str().unwrap().to_owned();
    let set_spec = |spec: Value| store.update(&kinds::NODE, None, &node, |node| node["spec"] = spec).unwrap();
    set_spec(json!({"taints": [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]}));

    let mut tolerant = asking("1");
    tolerant["tolerations"] =
        json!([{"key": "dedicated", "operator": "Equal", "value": "batch", "effect": "NoSchedule"}]);
    let mut foreign = asking("1");
    foreign["schedulerName"] = "somebody-else".into();
    store.create(&kinds::POD, pod("foreign", foreign)).unwrap();
    store.create(&kinds::POD, pod("plain", asking("1"))).unwrap();
    store.create(&kinds::POD, pod("tolerant", tolerant)).unwrap();
    let get = |name: &str| store.get(&kinds::POD, Some("default"), name).unwrap();
    until("tolerant bound", || get("tolerant")["spec"]["nodeName"].is_string().then_some(())).await;
    until("plain refused", || {
        let message = get("plain")["status"]["conditions"][0]["message"].as_str()?.to_owned();
        message.contains("1 node(s) had untolerated taint {dedicated: batch}").then_some(())
    })
    .await;

    set_spec(json!({"unschedulable": true}));
    until("plain refused by the cordon", || {
        let message = get("plain")["status"]["conditions"][0]["message"].as_str()?.to_owned();
        message.contains("1 node(s) were unschedulable").then_some(())
    })
    .await;
    set_spec(json!({}));
    until("plain bound", || get("plain")["spec"]["nodeName"].is_string().then_some(())).await;
    assert!(get("foreign")["spec"]["nodeName"].is_null());
    fleet.shutdown().await;
}
