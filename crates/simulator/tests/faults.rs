//! Each fault does what it says, to new requests and to open connections.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::ErrorKind;
use std::time::Duration;

use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use simulator::faults::{Effect, Fault, Verb};
use simulator::fleet::Fleet;
use simulator::object_store::kinds;
use support::{Client, SILENCE, get, quiet_fleet, read_up_to, tls, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PODS: &str = "/api/v1/pods";

async fn with(effect: Effect) -> Fleet {
    let fleet = quiet_fleet(1).await;
    fleet.cluster(0).faults().add(Fault::always(effect)).unwrap();
    fleet
}

fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": {}})
}

#[tokio::test]
async fn statuses_are_answered_in_kubernetes_own_form() {
    let cases = [
        (Effect::Unauthorized, 401, "Unauthorized"),
        (Effect::Forbidden, 403, "Forbidden"),
        (Effect::Gone, 410, "Expired"),
        (Effect::TooManyRequests { retry_after_seconds: 7 }, 429, "TooManyRequests"),
        (Effect::InternalError, 500, "InternalError"),
        (Effect::Unavailable, 503, "ServiceUnavailable"),
    ];
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    for (effect, code, reason) in cases {
        cluster.faults().set(vec![Fault::always(effect.clone())]).unwrap();
        let (status, body) = get(cluster, PODS).await;
        assert_eq!((status, body["reason"].as_str(), body["kind"].as_str()), (code, Some(reason), Some("Status")));
    }
    let mut client = Client::connect(cluster).await.unwrap();
    cluster.faults().set(vec![Fault::always(Effect::TooManyRequests { retry_after_seconds: 7 })]).unwrap();
    assert_eq!(client.get(PODS).await.unwrap().headers()["retry-after"], "7");
    cluster.faults().clear();
    assert_eq!(get(cluster, PODS).await.0, 200);
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_forbidden_kind_leaves_the_others_alone() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    cluster.faults().add(Fault::always(Effect::Forbidden).on_resource("nodes")).unwrap();
    let (status, body) = get(cluster, "/api/v1/nodes").await;
    assert_eq!(status, 403);
    assert!(body["message"].as_str().unwrap().contains("cannot list resource \"nodes\""), "{body}");
    assert_eq!(get(cluster, PODS).await.0, 200);
    fleet.shutdown().await;
}

#[tokio::test]
async fn latency_delays_and_a_count_runs_out() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    cluster.faults().add(Fault::always(Effect::Latency { ms: 300, jitter_ms: 50 }).times(1)).unwrap();
    let started = std::time::Instant::now();
    assert_eq!(get(cluster, PODS).await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(get(cluster, PODS).await.0, 200);
    assert_eq!(cluster.faults().list()[0].hits, 1);
    fleet.shutdown().await;
}

