//! Simulated clusters, registered.

use super::{Answer, Server, wait_until};
use base64::Engine as _;
use serde_json::{Value, json};
use simulator::fleet::{Fleet, FleetSpec, SimCluster};

/// Clusters in which nothing happens by itself.
pub async fn fleet(clusters: usize, nodes: usize, pods: usize) -> Fleet {
    Fleet::start(FleetSpec { pods, ..FleetSpec::quiet(clusters, nodes) }).await.unwrap()
}

pub fn kubeconfig(cluster: &SimCluster) -> Value {
    json!({"kind": "kubeconfig", "kubeconfig": cluster.kubeconfig()})
}

pub fn token(cluster: &SimCluster, server: &str, token: &str) -> Value {
    let ca = base64::engine::general_purpose::STANDARD.encode(cluster.ca_pem());
    json!({"kind": "token", "server": server, "caData": ca, "token": token})
}

/// `https://127.0.0.1:<port>` where nobody listens.
pub fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("https://{}", listener.local_addr().unwrap())
}

/// Whether all that decides over a placement was listed once.
fn is_known(cluster: &Value) -> bool {
    ["node", "pod", "namespace", "deployment", "resourceQuota", "limitRange"]
        .iter()
        .all(|kind| cluster["ages"][kind].is_number())
}

impl Server {
    pub async fn add_cluster(&self, name: &str, credential: Value) -> Answer {
        let new = json!({"name": name, "credential": credential});
        self.ask("POST", "/api/v1/clusters").json(&new).send().await
    }

    /// Registers all clusters of a fleet under their own names and waits until they may be used.
    pub async fn take_in(&self, fleet: &Fleet) {
        for cluster in fleet.clusters() {
            self.add_cluster(cluster.name(), kubeconfig(cluster)).await.expect_status(201);
        }
        for cluster in fleet.clusters() {
            self.wait_for(cluster.name(), "to be known", |it| it["state"] == "Online" && is_known(it)).await;
        }
    }

    /// Waits until a cluster looks so.
    pub async fn wait_for(&self, name: &str, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/api/v1/clusters/{name}");
        wait_until(&format!("{name} {what}"), async || Some(self.get(&path).await).filter(&so)).await
    }
}
