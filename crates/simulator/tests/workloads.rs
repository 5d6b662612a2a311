//! Deployments and their like come to life, through the objects alone.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use simulator::fleet::{Fleet, FleetSpec};
use simulator::object_store::{DeleteOptions, ObjectStore, kinds};
use support::{condition, list, quiet_fleet, until};

fn deployment(name: &str, replicas: u64, image: &str) -> Value {
    json!({
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": image, "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]},
            },
        },
    })
}

async fn available(store: &ObjectStore, name: &str) -> std::sync::Arc<Value> {
    until("Deployment available", || {
        let deployment = store.get(&kinds::DEPLOYMENT, Some("default"), name)?;
        let complete = condition(&deployment, "Progressing")?.1 == "NewReplicaSetAvailable";
        let observed = deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"];
        (complete && observed).then_some(deployment)
    })
    .await
}

#[tokio::test]
async fn a_deployment_becomes_available_and_rolls_to_a_new_image() {
    let fleet = quiet_fleet(3).await;
    let store = fleet.cluster(0).store();
    store.create(&kinds::DEPLOYMENT, deployment("web", 4, "shop/web:1")).unwrap();
    let ready = available(store, "web").await;
    assert_eq!(condition(&ready, "Available"), Some(("True".into(), "MinimumReplicasAvailable".into())));
    assert_eq!(ready["status"]["availableReplicas"], 4);
    assert_eq!(ready["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "1");
    let pods = list(store, &kinds::POD, "default");
    assert_eq!(pods.len(), 4);
    for pod in &pods {
        assert_eq!(pod["status"]["phase"], "Running");
        assert_eq!(condition(pod, "Ready").unwrap().0, "True");
        assert_eq!(pod["metadata"]["ownerReferences"][0]["kind"], "ReplicaSet");
        let hash = pod["metadata"]["labels"]["pod-template-hash"].as_str().unwrap();
        assert!(pod["metadata"]["name"].as_str().unwrap().starts_with(&format!("web-{hash}-")));
        assert!(pod["status"]["podIP"].is_string() && pod["status"]["hostIP"].is_string());
    }

    let update = |image: &'static str| {
        store
            .update(&kinds::DEPLOYMENT, Some("default"), "web", |d| {
                d["spec"]["template"]["spec"]["containers"][0]["image"] = image.into();
            })
            .unwrap()
    };
    update("shop/web:2");
    let ready = available(store, "web").await;
    assert_eq!(ready["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
    until("only new pods left", || {
        let pods = list(store, &kinds::POD, "default");
        (pods.len() == 4 && pods.iter().all(|pod| pod["spec"]["containers"][0]["image"] == "shop/web:2")).then_some(())
    })
    .await;

    // Back to the first template: its set is taken up again, with a new revision.
    update("shop/web:1");
    let ready = available(store, "web").await;
    assert_eq!(ready["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "3");
    assert_eq!(list(store, &kinds::REPLICA_SET, "default").len(), 2);
    fleet.shutdown().await;
}

#[tokio::test]
async fn scaling_keeps_the_set_and_deleting_collects_everything() {
    let fleet = quiet_fleet(2).await;
    let store = fleet.cluster(0).store();
    store.create(&kinds::DEPLOYMENT, deployment("web", 3, "shop/web:1")).unwrap();
    available(store, "web").await;
    for replicas in [6, 2] {
        store.update(&kinds::DEPLOYMENT, Some("default"), "web", |d| d["spec"]["replicas"] = replicas.into()).unwrap();
        until("size reached", || {
            let d = store.get(&kinds::DEPLOYMENT, Some("default"), "web")?;
            (d["status"]["replicas"] == replicas && d["status"]["availableReplicas"] == replicas).then_some(())
        })
        .await;
    }
    assert_eq!(list(store, &kinds::REPLICA_SET, "default").len(), 1);
    store.delete(&kinds::DEPLOYMENT, Some("default"), "web", &DeleteOptions::default()).unwrap();
    until("all gone", || {
        let left = store.count(&kinds::POD, Some("default")) + store.count(&kinds::REPLICA_SET, Some("default"));
        (left == 0).then_some(())
    })
    .await;
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_rolling_update_never_leaves_its_limits() {
    let fleet = quiet_fleet(3).await;
    let store = fleet.cluster(0).store();
    let mut object = deployment("web", 8, "shop/web:1");
    object["spec"]["strategy"] = json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 2}});
    store.create(&kinds::DEPLOYMENT, object).unwrap();
    available(store, "web").await;
    let version = store.resource_version();
    store
        .update(&kinds::DEPLOYMENT, Some("default"), "web", |d| {
            d["spec"]["template"]["spec"]["containers"][0]["image"] = "shop/web:2".into();
        })
        .unwrap();
    available(store, "web").await;
    let mut changes = store.subscribe(&kinds::DEPLOYMENT, None, version).unwrap();
    let seen: Vec<Value> =
        changes.pending().unwrap().events.iter().map(|event| event.object.value()["status"].clone()).collect();
    assert!(seen.len() > 3, "{seen:?}");
    for status in seen {
        assert!(status["replicas"].as_i64().unwrap_or(0) <= 9, "{status}");
        assert!(status["availableReplicas"].as_i64().unwrap_or(0) >= 6, "{status}");
    }
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_crashing_image_never_becomes_available_and_misses_its_deadline() {
    let fleet = quiet_fleet(2).await;
    let store = fleet.cluster(0).store();
    let mut object = deployment("bad", 1, "shop/bad:crash");
    object["spec"]["progressDeadlineSeconds"] = 1.into();
    store.create(&kinds::DEPLOYMENT, object).unwrap();
    let failed = until("deadline", || {
        let d = store.get(&kinds::DEPLOYMENT, Some("default"), "bad")?;
        (condition(&d, "Progressing")?.1 == "ProgressDeadlineExceeded").then_some(d)
    })
    .await;
    assert_eq!(condition(&failed, "Progressing").unwrap().0, "False");
    assert_eq!(condition(&failed, "Available").unwrap().0, "False");
    let pod = list(store, &kinds::POD, "default").remove(0);
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"], "CrashLoopBackOff");
    assert_eq!(condition(&pod, "Ready").unwrap().0, "False");
    fleet.shutdown().await;
}

#[tokio::test]
async fn stateful_sets_daemon_sets_and_jobs() {
    let fleet = quiet_fleet(3).await;
    let store = fleet.cluster(0).store();
    let template = deployment("db", 1, "shop/db:1")["spec"]["template"].clone();
    let workload = |name: &str, spec: Value| json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec});
    let selector = json!({"matchLabels": {"app": "db"}});
    store
        .create(
            &kinds::STATEFUL_SET,
            workload("db", json!({"replicas": 3, "serviceName": "db", "selector": selector, "template": template})),
        )
        .unwrap();
    store.create(&kinds::DAEMON_SET, workload("agent", json!({"selector": selector, "template": template}))).unwrap();
    store
        .create(&kinds::JOB, workload("once", json!({"completions": 2, "parallelism": 2, "template": template})))
        .unwrap();
    until("StatefulSet ready", || {
        let set = store.get(&kinds::STATEFUL_SET, Some("default"), "db")?;
        (set["status"]["readyReplicas"] == 3).then_some(())
    })
    .await;
    for name in ["db-0", "db-1", "db-2"] {
        assert!(store.get(&kinds::POD, Some("default"), name).is_some(), "{name}");
    }
    until("DaemonSet ready", || {
        let set = store.get(&kinds::DAEMON_SET, Some("default"), "agent")?;
        (set["status"]["numberReady"] == 3 && set["status"]["desiredNumberScheduled"] == 3).then_some(())
    })
    .await;
    until("Job complete", || {
        let job = store.get(&kinds::JOB, Some("default"), "once")?;
        (condition(&job, "Complete")?.0 == "True" && job["status"]["succeeded"] == 2).then_some(())
    })
    .await;
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_lost_node_takes_its_pods_readiness_and_gives_it_back() {
    let fleet = Fleet::start(FleetSpec::quiet(1, 1)).await.unwrap();
    let cluster = fleet.cluster(0);
    let store = cluster.store();
    store.create(&kinds::DEPLOYMENT, deployment("web", 2, "shop/web:1")).unwrap();
    available(store, "web").await;
    let node = store.list(&kinds::NODE, None).0.remove(0)["metadata"]["name"].as_str().unwrap().to_owned();
    assert!(!cluster.set_node_ready("nowhere", false));
    let ready_pods = || {
        let pods = list(store, &kinds::POD, "default");
        pods.iter().filter(|pod| condition(pod, "Ready").is_some_and(|ready| ready.0 == "True")).count()
    };
    for (ready, expected) in [(false, 0), (true, 2)] {
        assert!(cluster.set_node_ready(&node, ready));
        until("pods follow", || (ready_pods() == expected).then_some(())).await;
    }
    fleet.shutdown().await;
}

#[tokio::test]
async fn namespaces_are_furnished_and_emptied() {
    let fleet = quiet_fleet(1).await;
    let store = fleet.cluster(0).store();
    store.create(&kinds::NAMESPACE, json!({"metadata": {"name": "new"}})).unwrap();
    until("furniture", || {
        store.get(&kinds::SERVICE_ACCOUNT, Some("new"), "default")?;
        let ca = store.get(&kinds::CONFIG_MAP, Some("new"), "kube-root-ca.crt")?;
        (ca["data"]["ca.crt"] == fleet.cluster(0).ca_pem()).then_some(())
    })
    .await;
    let mut object = deployment("web", 2, "shop/web:1");
    object["metadata"]["namespace"] = "new".into();
    store.create(&kinds::DEPLOYMENT, object).unwrap();
    until("pods", || (store.count(&kinds::POD, Some("new")) == 2).then_some(())).await;
    store.delete(&kinds::NAMESPACE, None, "new", &DeleteOptions::default()).unwrap();
    until("namespace gone", || store.get(&kinds::NAMESPACE, None, "new").is_none().then_some(())).await;
    assert_eq!(store.count(&kinds::POD, Some("new")), 0);
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_quota_refuses_pods_and_the_deployment_says_so() {
    let fleet = quiet_fleet(2).await;
    let cluster = fleet.cluster(0);
    let store = cluster.store();
    let quota = json!({"metadata": {"name": "q", "namespace": "default"}, "spec": {"hard": {"pods": "2"}}});
    cluster.api().create(&kinds::RESOURCE_QUOTA, quota).unwrap();
    cluster.api().create(&kinds::DEPLOYMENT, deployment("web", 4, "shop/web:1")).unwrap();
    let failed = until("ReplicaFailure and two ready pods", || {
        let d = store.get(&kinds::DEPLOYMENT, Some("default"), "web")?;
        (condition(&d, "ReplicaFailure").is_some() && d["status"]["availableReplicas"] == 2).then_some(d)
    })
    .await;
    assert_eq!(condition(&failed, "ReplicaFailure"), Some(("True".into(), "FailedCreate".into())));
    let conditions = failed["status"]["conditions"].as_array().unwrap();
    let failure = conditions.iter().find(|condition| condition["type"] == "ReplicaFailure").unwrap();
    assert!(failure["message"].as_str().unwrap().contains("exceeded quota"), "{failure}");

    store
        .update(&kinds::RESOURCE_QUOTA, Some("default"), "q", |quota| quota["spec"]["hard"]["pods"] = "10".into())
        .unwrap();
    let healed = available(store, "web").await;
    assert_eq!(condition(&healed, "ReplicaFailure"), None);
    // A refusal is no reason to hurry: the number of attempts stays small.
    let refusals =
        list(store, &kinds::EVENT, "default").iter().filter(|event| event["reason"] == "FailedCreate").count();
    assert!((1..=4).contains(&refusals), "{refusals}");
    fleet.shutdown().await;
}
