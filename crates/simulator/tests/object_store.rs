//! The object store: versions, history, deletion.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use serde_json::{Value, json};
use simulator::object_store::kinds::{CONFIG_MAP, DEPLOYMENT, NAMESPACE, POD};
use simulator::object_store::{DeleteOptions, Listing, ObjectStore, StoreError, Subscription};

fn object(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "a"}, "spec": {"replicas": 1}})
}

fn types(subscription: &mut Subscription) -> Vec<(&'static str, u64)> {
    let batch = subscription.pending().unwrap();
    batch.events.iter().map(|e| (e.event_type.name(), e.resource_version)).collect()
}

#[test]
fn versions_grow_with_writes_alone_and_generations_with_the_spec() {
    let store = ObjectStore::new();
    let made = store.create(&DEPLOYMENT, object("web")).unwrap();
    assert_eq!(made["metadata"]["generation"], 1);
    let exists = store.create(&DEPLOYMENT, object("web"));
    assert!(matches!(exists, Err(StoreError::AlreadyExists { .. })));
    let before = store.resource_version();
    let same = store.update(&DEPLOYMENT, Some("a"), "web", |o| o["spec"]["replicas"] = 1.into()).unwrap();
    assert_eq!(
        (same["metadata"]["resourceVersion"].as_str(), store.resource_version()),
        (Some(before.to_string().as_str()), before)
    );
    let status = store.update(&DEPLOYMENT, Some("a"), "web", |o| o["status"] = json!({"replicas": 1})).unwrap();
    assert_eq!(status["metadata"]["generation"], 1);
    let spec = store.update(&DEPLOYMENT, Some("a"), "web", |o| o["spec"]["replicas"] = 2.into()).unwrap();
    assert_eq!(spec["metadata"]["generation"], 2);
    let kept = store.update(&DEPLOYMENT, Some("a"), "web", |o| o["metadata"]["uid"] = "other".into()).unwrap();
    assert_eq!(kept["metadata"]["uid"], made["metadata"]["uid"]);
}

#[test]
fn the_past_is_listed_as_it_was_until_it_is_forgotten() {
    let store = ObjectStore::with_history(3);
    let names = |listing: Listing| listing.objects.iter().map(|o| o.name.to_string()).collect::<Vec<_>>();
    for name in ["a", "b"] {
        store.create(&CONFIG_MAP, object(name)).unwrap();
    }
    let then = store.resource_version();
    store.remove(&CONFIG_MAP, Some("a"), "a").unwrap();
    store.create(&CONFIG_MAP, object("c")).unwrap();
    store.update(&CONFIG_MAP, Some("a"), "b", |o| o["data"] = json!({"k": "v"})).unwrap();
    let past = store.list_stored_at(&CONFIG_MAP, Some("a"), then).unwrap();
    assert_eq!(past.objects[1].value()["data"], Value::Null);
    assert_eq!(names(past), ["a", "b"]);
    assert_eq!(names(store.list_stored(&CONFIG_MAP, Some("a"))), ["b", "c"]);
    store.create(&CONFIG_MAP, object("d")).unwrap();
    assert!(store.list_stored_at(&CONFIG_MAP, Some("a"), then).is_err());
}

#[test]
fn a_subscription_misses_nothing_or_says_so() {
    let store = ObjectStore::with_history(2);
    let mut subscription = store.subscribe(&CONFIG_MAP, Some("a"), store.resource_version()).unwrap();
    store.create(&CONFIG_MAP, object("x")).unwrap();
    store.create(&CONFIG_MAP, json!({"metadata": {"name": "x", "namespace": "b"}})).unwrap();
    let first = store.resource_version() - 1;
    assert_eq!(types(&mut subscription), [("ADDED", first)]);
    store.remove(&CONFIG_MAP, Some("a"), "x").unwrap();
    assert_eq!(types(&mut subscription), [("DELETED", first + 2)]);
    for _ in 0..3 {
        store.create(&CONFIG_MAP, object("y")).unwrap();
        store.remove(&CONFIG_MAP, Some("a"), "y").unwrap();
    }
    assert!(subscription.pending().is_err());
    assert!(store.subscribe(&CONFIG_MAP, None, first).is_err());
}

#[test]
fn compaction_ends_old_starts_but_not_watches_that_are_up_to_date() {
    let store = ObjectStore::new();
    let from = store.resource_version();
    let mut subscription = store.subscribe(&CONFIG_MAP, None, from).unwrap();
    store.create(&CONFIG_MAP, object("x")).unwrap();
    assert_eq!(types(&mut subscription).len(), 1);
    store.create(&POD, object("p")).unwrap();
    store.compact();
    assert!(store.subscribe(&CONFIG_MAP, None, from).is_err());
    assert!(store.subscribe(&CONFIG_MAP, None, store.resource_version()).is_ok());
    assert_eq!(types(&mut subscription), []);
    store.create(&CONFIG_MAP, object("y")).unwrap();
    assert_eq!(types(&mut subscription).len(), 1);
}

#[test]
fn deletion_waits_for_pods_finalizers_and_namespaces() {
    let store = ObjectStore::new();
    let now = DeleteOptions::default();
    store.create(&POD, object("pending")).unwrap();
    store.delete(&POD, Some("a"), "pending", &now).unwrap();
    assert_eq!(store.count(&POD, None), 0, "a pod without node goes at once");

    let mut bound = object("bound");
    bound["spec"]["nodeName"] = "n".into();
    store.create(&POD, bound).unwrap();
    let marked = store.delete(&POD, Some("a"), "bound", &now).unwrap();
    assert_eq!(marked["metadata"]["deletionGracePeriodSeconds"], 30);
    let at_once = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    store.delete(&POD, Some("a"), "bound", &at_once).unwrap();
    assert_eq!(store.count(&POD, None), 0);

    let mut held = object("held");
    held["metadata"]["finalizers"] = json!(["x"]);
    store.create(&CONFIG_MAP, held).unwrap();
    store.delete(&CONFIG_MAP, Some("a"), "held", &now).unwrap();
    assert_eq!(store.count(&CONFIG_MAP, None), 1);
    store.update(&CONFIG_MAP, Some("a"), "held", |o| o["metadata"]["finalizers"] = json!([])).unwrap();
    assert_eq!(store.count(&CONFIG_MAP, None), 0);

    store.create(&NAMESPACE, json!({"metadata": {"name": "a"}})).unwrap();
    let marked = store.delete(&NAMESPACE, None, "a", &now).unwrap();
    assert_eq!(marked["status"]["phase"], "Terminating");
}

#[test]
fn preconditions_protect_a_successor() {
    let store = ObjectStore::new();
    store.create(&CONFIG_MAP, object("x")).unwrap();
    let options = DeleteOptions { uid: Some("other".to_owned()), ..DeleteOptions::default() };
    let refused = store.delete(&CONFIG_MAP, Some("a"), "x", &options);
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    assert_eq!(store.count(&CONFIG_MAP, None), 1);
}
