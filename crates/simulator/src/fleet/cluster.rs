//! One running cluster.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::naming::Place;
use super::seed::Seeded;
use super::{FleetError, FleetSpec, churn, generate};
use crate::api::{self, AdmittedWriter, ApiSettings, ClusterApi, Identity, Rule};
use crate::controllers::{Controllers, ControllersHandle, KubeletSettings, set_node_ready};
use crate::faults::{ControlledCluster, FaultBoard, with_faults};
use crate::object_store::{ObjectStore, kinds};
use crate::serve::{ClusterTls, PlainServer, TlsServer, bind};

/// What the control endpoint and the owner share.
pub(super) struct Core {
    place: Place,
    server: String,
    api: Arc<ClusterApi>,
    board: Arc<FaultBoard>,
    churn: watch::Sender<f64>,
}

/// One cluster: a real endpoint, and a grip on what is behind it.
pub struct SimCluster {
    core: Arc<Core>,
    tls: Arc<ClusterTls>,
    token: String,
    tokens: Seeded,
    listener: TlsServer,
    etcd: PlainServer,
    controllers: ControllersHandle,
    churn_task: tokio::task::JoinHandle<()>,
    stop: CancellationToken,
}

impl SimCluster {
    pub(super) async fn start(spec: &Arc<FleetSpec>, index: usize, place: Place) -> Result<Self, FleetError> {
        let rng = Seeded::new(spec.seed).fork(&place.name);
        let port = spec.base_port.map_or(0, |base| base + index as u16);
        let bound = bind(SocketAddr::new(spec.listen, port)).await?;
        let tls = Arc::new(ClusterTls::generate(&place.name, spec.listen, &mut rng.fork("ca"))?);
        let store = ObjectStore::new();
        let settings = ApiSettings { bookmark_interval: spec.bookmark_interval, ..ApiSettings::default() };
        let api = ClusterApi::new(Arc::clone(&store), settings);
        let (controllers, api) = furnish(spec, index, &place, api, Arc::clone(&tls), rng.clone()).await?;
        let token = token(&mut rng.fork("admin"));
        api.add_token(
            token.clone(),
            Identity {
                username: "system:serviceaccount:kube-system:admin".into(),
                groups: vec!["system:serviceaccounts".into(), "system:masters".into(), "system:authenticated".into()],
                rules: vec![Rule::all()],
            },
        );
        let board = FaultBoard::new(rng.fork("faults").next_u64());
        let app = with_faults(api::router(Arc::clone(&api)), Arc::clone(&board));
        let server = format!("https://{}", bound.1);
        let listener = TlsServer::start(bound, Arc::clone(&tls), Arc::clone(&board), app);
        let metrics = Router::new().route("/metrics", get(api::etcd_metrics)).with_state(Arc::clone(&api));
        let etcd = PlainServer::start(SocketAddr::new(spec.listen, 0), metrics).await?;
        let stop = CancellationToken::new();
        let (rate, changes) = watch::channel(spec.churn.events_per_second);
        let churn_task = tokio::spawn(churn::run(store, changes, rng.fork("churn"), stop.clone()));
        let core = Arc::new(Core { place, server, api, board, churn: rate });
        let controllers = controllers.start();
        Ok(Self { core, tls, token, tokens: rng.fork("tokens"), listener, etcd, controllers, churn_task, stop })
    }

    pub(super) fn core(&self) -> Arc<Core> {
        Arc::clone(&self.core)
    }

    /// Its name: `sh-prod-1`.
    pub fn name(&self) -> &str {
        &self.core.place.name
    }

    /// The base URL: `https://127.0.0.1:<port>`.
    pub fn server(&self) -> &str {
        &self.core.server
    }

    /// Where the API server listens.
    pub fn addr(&self) -> SocketAddr {
        self.listener.addr()
    }

    /// The CA certificate that signs the server's, as PEM.
    pub fn ca_pem(&self) -> &str {
        self.tls.ca_pem()
    }

    /// The token of a cluster administrator.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A token that may do everything, but only in these namespaces.
    pub fn token_for_namespaces(&self, namespaces: &[&str]) -> String {
        let label = namespaces.join(",");
        let token = token(&mut self.tokens.fork(&label));
        let home = namespaces.first().copied().unwrap_or("default");
        self.core.api.add_token(
            token.clone(),
            Identity {
                username: format!("system:serviceaccount:{home}:tenant"),
                groups: vec!["system:serviceaccounts".into(), "system:authenticated".into()],
                rules: vec![Rule::namespaces(namespaces.iter().copied())],
            },
        );
        token
    }

