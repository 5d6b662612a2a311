//! The API of one cluster without a listener: what it answers, byte for byte where clients look.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use simulator::api::{self, ApiSettings, ClusterApi, Identity, Rule};
use simulator::object_store::{ObjectStore, kinds};
use tower::ServiceExt as _;

const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";
const JSON: &str = "application/json";

struct Api {
    cluster: Arc<ClusterApi>,
    router: Router,
}

impl Api {
    fn new() -> Self {
        let settings = ApiSettings { bookmark_interval: Duration::from_millis(50), ..ApiSettings::default() };
        let cluster = ClusterApi::new(ObjectStore::new(), settings);
        cluster.add_token("admin", Identity::admin());
        for name in ["default", "team"] {
            cluster.create(&kinds::NAMESPACE, json!({"metadata": {"name": name}})).unwrap();
        }
        Self { router: api::router(Arc::clone(&cluster)), cluster }
    }

    async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> http::Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", "Bearer admin");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn send(&self, method: Method, path: &str, media: &str, body: &Value) -> (StatusCode, Value) {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.raw(method, path, &[("content-type", media)], &text).await;
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, JSON, &Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, JSON, &body).await
    }

    async fn watch(&self, path: &str) -> Lines {
        let response = self.raw(Method::GET, path, &[], "").await;
        assert_eq!(response.status(), StatusCode::OK);
        Lines { body: response.into_body(), buffer: Vec::new() }
    }
}

/// The events of a watch.
struct Lines {
    body: Body,
    buffer: Vec<u8>,
}

impl Lines {
    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.buffer.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            let frame = tokio::time::timeout(Duration::from_secs(20), self.body.frame()).await.expect("an event");
            self.buffer.extend_from_slice(&frame?.unwrap().into_data().unwrap());
        }
    }

    /// Type and name of the next event that is no bookmark.
    async fn change(&mut self) -> (String, String) {
        loop {
            let event = self.next().await.unwrap();
            if event["type"] != "BOOKMARK" {
                return (text(&event["type"]), text(&event["object"]["metadata"]["name"]));
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn change(event_type: &str, name: &str) -> (String, String) {
    (event_type.to_owned(), name.to_owned())
}

fn config_map(name: &str, labels: Value) -> Value {
    json!({"metadata": {"name": name, "labels": labels}, "data": {"k": "v"}})
}

fn pod(name: &str, resources: Value) -> Value {
    json!({
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "app", "image": "i", "resources": resources}]},
    })
}

const MAPS: &str = "/api/v1/namespaces/team/configmaps";
const PODS: &str = "/api/v1/namespaces/team/pods";

#[tokio::test]
async fn pages_show_one_moment_and_expire_with_the_history() {
    let api = Api::new();
    for name in ["a", "b", "c", "d"] {
        assert_eq!(api.post(MAPS, config_map(name, json!({}))).await.0, StatusCode::CREATED);
    }
    let names = |list: &Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|o| text(&o["metadata"]["name"])).collect()
    };
    let (_, first) = api.get(&format!("{MAPS}?limit=2")).await;
    assert_eq!(names(&first), ["a", "b"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 2);
    assert_eq!(first["items"][0].get("kind"), None, "items carry no kind");
    api.send(Method::DELETE, &format!("{MAPS}/c"), JSON, &Value::Null).await;
    api.post(MAPS, config_map("bb", json!({}))).await;

    let token = text(&first["metadata"]["continue"]);
    let (_, second) = api.get(&format!("{MAPS}?limit=2&continue={token}")).await;
    assert_eq!(names(&second), ["c", "d"], "as it was when the first page was read");
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    assert_eq!(second["metadata"].get("continue"), None);

    api.cluster.store().compact();
    let (status, expired) = api.get(&format!("{MAPS}?limit=2&continue={token}")).await;
    assert_eq!((status.as_u16(), &expired["reason"]), (410, &json!("Expired")));
    let token = text(&expired["metadata"]["continue"]);
    let (_, rest) = api.get(&format!("{MAPS}?limit=9&continue={token}")).await;
    assert_eq!(names(&rest), ["bb", "d"], "the token of the refusal continues in what is there now");
}

