//! A fleet, a mirror over it, and comparisons with the truth.

use async_trait::async_trait;
use kubeapi::client::ClusterClient;
use kubeapi::credential::{Auth, Credential};
use mirror::{
    Block, CheckpointError, CheckpointStore, ClusterConfig, ClusterMeta, ClusterStatus, Deps, Mirror, NoCheckpoints,
    Settings, StreamCheckpoint, StreamKey, StreamWrite,
};
use model::columns::Row;
use model::fleet::{ClusterState, ClusterView};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use runtime::egress::TargetPolicy;
use runtime::supervise::Supervisor;
use secrets::Secret;
use serde_json::{Value, json};
use simulator::fleet::{Fleet, FleetSpec, SimCluster};
use simulator::object_store::{Kind, kinds};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Nothing here takes this long unless it never comes.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn client(cluster: &SimCluster, token: &str) -> Arc<ClusterClient> {
    let server = cluster.server().parse().unwrap();
    let auth = Auth::Token(Secret::from_string(token.to_owned()));
    let credential = Credential::new(server, Some(cluster.ca_pem().to_owned()), auth);
    let loopback = "127.0.0.0/8".parse().unwrap();
    Arc::new(ClusterClient::connect(&credential, Arc::new(TargetPolicy::new(vec![loopback]))).unwrap())
}

pub fn id(index: usize) -> ClusterId {
    ClusterId::new(format!("id-{index}"))
}

pub struct World {
    pub fleet: Fleet,
    pub mirror: Mirror,
}

impl World {
    /// A mirror that follows every cluster of a fleet, and has seen all there is.
    pub async fn start(spec: FleetSpec) -> Self {
        let world = Self::new(spec, Settings::default()).await;
        world.add_all().await;
        for index in 0..world.fleet.clusters().len() {
            world.until(index, "Online", |status| status.state == ClusterState::Online).await;
            world.until_true(index).await;
        }
        world
    }

    pub async fn new(spec: FleetSpec, settings: Settings) -> Self {
        let fleet = Fleet::start(spec).await.unwrap();
        Self { fleet, mirror: mirror(settings, Arc::new(NoCheckpoints)) }
    }

    pub async fn add_all(&self) {
        for index in 0..self.fleet.clusters().len() {
            let token = self.fleet.cluster(index).token().to_owned();
            self.add(index, &token, None).await;
        }
    }

    pub async fn add(&self, index: usize, token: &str, limited_to: Option<Vec<String>>) {
        add(&self.mirror, self.fleet.cluster(index), index, token, limited_to).await;
    }

    pub fn status(&self, index: usize) -> ClusterStatus {
        self.mirror.cluster(&id(index)).unwrap()
    }

    pub fn view(&self, index: usize) -> Arc<ClusterView> {
        let fleet = self.mirror.fleet();
        Arc::clone(fleet.clusters.iter().find(|view| view.id == id(index)).unwrap())
    }

    /// Waits until the status of a cluster is as wanted.
    pub async fn until(&self, index: usize, what: &str, wanted: impl Fn(&ClusterStatus) -> bool) {
        eventually(what, || {
            let status = self.status(index);
            if wanted(&status) { Ok(()) } else { Err(format!("{status:#?}")) }
        })
        .await;
    }

    /// Waits until the mirror shows what the cluster has, object by object.
    pub async fn until_true(&self, index: usize) {
        let cluster = self.fleet.cluster(index);
        eventually("mirror equals truth", || {
            // Events outlive their object.
            let kinds = MirroredKind::ALL.iter().filter(|kind| **kind != MirroredKind::Event);
            kinds.into_iter().try_for_each(|kind| {
                let (seen, truth) = (self.seen(index, *kind), truth(cluster, *kind));
                if seen == truth { Ok(()) } else { Err(format!("{kind}: {seen:?}\n  is not {truth:?}")) }
            })
        })
        .await;
    }

    pub fn seen(&self, index: usize, kind: MirroredKind) -> Vec<String> {
        let snapshot = self.mirror.snapshot(kind);
        let rows = snapshot.clusters.iter().find(|cluster| cluster.id == id(index)).unwrap();
        let cell = |row: &Row<'_>, column: &str| format!("{:?}", row.cell(kind.spec().column(column).unwrap().at));
        let mut seen: Vec<String> = rows
            .parts
            .iter()
            .flat_map(|part| part.rows())
            .map(|row| {
                let place = row.namespace().unwrap_or_default();
                let detail = match kind {
                    MirroredKind::Pod => {
                        format!("{} {} {:?}", cell(&row, "phase"), cell(&row, "node"), row.label("random"))
                    }
                    MirroredKind::Deployment => cell(&row, "replicas"),
                    _ => String::new(),
                };
                format!("{place}/{} {} {detail}", row.name(), row.uid())
            })
            .collect();
        seen.sort();
        seen
    }