    /// A kubeconfig of the administrator, everything inline.
    pub fn kubeconfig(&self) -> String {
        use base64::Engine as _;
        let ca = base64::engine::general_purpose::STANDARD.encode(self.ca_pem());
        let (name, server, token) = (self.name(), self.server(), &self.token);
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {name}\nclusters:\n- name: {name}\n  cluster:\n    \
             server: {server}\n    certificate-authority-data: {ca}\ncontexts:\n- name: {name}\n  context:\n    \
             cluster: {name}\n    user: {name}-admin\nusers:\n- name: {name}-admin\n  user:\n    token: {token}\n"
        )
    }

    /// Its faults.
    pub fn faults(&self) -> &FaultBoard {
        &self.core.board
    }

    /// Its objects.
    pub fn store(&self) -> &Arc<ObjectStore> {
        self.core.api.store()
    }

    /// Its API server: metrics, tokens, latency, etcd leader changes.
    pub fn api(&self) -> &Arc<ClusterApi> {
        &self.core.api
    }

    /// etcd's own metrics, plain HTTP.
    pub fn etcd_metrics_url(&self) -> String {
        format!("http://{}/metrics", self.etcd.addr())
    }

    /// Labels that fit it: `region`, `env`, `capacity-type`.
    pub fn labels(&self) -> BTreeMap<String, String> {
        let place = &self.core.place;
        [("region", place.region), ("env", place.env), ("capacity-type", place.capacity_type)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    /// Sets whether a node is ready, with the taints that follow; false when there is no such node.
    pub fn set_node_ready(&self, node: &str, ready: bool) -> bool {
        self.core.set_node_ready(node, ready)
    }

    /// Sets how many watch events a second the cluster makes by itself.
    pub fn set_churn(&self, events_per_second: f64) {
        self.core.set_churn(events_per_second);
    }

    pub(super) async fn shutdown(self) {
        self.stop.cancel();
        self.listener.shutdown().await;
        self.etcd.shutdown().await;
        self.controllers.shutdown().await;
        // A panic inside was reported when it happened.
        let _ = self.churn_task.await;
    }
}

impl ControlledCluster for Core {
    fn name(&self) -> &str {
        &self.place.name
    }

    fn server(&self) -> &str {
        &self.server
    }

    fn faults(&self) -> &Arc<FaultBoard> {
        &self.board
    }

    fn compact(&self) {
        self.api.store().compact();
    }

    fn set_node_ready(&self, node: &str, ready: bool) -> bool {
        set_node_ready(self.api.store(), node, ready)
    }

    fn set_churn(&self, events_per_second: f64) {
        self.churn.send_replace(events_per_second);
    }

    fn set_leader_changes(&self, total: u64) {
        self.api.set_etcd_leader_changes(total);
    }

    fn summary(&self) -> Value {
        let store = self.api.store();
        json!({
            "resourceVersion": store.resource_version(),
            "nodes": store.count(&kinds::NODE, None),
            "pods": store.count(&kinds::POD, None),
            "deployments": store.count(&kinds::DEPLOYMENT, None),
        })
    }
}

fn token(rng: &mut Seeded) -> String {
    format!("sim-{}", rng.suffix(40))
}

/// Fills the store and has the controllers learn it, off the async threads.
async fn furnish(
    spec: &Arc<FleetSpec>,
    index: usize,
    place: &Place,
    api: Arc<ClusterApi>,
    tls: Arc<ClusterTls>,
    rng: Seeded,
) -> Result<(Controllers, Arc<ClusterApi>), FleetError> {
    let (spec, place) = (Arc::clone(spec), place.clone());
    let work = tokio::task::spawn_blocking(move || {
        let fail = |message: String| FleetError::Generate { cluster: place.name.clone(), message };
        let objects = generate::fill(api.store(), &spec, &place, index, &rng).map_err(|e| fail(e.to_string()))?;
        let settings = KubeletSettings {
            start_delay: spec.start_delay,
            failure_ratio: spec.failure_ratio,
            heartbeat: spec.heartbeat,
            pod_network: generate::pod_network(index),
            ..KubeletSettings::default()
        };
        let writer = Arc::new(AdmittedWriter { cluster: Arc::clone(&api), root_ca: tls.ca_pem().to_owned() });
        let seed = rng.fork("controllers").next_u64();
        let controllers = Controllers::new(Arc::clone(api.store()), writer, settings, seed);
        // Until here they kept the parsed pods alive, so that the controllers need not parse them again.
        drop(objects);
        Ok((controllers, api))
    });
    match work.await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
