//! Probes and facts against simulated clusters.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{client, client_with_token, fleet, policy};
use kubeapi::client::{CallError, CallLimits, ClientError, ClusterClient, Unreachable};
use kubeapi::intake::token_credential;
use kubeapi::listwatch::{Get, Transport};
use kubeapi::probe::{Access, NoAnswer, ProbeOutcome};
use model::kinds::MirroredKind;
use runtime::egress::{Reason, TargetPolicy};
use secrets::Secret;
use simulator::faults::{Effect, Fault};

/// Long enough for a busy machine; what must not come is bounded by it too.
const PATIENT: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_cluster_says_what_it_is() {
    let fleet = fleet(1).await;
    let client = client(fleet.cluster(0));
    let report = client.probe(PATIENT).await;
    assert_eq!(report.outcome, ProbeOutcome::Ready);
    assert!(report.carrier.unwrap().multiplexed, "HTTP/2 is offered and must be used");
    assert!(client.version().await.unwrap().git_version.starts_with("v1."));
    assert!(!client.identity().await.unwrap().unwrap().username.is_empty());
    assert!(client.kube_system_uid().await.unwrap().is_some());
    let served = client.served_apis().await.unwrap();
    assert!(served.serves("apps/v1", "Deployment") && served.serves("v1", "Pod"));
    assert!(!served.serves("apps/v1", "Pod"));
    assert_eq!(served.get("v1", "Node").map(|node| node.namespaced), Some(false));
    let costs = client.costs();
    assert_eq!(costs.connects, 1, "all on one connection");
    assert!(costs.requests >= 6 && costs.received_bytes > 1000 && costs.sent_bytes > 100, "{costs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probe_rides_on_the_watchs_connection() {
    let fleet = fleet(1).await;
    let client = client(fleet.cluster(0));
    let path_and_query = "/api/v1/pods?watch=1".to_owned();
    let watch = client.get(Get { path_and_query, compressed: false, deadline: PATIENT }).await.ok().unwrap();
    let report = client.probe(PATIENT).await;
    assert!(report.carrier.unwrap().proves(&watch.carrier));
    client.reconnect();
    let report = client.probe(PATIENT).await;
    assert_eq!(report.outcome, ProbeOutcome::Ready);
    assert!(!report.carrier.unwrap().proves(&watch.carrier), "another connection proves nothing of the old one");
    assert_eq!(client.costs().connects, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_start_together_end_up_on_one_connection() {
    let fleet = fleet(1).await;
    for _ in 0..20 {
        let client = client(fleet.cluster(0));
        let probes = futures::future::join_all((0..12).map(|_| client.probe(PATIENT))).await;
        let first = probes[0].carrier.unwrap();
        for probe in probes {
            assert_eq!(probe.outcome, ProbeOutcome::Ready);
            assert!(probe.carrier.unwrap().proves(&first), "{:?} {first:?}", probe.carrier);
        }
        assert_eq!(client.costs().connects, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_apart() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let client = client(cluster);
    assert_eq!(client.probe(PATIENT).await.outcome, ProbeOutcome::Ready);
    let fault = |effect| {
        cluster.faults().clear();
        cluster.faults().add(Fault::always(effect)).unwrap();
    };
    fault(Effect::Unauthorized);
    assert_eq!(client.probe(PATIENT).await.outcome, ProbeOutcome::AuthFailed);
    fault(Effect::Forbidden);
    assert_eq!(client.probe(PATIENT).await.outcome, ProbeOutcome::Ready, "it answers");
    fault(Effect::Unavailable);
    let degraded = client.probe(PATIENT).await.outcome;
    assert!(matches!(degraded, ProbeOutcome::Degraded { status: 503, .. }), "{degraded:?}");
    fault(Effect::InternalError);
    let degraded = client.probe(PATIENT).await.outcome;
    assert!(matches!(degraded, ProbeOutcome::Degraded { status: 500, .. }), "{degraded:?}");
    fault(Effect::BlackHole);
    assert_eq!(client.probe(SHORT).await.outcome, ProbeOutcome::Unreachable(NoAnswer::Timeout));
    cluster.faults().clear();
    common::refuse_connections(cluster, &client).await;
    let refused = ProbeOutcome::Unreachable(NoAnswer::Connect(Unreachable::Refused));
    assert_eq!(client.probe(PATIENT).await.outcome, refused);
    cluster.faults().clear();
    // The port is opened again by a task of the simulator.
    for _ in 0..1000 {
        if client.probe(PATIENT).await.outcome == ProbeOutcome::Ready {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swapped_certificate_is_not_trusted_and_gets_no_credential() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    cluster.faults().add(Fault::always(Effect::CertificateSwap)).unwrap();
    let client = client(cluster);
    let outcome = client.probe(PATIENT).await.outcome;
    assert!(matches!(outcome, ProbeOutcome::Untrusted(_)), "{outcome:?}");
    let error = client.version().await.unwrap_err();
    assert!(matches!(error, CallError::Untrusted(_)) && error.never_sent());

    let token = Secret::from_string(cluster.token().to_owned());
    let insecure = token_credential(cluster.server(), None, &token, true).ok().unwrap();
    let client = ClusterClient::connect(&insecure.credential, policy()).ok().unwrap();
    assert_eq!(client.probe(PATIENT).await.outcome, ProbeOutcome::Ready, "an admin's word");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_refused_and_a_missing_ca_too() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let client = client_with_token(cluster, "wrong");
    assert_eq!(client.probe(PATIENT).await.outcome, ProbeOutcome::AuthFailed);
    let token = Secret::from_string(cluster.token().to_owned());
    let public = token_credential(cluster.server(), None, &token, false).ok().unwrap();
    let client = ClusterClient::connect(&public.credential, policy()).ok().unwrap();
    assert!(matches!(client.probe(PATIENT).await.outcome, ProbeOutcome::Untrusted(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn loopback_is_refused_unless_listed() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let token = Secret::from_string(cluster.token().to_owned());
    let intake = token_credential(cluster.server(), Some(cluster.ca_pem()), &token, false).ok().unwrap();
    let refused = ClusterClient::connect(&intake.credential, Arc::new(TargetPolicy::default())).err().unwrap();
    assert_eq!(refused, ClientError::Forbidden(Reason::Loopback.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_those_of_the_credential() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let kinds = || [MirroredKind::Pod, MirroredKind::Node].map(MirroredKind::spec);
    let all = client(cluster).permissions(Access::needed(kinds(), &[])).await.unwrap();
    assert_eq!(all.len(), 6);
    assert!(all.iter().all(|permission| permission.allowed), "{all:?}");

    let limited = client_with_token(cluster, &cluster.token_for_namespaces(&["default"]));
    let everywhere = limited.permissions(Access::needed(kinds(), &[])).await.unwrap();
    assert!(everywhere.iter().all(|permission| !permission.allowed), "{everywhere:?}");
    let inside = limited.permissions(Access::needed(kinds(), &["default".to_owned()])).await.unwrap();
    for permission in inside {
        assert_eq!(permission.allowed, permission.access.resource != "nodes", "{permission:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_answers_stop_at_the_cap_and_the_deadline() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let client = client(cluster);
    let limits = CallLimits { deadline: PATIENT, max_body: 1 << 20, gzip: true };
    let list = || async { client.get_json::<serde_json::Value>(limits, "/api/v1/pods?limit=500").await };
    assert_eq!(list().await.unwrap()["kind"], "PodList");
    let fault = |effect| {
        cluster.faults().clear();
        cluster.faults().add(Fault::always(effect)).unwrap();
    };
    fault(Effect::HugeBody { bytes: 1 << 30 });
    assert_eq!(list().await.unwrap_err(), CallError::TooLarge { cap: 1 << 20 });
    fault(Effect::EndlessBody);
    assert_eq!(list().await.unwrap_err(), CallError::TooLarge { cap: 1 << 20 });
    fault(Effect::Garbage);
    assert_eq!(list().await.unwrap_err(), CallError::BadAnswer);
    fault(Effect::SlowDrip { bytes_per_second: 1 });
    let quick = CallLimits { deadline: SHORT, ..limits };
    let slow = client.get_json::<serde_json::Value>(quick, "/api/v1/pods").await;
    assert_eq!(slow.unwrap_err(), CallError::Timeout);
    fault(Effect::TooManyRequests { retry_after_seconds: 3600 });
    let Err(CallError::Status(status)) = list().await else { panic!("no status") };
    assert_eq!((status.code, status.retry_after), (429, Some(Duration::from_secs(60))));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_give_latency_and_leader_changes() {
    let fleet = fleet(1).await;
    let cluster = fleet.cluster(0);
    let client = client(cluster);
    let before = client.api_latency(PATIENT).await.unwrap();
    for _ in 0..20 {
        client.version().await.unwrap();
        client.get_json::<serde_json::Value>(CallLimits::LIST, "/api/v1/nodes").await.unwrap();
    }
    let since = client.api_latency(PATIENT).await.unwrap().since(&before);
    assert!(since.total() >= 20.0, "{since:?}");
    let p95 = since.quantile(0.95).unwrap();
    assert!(p95 > 0.0 && p95 < 60.0, "{p95}");

    let plain = runtime::http::GuardedClient::new(
        policy(),
        runtime::egress::TargetKind::Metrics,
        runtime::http::Trust::WebRoots,
    )
    .unwrap();
    kubeapi::metrics::scrape_etcd_leader_changes(&plain, &cluster.etcd_metrics_url(), PATIENT).await.unwrap();
}
