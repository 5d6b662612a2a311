//! The objects of the clusters, as their API servers would write them, from the simulator's generator.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use model::kinds::MirroredKind;
use serde_json::{Value, json};
use simulator::fleet::{Churn, Fleet, FleetSpec, Seeded, SimCluster};
use simulator::object_store::{Kind, kinds};
use std::collections::BTreeMap;
use std::sync::Arc;

const SEED: u64 = 20_261_124;

/// Where the versions of changes begin: above all that the simulator gave.
const CHANGES_FROM: u64 = 1_000_000_000;

/// What one cluster holds.
pub struct Contents {
    objects: BTreeMap<MirroredKind, Vec<Bytes>>,
    pub version: u64,
}

impl Contents {
    /// Compact JSON, one object each, ordered by namespace and name.
    pub fn of(&self, kind: MirroredKind) -> &[Bytes] {
        self.objects.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub fn pods(&self) -> &[Bytes] {
        self.of(MirroredKind::Pod)
    }
}

/// The contents of some clusters.
pub struct Corpus {
    distinct: Vec<Arc<Contents>>,
    clusters: usize,
}

impl Corpus {
    /// Generates `distinct` clusters and repeats them up to `clusters`. The mirror shares nothing between clusters, so
    /// that neither its memory nor its time gains by repetition.
    ///
    /// # Errors
    /// When the simulator does not start.
    pub fn generate(clusters: usize, distinct: usize, nodes: usize, pods: usize) -> Result<Self> {
        let distinct = distinct.min(clusters);
        let runtime = tokio::runtime::Runtime::new()?;
        let distinct = runtime.block_on(async {
            let spec =
                FleetSpec { clusters: distinct, nodes, pods, seed: SEED, churn: Churn::NONE, ..FleetSpec::default() };
            let fleet = Fleet::start(spec).await.context("start the simulator")?;
            let contents: Vec<_> = fleet.clusters().iter().map(|cluster| Arc::new(contents_of(cluster))).collect();
            fleet.shutdown().await;
            anyhow::Ok(contents)
        })?;
        ensure!(distinct.iter().all(|contents| !contents.pods().is_empty()), "the simulator made no pods");
        Ok(Self { distinct, clusters })
    }

    /// What of it is not as in production, for the reader of a figure.
    pub fn simulated(&self) -> &'static str {
        if self.distinct.len() < self.clusters {
            "clusters and changes are generated from a seed; a few distinct clusters are repeated up to the number"
        } else {
            "clusters and changes are generated from a seed"
        }
    }

    /// The contents of every cluster in turn.
    pub fn clusters(&self) -> impl Iterator<Item = &Arc<Contents>> {
        self.distinct.iter().cycle().take(self.clusters)
    }

    /// How many pods all clusters have together.
    pub fn pod_count(&self) -> usize {
        self.clusters().map(|contents| contents.pods().len()).sum()
    }

    /// The mean size of a pod, bytes of JSON.
    pub fn pod_bytes(&self) -> usize {
        let sum = |contents: &Arc<Contents>| contents.pods().iter().map(Bytes::len).sum::<usize>();
        self.clusters().map(sum).sum::<usize>() / self.pod_count()
    }
}

fn contents_of(cluster: &SimCluster) -> Contents {
    let objects = MirroredKind::ALL.into_iter().map(|kind| {
        let objects = simulated(kind).map(|kind| cluster.store().list_stored(kind, None).objects).unwrap_or_default();
        (kind, objects.iter().map(|object| object.json.clone()).collect())
    });
    Contents { objects: objects.collect(), version: cluster.store().resource_version() }
}

fn simulated(kind: MirroredKind) -> Option<&'static Kind> {
    let spec = kind.spec();
    kinds::by_resource(spec.group, spec.version, spec.plural)
}

/// Draws changes of the pods of one cluster: each time one pod has restarted once more.
pub struct Changes {
    pods: Vec<Value>,
    rng: Seeded,
    version: u64,
}

impl Changes {
    /// Changes of at most so many pods, the first ones; they are held parsed.
    ///
    /// # Errors
    /// When no pod has a container status.
    pub fn new(contents: &Contents, stream: usize, at_most: usize) -> Result<Self> {
        let mut pods: Vec<Value> = Vec::new();
        for pod in contents.pods() {
            let pod: Value = serde_json::from_slice(pod)?;
            if pods.len() < at_most && pod.pointer(RESTARTS).is_some() {
                pods.push(pod);
            }
        }
        ensure!(!pods.is_empty(), "no pod has a container status");
        Ok(Self { pods, rng: Seeded::new(SEED).fork(&format!("changes {stream}")), version: CHANGES_FROM })
    }

    /// The next line of the watch, with its newline.
    pub fn next_line(&mut self) -> Result<Vec<u8>> {
        self.version += 1;
        let version = self.version.to_string();
        let at = self.rng.below(self.pods.len() as u64) as usize;
        let pod = &mut self.pods[at];
        if let Some(restarts) = pod.pointer_mut(RESTARTS) {
            *restarts = Value::from(restarts.as_u64().unwrap_or(0) + 1);
        }
        pod["metadata"]["resourceVersion"] = version.into();
        line("MODIFIED", pod)
    }

    /// A pod named `name` that was not there before.
    pub fn added(&mut self, name: &str) -> Result<Vec<u8>> {
        self.version += 1;
        let mut pod = self.pods[0].clone();
        let metadata = &mut pod["metadata"];
        metadata["name"] = name.into();
        metadata["uid"] = name.into();
        metadata["resourceVersion"] = self.version.to_string().into();
        line("ADDED", &pod)
    }
}

const RESTARTS: &str = "/status/containerStatuses/0/restartCount";

fn line(of: &str, object: &Value) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&json!({"type": of, "object": object}))?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_what_a_watch_would_say_and_follow_the_seed() {
        let corpus = Corpus::generate(3, 1, 4, 40).unwrap();
        assert_eq!(corpus.clusters().count(), 3);
        assert_eq!(corpus.pod_count(), 3 * corpus.distinct[0].pods().len());
        let contents = &corpus.distinct[0];
        let lines = |stream| {
            let mut changes = Changes::new(contents, stream, 10).unwrap();
            (0..20).map(|_| changes.next_line().unwrap()).collect::<Vec<_>>()
        };
        let first = lines(0);
        assert_eq!(first, lines(0));
        assert_ne!(first, lines(1));
        let event: Value = serde_json::from_slice(&first[0]).unwrap();
        assert!(first[0].starts_with(br#"{"type":"MODIFIED","object":{"#));
        let changed = &event["object"];
        let before = contents.pods().iter().map(|pod| serde_json::from_slice::<Value>(pod).unwrap());
        let before = before.into_iter().find(|pod| pod["metadata"]["uid"] == changed["metadata"]["uid"]).unwrap();
        let restarts = |pod: &Value| pod.pointer(RESTARTS).unwrap().as_u64().unwrap();
        assert_eq!(restarts(changed), restarts(&before) + 1);
    }
}
