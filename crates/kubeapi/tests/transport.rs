//! What the client does on the wire, against a small TLS server of the test's own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
mod tls_server;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::policy;
use http::{Method, Request, Response};
use kubeapi::client::{CallError, CallLimits, ClientError, ClusterClient};
use kubeapi::intake::{IntakeOptions, parse_kubeconfig};
use kubeapi::probe::ProbeOutcome;
use secrets::Secret;
use serde_json::{Value, json};
use tls_server::{Options, TlsServer, answer};

const PATIENT: Duration = Duration::from_secs(10);
const TOKEN: &str = "s3cret-t0ken";

fn connect(server: &TlsServer, url_path: &str, cluster: &str, user: &str) -> Result<ClusterClient, ClientError> {
    let (port, ca) = (server.port(), STANDARD.encode(&server.ca_pem));
    let file = format!(
        "contexts: [{{name: a, context: {{cluster: c, user: u}}}}]\nclusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:{port}{url_path}', \
         certificate-authority-data: {ca}{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n"
    );
    let intake = parse_kubeconfig(&Secret::from_string(file), IntakeOptions::default()).ok().unwrap();
    ClusterClient::connect(&intake.credential, policy())
}

fn client(server: &TlsServer) -> ClusterClient {
    connect(server, "", "", &format!("token: {TOKEN}")).ok().unwrap()
}

#[tokio::test]
async fn a_server_without_http2_is_spoken_to_in_http1() {
    let server = TlsServer::start(Options { http2: false, ..Options::default() }, |_| answer(200, "ok")).await;
    let report = client(&server).probe(PATIENT).await;
    assert_eq!(report.outcome, ProbeOutcome::Ready);
    assert!(!report.carrier.unwrap().multiplexed);
}

