//! Server-side apply against simulated clusters.

mod common;

use std::time::Duration;

use common::{OBJECT, client, fleet};
use kubeapi::apply::{ApplyMode, ApplyOutcome, DeleteOutcome, Gvk};
use kubeapi::client::{CallError, Unreachable};
use serde_json::{Value, json};
use simulator::faults::{Effect, Fault, Verb};

fn deployment(replicas: u32) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "nginx:1"}]},
            },
        },
    })
}

fn gvk() -> Gvk {
    Gvk::new("apps/v1", "Deployment")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_applied_read_changed_and_deleted() {
    let fleet = fleet(1).await;
    let client = client(fleet.cluster(0));
    let get = || async { client.get_object(&gvk(), Some("default"), "web", OBJECT).await };

    let dry = client.apply(&deployment(1), ApplyMode::DryRun, OBJECT).await;
    assert!(matches!(dry, ApplyOutcome::Applied { .. }), "{dry:?}");
    assert_eq!(get().await.unwrap(), None, "a dry run stores nothing");

    let ApplyOutcome::Applied { uid, created: true, .. } =
        client.apply(&deployment(1), ApplyMode::Persist, OBJECT).await
    else {
        panic!("not created")
    };
    let again = client.apply(&deployment(3), ApplyMode::Persist, OBJECT).await;
    assert!(matches!(&again, ApplyOutcome::Applied { created: false, uid: same, .. } if *same == uid), "{again:?}");
    let read = get().await.unwrap().unwrap();
    assert_eq!(read["spec"]["replicas"], 3);
    assert_eq!(read["metadata"]["managedFields"][0]["manager"], "pilothouse");

    let delete = |uid: String| {
        let client = client.clone();
        async move { client.delete_object(&gvk(), Some("default"), "web", &uid, OBJECT).await.unwrap() }
    };
    assert_eq!(delete("another".to_owned()).await, DeleteOutcome::AnotherObject);
    assert!(get().await.unwrap().is_some());
    assert_eq!(delete(uid.clone()).await, DeleteOutcome::Deleted);
    assert_eq!(delete(uid).await, DeleteOutcome::Gone);
    assert_eq!(get().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_their_cause() {
    let fleet = fleet(1).await;
    let client = client(fleet.cluster(0));
    let refusal = |object: Value| {
        let client = client.clone();
        async move {
            match client.apply(&object, ApplyMode::Persist, OBJECT).await {
                ApplyOutcome::Refused(refusal) => (refusal.status, refusal.reason),
                other => panic!("{other:?}"),
            }
        }
    };
    let kind =
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a", "namespace": "default"}});
    assert_eq!(refusal(kind).await, (404, "KindNotServed".to_owned()));
    let mut lost = deployment(1);
    lost["metadata"] = json!({"name": "web"});
    assert_eq!(refusal(lost.clone()).await, (422, "Invalid".to_owned()));
    lost["metadata"] = json!({"namespace": "default"});
    assert_eq!(refusal(lost.clone()).await, (422, "Invalid".to_owned()));
    lost["metadata"] = json!({"name": "web", "namespace": "nowhere"});
    assert_eq!(refusal(lost).await, (404, "NotFound".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_managers_field_is_a_conflict_and_never_forced() {
    let fleet = fleet(1).await;
    let client = client(fleet.cluster(0));
    let theirs =
        http::Request::patch("/apis/apps/v1/namespaces/default/deployments/web?fieldManager=someone&force=false")
            .header("content-type", "application/apply-patch+yaml")
            .body(deployment(5).to_string())
            .unwrap();
    client.request_bytes(OBJECT, theirs).await.unwrap();
    let outcome = client.apply(&deployment(1), ApplyMode::Persist, OBJECT).await;
    assert!(matches!(&outcome, ApplyOutcome::Refused(refusal) if refusal.status == 409), "{outcome:?}");
    let read = client.get_object(&gvk(), Some("default"), "web", OBJECT).await.unwrap().unwrap();
    assert_eq!(read["spec"]["replicas"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_unknown_and_reading_back_settles_it() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let client = client(cluster);
    client.served_apis().await.unwrap();
    cluster.faults().add(Fault::always(Effect::TimeoutAfterCommit).on_verb(Verb::Patch)).unwrap();
    let quick = OBJECT.within(Duration::from_millis(500));
    let outcome = client.apply(&deployment(1), ApplyMode::Persist, quick).await;
    assert_eq!(outcome, ApplyOutcome::Unknown(CallError::Timeout));
    let read = client.get_object(&gvk(), Some("default"), "web", OBJECT).await.unwrap();
    assert!(read.is_some(), "it was carried out after all");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_or_throttled_may_be_asked_again() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let client = client(cluster);
    client.served_apis().await.unwrap();
    let throttle = Effect::TooManyRequests { retry_after_seconds: 2 };
    cluster.faults().add(Fault::always(throttle).on_verb(Verb::Patch)).unwrap();
    let outcome = client.apply(&deployment(1), ApplyMode::Persist, OBJECT).await;
    assert!(matches!(outcome, ApplyOutcome::Retryable { after: Some(wait), .. } if wait.as_secs() == 2));
    cluster.faults().clear();
    cluster.faults().add(Fault::always(Effect::Unavailable).on_verb(Verb::Patch)).unwrap();
    let outcome = client.apply(&deployment(1), ApplyMode::Persist, OBJECT).await;
    assert!(matches!(&outcome, ApplyOutcome::Unknown(_)), "{outcome:?}");
    cluster.faults().clear();
    common::refuse_connections(cluster, &client).await;
    let outcome = client.apply(&deployment(1), ApplyMode::Persist, OBJECT).await;
    let unsent = CallError::Unreachable(Unreachable::Refused);
    assert_eq!(outcome, ApplyOutcome::Retryable { after: None, error: unsent });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_is_tried_without_being_stored() {
    let fleet = fleet(1).await;
    let client = client(fleet.cluster(0));
    let pod = json!({"metadata": {"generateName": "try-"}, "spec": {"containers": [{"name": "a", "image": "b"}]}});
    let pods = || client.get_json::<Value>(OBJECT, "/api/v1/namespaces/default/pods");
    let before = pods().await.unwrap()["items"].as_array().map(Vec::len);
    let outcome = client.create_dry_run_pod("default", &pod, OBJECT).await;
    assert!(matches!(outcome, ApplyOutcome::Applied { .. }), "{outcome:?}");
    let after = pods().await.unwrap()["items"].as_array().map(Vec::len);
    assert_eq!(before, after);
    let outcome = client.create_dry_run_pod("nowhere", &pod, OBJECT).await;
    assert!(matches!(&outcome, ApplyOutcome::Refused(refusal) if refusal.status == 404), "{outcome:?}");
}