#[tokio::test]
async fn lists_keep_the_rules_of_resource_versions() {
    let api = Api::new();
    api.post(MAPS, config_map("a", json!({}))).await;
    let (_, before) = api.get(MAPS).await;
    let version = text(&before["metadata"]["resourceVersion"]);
    api.post(MAPS, config_map("b", json!({}))).await;
    let count = |list: &Value| list["items"].as_array().map_or(0, Vec::len);
    let (_, exact) = api.get(&format!("{MAPS}?resourceVersion={version}&resourceVersionMatch=Exact")).await;
    assert_eq!(count(&exact), 1);
    for query in ["resourceVersion=0", "resourceVersion=0&resourceVersionMatch=NotOlderThan"] {
        assert_eq!(count(&api.get(&format!("{MAPS}?{query}")).await.1), 2, "{query}");
    }
    let (status, late) = api.get(&format!("{MAPS}?resourceVersion=999999")).await;
    assert_eq!(status.as_u16(), 504);
    assert_eq!(late["details"]["causes"][0]["reason"], "ResourceVersionTooLarge");
    assert_eq!(api.get(&format!("{MAPS}?resourceVersion=x")).await.0.as_u16(), 400);
    assert_eq!(api.get(&format!("{MAPS}?resourceVersionMatch=Exact")).await.0.as_u16(), 400);
}

#[tokio::test]
async fn a_watch_shows_each_change_once_and_what_leaves_the_selector_as_deleted() {
    let api = Api::new();
    let (_, list) = api.get(MAPS).await;
    let from = text(&list["metadata"]["resourceVersion"]);
    let mut all = api.watch(&format!("{MAPS}?watch=true&resourceVersion={from}")).await;
    let mut some = api.watch(&format!("{MAPS}?watch=1&resourceVersion={from}&labelSelector=team%3Dx")).await;
    api.post(MAPS, config_map("a", json!({"team": "x"}))).await;
    let out = json!({"metadata": {"labels": {"team": "y"}}});
    api.send(Method::PATCH, &format!("{MAPS}/a"), MERGE, &out).await;
    let back = json!({"metadata": {"labels": {"team": "x"}}});
    api.send(Method::PATCH, &format!("{MAPS}/a"), MERGE, &back).await;
    api.send(Method::PATCH, &format!("{MAPS}/a"), MERGE, &back).await;
    api.send(Method::DELETE, &format!("{MAPS}/a"), JSON, &Value::Null).await;
    for expected in ["ADDED", "MODIFIED", "MODIFIED", "DELETED"] {
        assert_eq!(all.change().await, change(expected, "a"));
    }
    for expected in ["ADDED", "DELETED", "ADDED", "DELETED"] {
        assert_eq!(some.change().await, change(expected, "a"));
    }
}