#[tokio::test]
async fn refuse_closes_the_port_and_open_connections_and_opens_again() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    let mut open = Client::connect(cluster).await.unwrap();
    assert_eq!(open.get(PODS).await.unwrap().status(), 200);
    cluster.faults().add(Fault::always(Effect::Refuse)).unwrap();
    loop {
        match TcpStream::connect(cluster.addr()).await {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => break,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
    assert!(open.get(PODS).await.is_err());
    cluster.faults().clear();
    while TcpStream::connect(cluster.addr()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(get(cluster, PODS).await.0, 200);
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_black_hole_accepts_and_says_nothing_until_it_ends() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    let mut open = Client::connect(cluster).await.unwrap();
    assert_eq!(open.get(PODS).await.unwrap().status(), 200);
    cluster.faults().add(Fault::always(Effect::BlackHole)).unwrap();
    let mut raw = TcpStream::connect(cluster.addr()).await.unwrap();
    raw.write_all(b"hello?").await.unwrap();
    assert!(timeout(SILENCE, raw.read_u8()).await.is_err());
    assert!(timeout(SILENCE, tls(cluster)).await.is_err());
    let mut waiting = Box::pin(open.get(PODS));
    assert!(timeout(SILENCE, &mut waiting).await.is_err());
    cluster.faults().clear();
    assert_eq!(timeout(support::PATIENCE, waiting).await.unwrap().unwrap().status(), 200);
    fleet.shutdown().await;
}

#[tokio::test]
async fn reset_tears_new_and_open_connections_down() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    let mut open = tls(cluster).await.unwrap();
    cluster.faults().add(Fault::always(Effect::Reset)).unwrap();
    let error = open.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(tls(cluster).await.is_err());

    cluster.faults().set(vec![Fault::always(Effect::Reset).on_resource("pods")]).unwrap();
    let mut client = Client::connect(cluster).await.unwrap();
    assert_eq!(client.get("/api/v1/nodes").await.unwrap().status(), 200);
    let mut client = Client::connect(cluster).await.unwrap();
    assert!(client.get(PODS).await.is_err());
    fleet.shutdown().await;
}

#[tokio::test]
async fn bodies_are_garbage_huge_endless_or_slow() {
    let fleet = with(Effect::Garbage).await;
    let cluster = fleet.cluster(0);
    let fetch = || async { Client::connect(cluster).await.unwrap().get(PODS).await.unwrap() };
    let body = fetch().await.into_body().collect().await.unwrap().to_bytes();
    assert!(serde_json::from_slice::<Value>(&body).is_err() && std::str::from_utf8(&body).is_err());

    cluster.faults().set(vec![Fault::always(Effect::HugeBody { bytes: 5_000_000 })]).unwrap();
    assert_eq!(fetch().await.into_body().collect().await.unwrap().to_bytes().len(), 5_000_000);

    cluster.faults().set(vec![Fault::always(Effect::EndlessBody)]).unwrap();
    let mut client = Client::connect(cluster).await.unwrap();
    let mut endless = client.get(PODS).await.unwrap().into_body();
    assert!(read_up_to(&mut endless, 3_000_000).await.len() >= 3_000_000);

    cluster.faults().set(vec![Fault::always(Effect::SlowDrip { bytes_per_second: 5 })]).unwrap();
    let mut client = Client::connect(cluster).await.unwrap();
    let mut slow = client.get(PODS).await.unwrap().into_body();
    assert!(!read_up_to(&mut slow, 1).await.is_empty());
    assert!(timeout(SILENCE, read_up_to(&mut slow, 50)).await.is_err());
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_swapped_certificate_is_not_trusted_and_open_connections_end() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    let mut open = Client::connect(cluster).await.unwrap();
    assert_eq!(open.get(PODS).await.unwrap().status(), 200);
    cluster.faults().add(Fault::always(Effect::CertificateSwap)).unwrap();
    let error = tls(cluster).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    loop {
        if open.get(PODS).await.is_err() {
            break;
        }
    }
    cluster.faults().clear();
    assert_eq!(get(cluster, PODS).await.0, 200);
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_frozen_watch_stays_open_and_silent_while_lists_answer() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    let mut client = Client::connect(cluster).await.unwrap();
    let path = "/api/v1/namespaces/default/configmaps?watch=true&allowWatchBookmarks=true";
    let mut watch = client.get(path).await.unwrap().into_body();
    cluster.store().create(&kinds::CONFIG_MAP, config_map("before")).unwrap();
    let mut seen = String::new();
    while !seen.contains("\"before\"") {
        seen.push_str(&String::from_utf8_lossy(&read_up_to(&mut watch, 1).await));
    }
    cluster.faults().add(Fault::always(Effect::FrozenWatch)).unwrap();
    tokio::task::yield_now().await;
    cluster.store().create(&kinds::CONFIG_MAP, config_map("during")).unwrap();
    assert!(timeout(SILENCE, read_up_to(&mut watch, 1)).await.is_err());
    assert_eq!(get(cluster, "/api/v1/namespaces/default/configmaps").await.0, 200);
    cluster.faults().clear();
    let thawed = timeout(support::PATIENCE, read_up_to(&mut watch, 1)).await.unwrap();
    assert!(String::from_utf8_lossy(&thawed).contains("\"during\""));
    fleet.shutdown().await;
}

#[tokio::test]
async fn gone_ends_an_open_watch_with_an_error_event() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    let mut client = Client::connect(cluster).await.unwrap();
    let path = "/api/v1/namespaces/shop/configmaps?watch=true";
    let watch = client.get(path).await.unwrap().into_body();
    cluster.faults().add(Fault::always(Effect::Gone).on_resource("configmaps").times(1)).unwrap();
    let all = watch.collect().await.unwrap().to_bytes();
    let last: Value =
        serde_json::from_slice(all.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap()).unwrap();
    assert_eq!((last["type"].as_str(), last["object"]["code"].as_u64()), (Some("ERROR"), Some(410)));
    assert_eq!(get(cluster, "/api/v1/configmaps").await.0, 200);
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_timeout_after_commit_writes_and_never_answers() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    cluster.faults().add(Fault::always(Effect::TimeoutAfterCommit).on_verb(Verb::Create)).unwrap();
    let mut client = Client::connect(cluster).await.unwrap();
    let body = config_map("committed");
    let mut sending = Box::pin(client.send("POST", "/api/v1/namespaces/default/configmaps", &body));
    assert!(timeout(SILENCE, &mut sending).await.is_err());
    until("written", || cluster.store().get(&kinds::CONFIG_MAP, Some("default"), "committed")).await;
    fleet.shutdown().await;
}

