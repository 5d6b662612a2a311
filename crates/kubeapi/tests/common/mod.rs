//! What every test against simulated clusters needs.
#![allow(dead_code, clippy::unwrap_used, reason = "a part of tests, each of which uses what it needs")]

use std::sync::Arc;
use std::time::Duration;

use kubeapi::client::{CallError, CallLimits, ClusterClient, Unreachable};
use kubeapi::intake::{IntakeOptions, parse_kubeconfig, token_credential};
use runtime::egress::TargetPolicy;
use secrets::Secret;
use simulator::faults::{Effect, Fault};
use simulator::fleet::{Fleet, FleetSpec, SimCluster};

pub const OBJECT: CallLimits = CallLimits::OBJECT;

pub async fn fleet(clusters: usize) -> Fleet {
    Fleet::start(FleetSpec::quiet(clusters, 2)).await.unwrap()
}

pub fn policy() -> Arc<TargetPolicy> {
    Arc::new(TargetPolicy::new(vec!["127.0.0.0/8".parse().unwrap()]))
}

pub fn client(cluster: &SimCluster) -> ClusterClient {
    let file = Secret::from_string(cluster.kubeconfig());
    let intake = parse_kubeconfig(&file, IntakeOptions::default()).ok().unwrap();
    ClusterClient::connect(&intake.credential, policy()).ok().unwrap()
}

pub fn client_with_token(cluster: &SimCluster, token: &str) -> ClusterClient {
    let token = Secret::from_string(token.to_owned());
    let intake = token_credential(cluster.server(), Some(cluster.ca_pem()), &token, false).ok().unwrap();
    ClusterClient::connect(&intake.credential, policy()).ok().unwrap()
}

/// Closes the cluster's port and waits until it is closed: before, a connection may still be taken from its queue.
pub async fn refuse_connections(cluster: &SimCluster, client: &ClusterClient) {
    cluster.faults().add(Fault::always(Effect::Refuse)).unwrap();
    for _ in 0..1000 {
        client.reconnect();
        if client.version().await == Err(CallError::Unreachable(Unreachable::Refused)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the port stayed open");
}