#[tokio::test]
async fn a_streaming_list_ends_with_its_bookmark_and_the_watch_in_time() {
    let api = Api::new();
    for name in ["a", "b"] {
        api.post(MAPS, config_map(name, json!({}))).await;
    }
    let query =
        "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1";
    let mut watch = api.watch(&format!("{MAPS}?{query}")).await;
    for name in ["a", "b"] {
        let event = watch.next().await.unwrap();
        assert_eq!((text(&event["type"]), text(&event["object"]["metadata"]["name"])), change("ADDED", name));
    }
    let end = watch.next().await.unwrap();
    assert_eq!(end["type"], "BOOKMARK");
    assert_eq!(end["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
    let bookmark = watch.next().await.unwrap();
    assert_eq!((&bookmark["type"], bookmark["object"]["metadata"].get("annotations")), (&json!("BOOKMARK"), None));
    while let Some(event) = watch.next().await {
        assert_eq!(event["type"], "BOOKMARK");
    }
    let (status, refused) = api.get(&format!("{MAPS}?watch=1&sendInitialEvents=true")).await;
    assert_eq!((status.as_u16(), &refused["reason"]), (422, &json!("Invalid")));
}

#[tokio::test]
async fn a_watch_from_forgotten_history_is_told_to_list_again() {
    let api = Api::new();
    api.post(MAPS, config_map("a", json!({}))).await;
    let (_, list) = api.get(MAPS).await;
    api.post(MAPS, config_map("b", json!({}))).await;
    api.cluster.store().compact();
    let from = text(&list["metadata"]["resourceVersion"]);
    let mut watch = api.watch(&format!("{MAPS}?watch=1&resourceVersion={from}")).await;
    let error = watch.next().await.unwrap();
    assert_eq!(error["type"], "ERROR");
    assert_eq!((&error["object"]["code"], &error["object"]["reason"]), (&json!(410), &json!("Expired")));
    assert_eq!(watch.next().await, None);
}

#[tokio::test]
async fn applies_conflict_by_field_and_a_dropped_field_goes() {
    let api = Api::new();
    let path = format!("{MAPS}/shared");
    let apply = |manager: &str, data: Value, more: &str| {
        let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared"}, "data": data});
        let path = format!("{path}?fieldManager={manager}{more}");
        let api = &api;
        async move { api.send(Method::PATCH, &path, APPLY, &body).await }
    };
    assert_eq!(apply("one", json!({"a": "1", "b": "1"}), "").await.0, StatusCode::CREATED);
    assert_eq!(apply("two", json!({"b": "1", "c": "2"}), "").await.0, StatusCode::OK);
    let (status, conflict) = apply("two", json!({"a": "2"}), "").await;
    assert_eq!((status.as_u16(), &conflict["reason"]), (409, &json!("Conflict")));
    assert_eq!(conflict["message"], "Apply failed with 1 conflict: conflict with \"one\": .data.a");
    let cause = json!({"reason": "FieldManagerConflict", "message": "conflict with \"one\"", "field": ".data.a"});
    assert_eq!(conflict["details"]["causes"], json!([cause]));
    let (_, object) = apply("one", json!({"a": "1"}), "").await;
    assert_eq!(object["data"], json!({"a": "1", "b": "1", "c": "2"}), "b is still owned by two");
    let (_, object) = apply("two", json!({"a": "2"}), "&force=true").await;
    assert_eq!(object["data"], json!({"a": "2"}), "b and c had no other owner");
    let managers = object["metadata"]["managedFields"].as_array().unwrap();
    let names: Vec<String> = managers.iter().map(|m| text(&m["manager"])).collect();
    assert_eq!(names, ["two"], "one owns nothing any more");
    assert_eq!(managers[0]["fieldsV1"], json!({"f:data": {"f:a": {}}}));
    let (status, unnamed) = api
        .send(
            Method::PATCH,
            &path,
            APPLY,
            &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared"}}),
        )
        .await;
    assert_eq!(status.as_u16(), 422, "{unnamed}");
}

#[tokio::test]
async fn quotas_and_limit_ranges_speak_as_the_real_ones() {
    let api = Api::new();
    let hard = json!({"pods": "2", "requests.cpu": "1"});
    api.post("/api/v1/namespaces/team/resourcequotas", json!({"metadata": {"name": "q"}, "spec": {"hard": hard}}))
        .await;
    let (status, refused) = api.post(PODS, pod("bare", json!({}))).await;
    assert_eq!(status.as_u16(), 403);
    assert_eq!(refused["message"], "pods \"bare\" is forbidden: failed quota: q: must specify requests.cpu for: app");
    let half = json!({"limits": {"cpu": "600m"}});
    assert_eq!(api.post(PODS, pod("one", half.clone())).await.0, StatusCode::CREATED, "requests follow limits");
    let (_, refused) = api.post(PODS, pod("two", half.clone())).await;
    assert_eq!(
        refused["message"],
        "pods \"two\" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1"
    );
    let (_, quota) = api.get("/api/v1/namespaces/team/resourcequotas/q").await;
    assert_eq!(quota["status"]["used"], json!({"pods": "1", "requests.cpu": "600m"}));

    let limits = json!([{"type": "Container", "max": {"memory": "1Gi"}, "default": {"memory": "64Mi"}}]);
    let range = json!({"metadata": {"name": "r"}, "spec": {"limits": limits}});
    api.post("/api/v1/namespaces/default/limitranges", range).await;
    let (_, filled) = api.post("/api/v1/namespaces/default/pods", pod("small", json!({}))).await;
    assert_eq!(
        filled["spec"]["containers"][0]["resources"],
        json!({"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}})
    );
    let big = pod("big", json!({"limits": {"memory": "2Gi"}}));
    let (_, refused) = api.post("/api/v1/namespaces/default/pods", big).await;
    assert_eq!(
        refused["message"],
        "pods \"big\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_writers_cannot_both_take_the_last_place() {
    let api = Arc::new(Api::new());
    let quota = json!({"metadata": {"name": "q"}, "spec": {"hard": {"pods": "5"}}});
    api.post("/api/v1/namespaces/team/resourcequotas", quota).await;
    let mut writers = tokio::task::JoinSet::new();
    for i in 0..20 {
        let api = Arc::clone(&api);
        writers.spawn(async move { api.post(PODS, pod(&format!("p{i}"), json!({}))).await.0 });
    }
    let created = writers.join_all().await.into_iter().filter(|s| *s == StatusCode::CREATED).count();
    assert_eq!(created, 5);
    assert_eq!(api.cluster.store().count(&kinds::POD, Some("team")), 5);
}

#[tokio::test]
async fn writes_are_checked_before_they_are_made() {
    let api = Api::new();
    let (_, made) = api.post(MAPS, config_map("a", json!({}))).await;
    let mut stale = made.clone();
    stale["data"]["k"] = "w".into();
    let path = format!("{MAPS}/a");
    assert_eq!(api.send(Method::PUT, &path, JSON, &stale).await.0, StatusCode::OK);
    let (status, conflict) = api.send(Method::PUT, &path, JSON, &stale).await;
    assert_eq!(status.as_u16(), 409);
    assert_eq!(
        conflict["message"],
        "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again"
    );
    let before = api.cluster.store().resource_version();
    let dry = api.send(Method::PATCH, &format!("{path}?dryRun=All"), MERGE, &json!({"data": {"k": "x"}})).await.1;
    assert_eq!(dry["data"]["k"], "x");
    api.post(&format!("{MAPS}?dryRun=All"), config_map("b", json!({}))).await;
    api.send(Method::DELETE, &format!("{path}?dryRun=All"), JSON, &Value::Null).await;
    assert_eq!(api.cluster.store().resource_version(), before, "a dry run writes nothing");

    let wrong = json!({"preconditions": {"uid": "other"}});
    assert_eq!(api.send(Method::DELETE, &path, JSON, &wrong).await.0.as_u16(), 409);
    let right = json!({"preconditions": {"uid": made["metadata"]["uid"]}});
    assert_eq!(api.send(Method::DELETE, &path, JSON, &right).await.1["status"], "Success");

    let (status, nowhere) = api.post("/api/v1/namespaces/nowhere/configmaps", config_map("a", json!({}))).await;
    assert_eq!((status.as_u16(), &nowhere["message"]), (404, &json!("namespaces \"nowhere\" not found")));
    let (status, invalid) = api.post(PODS, json!({"metadata": {"name": "A_b"}, "spec": {"containers": []}})).await;
    assert_eq!(status.as_u16(), 422);
    let fields: Vec<String> =
        invalid["details"]["causes"].as_array().unwrap().iter().map(|c| text(&c["field"])).collect();
    assert_eq!(fields, ["metadata.name", "spec.containers"]);
    let (_, generated) = api.post(MAPS, json!({"metadata": {"generateName": "x-"}})).await;
    assert_eq!(text(&generated["metadata"]["name"]).len(), "x-".len() + 5);
}

#[tokio::test]
async fn a_terminating_namespace_takes_nothing_new() {
    let api = Api::new();
    let (_, marked) = api.send(Method::DELETE, "/api/v1/namespaces/team", JSON, &Value::Null).await;
    assert_eq!(marked["status"]["phase"], "Terminating");
    let (status, refused) = api.post(MAPS, config_map("a", json!({}))).await;
    assert_eq!(status.as_u16(), 403);
    assert_eq!(refused["details"]["causes"][0]["reason"], "NamespaceTerminating");
}

#[tokio::test]
async fn who_asks_decides_over_the_answer() {
    let api = Api::new();
    api.cluster.add_token("team", Identity::user("jane", Rule::namespaces(["team"])));
    api.cluster.add_token("look", Identity::user("eve", Rule::read_only()));
    for (token, method, path, expected) in [
        ("nobody", Method::GET, MAPS, 401),
        ("team", Method::GET, MAPS, 200),
        ("team", Method::GET, "/api/v1/configmaps", 403),
        ("team", Method::GET, "/api/v1/nodes", 403),
        ("look", Method::GET, "/api/v1/nodes", 200),
        ("look", Method::DELETE, "/api/v1/namespaces/team/configmaps/a", 403),
        ("look", Method::GET, "/apis/apps/v1", 200),
        ("look", Method::GET, "/apis/nothing/v1", 404),
    ] {
        let bearer = format!("Bearer {token}");
        let response = api.raw(method, path, &[("authorization", &bearer)], "").await;
        assert_eq!(response.status().as_u16(), expected, "{token} {path}");
    }
    let anonymous = |path: &'static str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        api.router.clone().oneshot(request)
    };
    assert_eq!(anonymous("/readyz").await.unwrap().status().as_u16(), 200);
    assert_eq!(anonymous("/api/v1/pods").await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn large_lists_are_compressed_when_wanted_and_metrics_count_what_was_served() {
    use std::io::Read as _;
    let api = Api::new();
    for i in 0..40 {
        let data = json!({"metadata": {"name": format!("m{i}")}, "data": {"k": "v".repeat(8192)}});
        api.post(MAPS, data).await;
    }
    let plain = api.raw(Method::GET, MAPS, &[], "").await;
    assert_eq!(plain.headers().get("content-encoding"), None);
    let plain = plain.into_body().collect().await.unwrap().to_bytes();
    let zipped = api.raw(Method::GET, MAPS, &[("accept-encoding", "gzip")], "").await;
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    let zipped = zipped.into_body().collect().await.unwrap().to_bytes();
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(&zipped[..]).read_to_end(&mut unzipped).unwrap();
    assert_eq!(unzipped, plain);
    let metrics = api.cluster.metrics().render();
    let posts = "apiserver_request_total{code=\"201\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"resource\",subresource=\"\",verb=\"POST\",version=\"v1\"} 40";
    assert!(metrics.contains(posts), "{metrics}");
}

#[tokio::test]
async fn scale_changes_replicas_alone() {
    let api = Api::new();
    let deployment = json!({
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "i"}]}}},
    });
    let path = "/apis/apps/v1/namespaces/team/deployments";
    let (_, made) = api.post(path, deployment).await;
    assert_eq!((&made["spec"]["replicas"], &made["spec"]["progressDeadlineSeconds"]), (&json!(1), &json!(600)));
    assert_eq!(made["spec"]["strategy"]["rollingUpdate"], json!({"maxUnavailable": "25%", "maxSurge": "25%"}));
    let (_, mut scale) = api.get(&format!("{path}/web/scale")).await;
    assert_eq!((&scale["kind"], &scale["status"]["selector"]), (&json!("Scale"), &json!("app=web")));
    scale["spec"]["replicas"] = 3.into();
    assert_eq!(api.send(Method::PUT, &format!("{path}/web/scale"), JSON, &scale).await.0, StatusCode::OK);
    let (_, after) = api.get(&format!("{path}/web")).await;
    assert_eq!((&after["spec"]["replicas"], &after["metadata"]["generation"]), (&json!(3), &json!(2)));
    assert_eq!(after["spec"]["template"], made["spec"]["template"]);
    let status = json!({"status": {"replicas": 3}, "spec": {"replicas": 9}});
    let (_, after) = api.send(Method::PATCH, &format!("{path}/web/status"), MERGE, &status).await;
    assert_eq!((&after["spec"]["replicas"], &after["status"]["replicas"]), (&json!(3), &json!(3)));
}

#[tokio::test]
async fn tables_and_aggregated_discovery_have_their_media_types() {
    let api = Api::new();
    api.post(MAPS, config_map("a", json!({}))).await;
    let accept = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")];
    let response = api.raw(Method::GET, MAPS, &accept, "").await;
    let table: Value = serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap();
    assert_eq!(table["kind"], "Table");
    assert_eq!(table["rows"][0]["cells"][0], "a");
    assert_eq!(table["rows"][0]["object"]["kind"], "PartialObjectMetadata");

    let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let response = api.raw(Method::GET, "/apis", &[("accept", aggregated)], "").await;
    assert_eq!(response.headers()["content-type"], aggregated);
    let list: Value = serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap();
    let apps = list["items"].as_array().unwrap().iter().find(|g| g["metadata"]["name"] == "apps").unwrap();
    let resources = apps["versions"][0]["resources"].as_array().unwrap();
    let deployments = resources.iter().find(|r| r["resource"] == "deployments").unwrap();
    assert_eq!(deployments["subresources"][1]["responseKind"]["kind"], "Scale");
}