/// One plain HTTP request to the control endpoint.
async fn control(fleet: &Fleet, method: &str, path: &str, body: &str) -> (u16, Value) {
    let address = fleet.control_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn the_control_endpoint_scripts_faults() {
    let fleet = quiet_fleet(1).await;
    let cluster = fleet.cluster(0);
    let name = cluster.name();
    let faults = format!("/clusters/{name}/faults");
    let (status, clusters) = control(&fleet, "GET", "/clusters", "").await;
    assert_eq!((status, clusters["clusters"][0]["name"].as_str()), (200, Some(name)));
    let wanted = r#"{"faults":[{"effect":"unavailable","resource":"pods","count":1}]}"#;
    assert_eq!(control(&fleet, "PUT", &faults, wanted).await.0, 200);
    assert_eq!(get(cluster, PODS).await.0, 503);
    assert_eq!(get(cluster, PODS).await.0, 200);
    assert_eq!(control(&fleet, "GET", &faults, "").await.1["faults"][0]["hits"], 1);
    assert_eq!(control(&fleet, "DELETE", &faults, "").await.1["faults"], json!([]));

    let frozen = control(&fleet, "POST", &format!("/clusters/{name}/freeze"), r#"{"frozen":true}"#).await;
    assert_eq!(frozen.1["faults"][0]["effect"], "frozenWatch");
    assert_eq!(control(&fleet, "POST", &format!("/clusters/{name}/compact"), "").await.0, 204);
    assert_eq!(
        control(&fleet, "POST", &format!("/clusters/{name}/scale-load"), r#"{"eventsPerSecond":3}"#).await.0,
        204
    );
    let node = cluster.store().list(&kinds::NODE, None).0.remove(0)["metadata"]["name"].as_str().unwrap().to_owned();
    let ready = format!("/clusters/{name}/node/{node}/ready");
    assert_eq!(control(&fleet, "POST", &ready, r#"{"ready":false}"#).await.0, 204);
    let taints = cluster.store().get(&kinds::NODE, None, &node).unwrap()["spec"]["taints"].clone();
    assert_eq!(taints[0]["key"], "node.kubernetes.io/not-ready");

    let bad = [
        ("PUT", faults.clone(), r#"{"faults":[{"effect":"refuse","count":2}]}"#, 422, "count"),
        ("PUT", faults.clone(), r#"{"faults":[{"effect":"unheard"}]}"#, 422, "unheard"),
        ("GET", "/clusters/nowhere/faults".into(), "", 404, "nowhere"),
        ("POST", format!("/clusters/{name}/node/nowhere/ready"), r#"{"ready":true}"#, 404, "nowhere"),
        ("POST", format!("/clusters/{name}/scale-load"), r#"{"eventsPerSecond":-1}"#, 422, "eventsPerSecond"),
    ];
    for (method, path, body, code, word) in bad {
        let (status, answer) = control(&fleet, method, &path, body).await;
        assert_eq!(status, code, "{path}");
        assert!(answer["error"].as_str().unwrap().contains(word), "{answer}");
    }
    fleet.shutdown().await;
}