#[tokio::test]
async fn requests_carry_the_token_and_the_servers_path() {
    let server = TlsServer::start(Options::default(), |_| answer(200, "{}")).await;
    let client = connect(&server, "/k8s/clusters/c-1/", "", &format!("token: {TOKEN}")).ok().unwrap();
    client.get_json::<Value>(CallLimits::OBJECT, "/api/v1/pods?limit=5").await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].uri().path_and_query().unwrap(), "/k8s/clusters/c-1/api/v1/pods?limit=5");
    assert_eq!(seen[0].headers()["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(seen[0].headers()["accept"], "application/json");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let trap = TlsServer::start(Options::default(), |_| answer(200, "caught")).await;
    let to = format!("https://127.0.0.1:{}/", trap.port());
    let redirect =
        move |_: &Request<()>| Response::builder().status(302).header("location", &to).body("".into()).unwrap();
    let server = TlsServer::start(Options::default(), redirect).await;
    let client = client(&server);
    assert_eq!(client.version().await.unwrap_err().status(), Some(302));
    assert!(matches!(client.probe(PATIENT).await.outcome, ProbeOutcome::Degraded { status: 302, .. }));
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn a_stranger_gets_no_byte_of_the_credential() {
    let expected = TlsServer::start(Options::default(), |_| answer(200, "ok")).await;
    let mut stranger = TlsServer::start(Options::default(), |_| answer(200, "ok")).await;
    stranger.ca_pem = expected.ca_pem.clone();
    let outcome = client(&stranger).probe(PATIENT).await.outcome;
    assert_eq!(outcome, ProbeOutcome::Untrusted("the certificate's issuer is not trusted".to_owned()));
    let expired = TlsServer::start(Options { expired: true, ..Options::default() }, |_| answer(200, "ok")).await;
    let outcome = client(&expired).probe(PATIENT).await.outcome;
    assert_eq!(outcome, ProbeOutcome::Untrusted("the certificate has expired".to_owned()));
    let elsewhere =
        TlsServer::start(Options { name: "kube.internal", ..Options::default() }, |_| answer(200, "ok")).await;
    let outcome = client(&elsewhere).probe(PATIENT).await.outcome;
    assert_eq!(outcome, ProbeOutcome::Untrusted("the certificate is for another name".to_owned()));
    for server in [&stranger, &expired, &elsewhere] {
        assert_eq!((server.connections() > 0, server.seen().len()), (true, 0));
    }
    let named = connect(&elsewhere, "", ", tls-server-name: kube.internal", &format!("token: {TOKEN}")).ok().unwrap();
    assert_eq!(named.probe(PATIENT).await.outcome, ProbeOutcome::Ready);
}

#[tokio::test]
async fn a_client_certificate_is_shown_and_a_foreign_key_is_noticed() {
    let server = TlsServer::start(Options { client_auth: true, ..Options::default() }, |_| answer(200, "ok")).await;
    let (cert, key) = server.client_certificate();
    let (_, foreign) = server.client_certificate();
    let user = |key: &str| {
        format!("client-certificate-data: {}, client-key-data: {}", STANDARD.encode(&cert), STANDARD.encode(key))
    };
    let client = connect(&server, "", "", &user(&key)).ok().unwrap();
    assert_eq!(client.probe(PATIENT).await.outcome, ProbeOutcome::Ready);
    assert!(!server.seen()[0].headers().contains_key("authorization"));
    assert_eq!(connect(&server, "", "", &user(&foreign)).err(), Some(ClientError::BadKey));
}

#[tokio::test]
async fn packed_answers_are_unpacked_and_foreign_packings_refused() {
    let server = TlsServer::start(Options::default(), |request| {
        let packing = request.uri().path().trim_start_matches('/');
        let body = match packing {
            "gzip" => tls_server::gzip(b"{\"a\":1}"),
            _ => b"{\"a\":1}".to_vec(),
        };
        Response::builder().header("content-encoding", packing).body(body.into()).unwrap()
    })
    .await;
    let client = client(&server);
    let get = |path: &'static str| {
        let client = client.clone();
        async move { client.get_json::<Value>(CallLimits::LIST, path).await }
    };
    assert_eq!(get("/gzip").await, Ok(json!({"a": 1})));
    assert_eq!(get("/identity").await, Ok(json!({"a": 1})));
    assert_eq!(get("/br").await, Err(CallError::BadAnswer));
    assert_eq!(server.seen()[0].headers()["accept-encoding"], "gzip");
}

#[tokio::test]
async fn a_server_without_aggregated_discovery_is_asked_group_by_group() {
    let server = TlsServer::start(Options::default(), |request| {
        let body = match request.uri().path() {
            "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
            "/apis" => json!({"kind": "APIGroupList", "groups": [
                {"name": "apps", "versions": [{"groupVersion": "apps/v1", "version": "v1"}]},
                {"name": "metrics.k8s.io", "versions": [{"groupVersion": "metrics.k8s.io/v1beta1", "version": "v1beta1"}]},
            ]}),
            "/api/v1" => json!({"kind": "APIResourceList", "resources": [
                {"name": "pods", "kind": "Pod", "namespaced": true, "verbs": ["list"]},
                {"name": "pods/log", "kind": "Pod", "namespaced": true, "verbs": ["get"]},
            ]}),
            "/apis/apps/v1" => json!({"resources": [{"name": "deployments", "kind": "Deployment", "namespaced": true}]}),
            _ => return answer(503, "the metrics server is down"),
        };
        answer(200, &body.to_string())
    })
    .await;
    let served = client(&server).served_apis().await.unwrap();
    let all: Vec<_> =
        served.iter().map(|(version, kind, resource)| (version, kind, resource.plural.as_str())).collect();
    assert_eq!(all, [("apps/v1", "Deployment", "deployments"), ("v1", "Pod", "pods")]);
}

#[tokio::test]
async fn who_may_not_ask_whether_it_is_ready_asks_for_the_version() {
    for (readyz, version, ready) in
        [(403, 200, true), (403, 403, true), (404, 200, true), (404, 404, false), (403, 401, false)]
    {
        let server = TlsServer::start(Options::default(), move |request| match request.uri().path() {
            "/readyz" => answer(readyz, ""),
            _ => answer(version, "{}"),
        })
        .await;
        let outcome = client(&server).probe(PATIENT).await.outcome;
        assert_eq!(outcome == ProbeOutcome::Ready, ready, "{readyz} {version} {outcome:?}");
        assert_eq!(server.seen().iter().map(|seen| seen.method()).collect::<Vec<_>>(), [Method::GET, Method::GET]);
    }
}

#[tokio::test]
async fn what_a_stranger_writes_in_a_refusal_is_not_shown() {
    let server = TlsServer::start(Options::default(), |_| answer(502, "<html>CANARY</html>")).await;
    let error = client(&server).version().await.unwrap_err();
    assert_eq!(error.status(), Some(502));
    assert!(!format!("{error} {error:?}").contains("CANARY"));
}