    /// The age of a kind in seconds; endless before the first evidence.
    pub fn age(&self, index: usize, kind: MirroredKind) -> f64 {
        let now = jiff::Timestamp::now().as_millisecond();
        self.view(index).evidence[&kind].age(now).unwrap_or(f64::INFINITY)
    }

    pub async fn stop(self) {
        self.mirror.shutdown(Duration::from_secs(10)).await;
        self.fleet.shutdown().await;
    }
}

pub fn mirror(settings: Settings, checkpoints: Arc<dyn CheckpointStore>) -> Mirror {
    Mirror::new(Deps { settings, supervisor: Supervisor::new(), checkpoints })
}

pub async fn add(mirror: &Mirror, cluster: &SimCluster, index: usize, token: &str, limited_to: Option<Vec<String>>) {
    let meta = ClusterMeta {
        name: cluster.name().into(),
        labels: cluster.labels().into_iter().collect(),
        taints: Vec::new(),
        weight: 1,
        cordoned: false,
        duplicate_of: None,
    };
    let config = ClusterConfig { id: id(index), meta, limited_to, client: client(cluster, token) };
    mirror.add_cluster(config).await.unwrap();
}

pub async fn eventually(what: &str, mut check: impl FnMut() -> Result<(), String>) {
    let begun = tokio::time::Instant::now();
    loop {
        match check() {
            Ok(()) => return,
            Err(last) if begun.elapsed() > PATIENCE => panic!("{what} never came: {last}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn sim_kind(kind: MirroredKind) -> &'static Kind {
    let spec = kind.spec();
    kinds::by_resource(spec.group, spec.version, spec.plural).unwrap()
}

/// What the cluster has, in the form of [`World::seen`].
pub fn truth(cluster: &SimCluster, kind: MirroredKind) -> Vec<String> {
    let (objects, _) = cluster.store().list(sim_kind(kind), None);
    let mut truth: Vec<String> = objects
        .iter()
        .map(|object| {
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            let cell = |text: String| match text.as_str() {
                "" => "None".to_owned(),
                text => format!("Text({text:?})"),
            };
            let detail = match kind {
                MirroredKind::Pod => {
                    let label = object.pointer("/metadata/labels/random").and_then(Value::as_str);
                    format!("{} {} {label:?}", cell(text("/status/phase")), cell(text("/spec/nodeName")))
                }
                MirroredKind::Deployment => format!("Number({})", object["spec"]["replicas"]),
                _ => String::new(),
            };
            format!("{}/{} {} {detail}", text("/metadata/namespace"), text("/metadata/name"), text("/metadata/uid"))
        })
        .collect();
    truth.sort();
    truth
}

/// A pod that nobody owns, bound to a node, that holds `cpu`.
pub fn pod(namespace: &str, name: &str, node: &str, cpu: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "test"}},
        "spec": {"nodeName": node, "containers": [{"name": "c", "image": "web:1", "ports": [{"hostPort": 8080}],
                 "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}}}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    })
}

type Saved = (StreamWrite, BTreeMap<u32, Vec<u8>>);

/// Checkpoints in memory, as a database would keep them.
#[derive(Default)]
pub struct MemoryStore {
    streams: Mutex<BTreeMap<StreamKey, Saved>>,
    pub failing: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl CheckpointStore for MemoryStore {
    async fn load(&self, cluster: &ClusterId) -> Result<Vec<StreamCheckpoint>, CheckpointError> {
        let streams = self.streams.lock().unwrap();
        let own = streams.iter().filter(|(key, _)| key.cluster == *cluster);
        Ok(own
            .map(|(key, (write, blocks))| StreamCheckpoint {
                key: key.clone(),
                resource_version: write.resource_version.clone(),
                synced_at_ms: write.synced_at_ms,
                blocks: blocks.iter().map(|(number, bytes)| Block { number: *number, bytes: bytes.clone() }).collect(),
            })
            .collect())
    }

    async fn save(&self, writes: &[StreamWrite]) -> Result<(), CheckpointError> {
        if self.failing.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(CheckpointError("disk full".into()));
        }
        let mut streams = self.streams.lock().unwrap();
        for write in writes {
            let blocks = &mut streams.entry(write.key.clone()).or_insert_with(|| (write.clone(), BTreeMap::new())).1;
            blocks.extend(write.changed.iter().map(|block| (block.number, block.bytes.clone())));
            blocks.retain(|number, _| *number < write.count);
            let blocks = std::mem::take(blocks);
            streams.insert(write.key.clone(), (write.clone(), blocks));
        }
        Ok(())
    }

    async fn forget(&self, cluster: &ClusterId) -> Result<(), CheckpointError> {
        self.streams.lock().unwrap().retain(|key, _| key.cluster != *cluster);
        Ok(())
    }
}

impl MemoryStore {
    pub fn streams(&self) -> usize {
        self.streams.lock().unwrap().len()
    }
}
