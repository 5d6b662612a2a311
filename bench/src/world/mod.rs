//! A mirror that follows clusters without a socket: list/watch machine, decoder, keeper, indices and snapshots are
//! those of the server; pages and watches come from memory.

mod member;

use crate::corpus::Corpus;
use anyhow::{Result, bail};
use bytes::Bytes;
use kubeapi::listwatch::Limits;
use member::RecordedCluster;
use mirror::{ClusterConfig, ClusterMeta, Deps, Mirror, NoCheckpoints, Settings};
use model::fleet::{ClusterState, Observed};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use runtime::supervise::Supervisor;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Nothing here takes this long unless it never comes.
const PATIENCE: Duration = Duration::from_secs(300);
/// Pieces of a watch on their way, as a socket's buffer holds some.
const PIECES: usize = 16;

/// What every figure that was measured over a [`World`] owes its reader.
pub const NO_SOCKET: &str = "bytes come from memory: no socket, TLS, HTTP/2 or gzip";

/// A mirror, and the watch of pods of every cluster it follows.
pub struct World {
    pub mirror: Mirror,
    /// In the order of the corpus; bytes sent here arrive in the watch.
    pub watches: Vec<mpsc::Sender<Bytes>>,
}

impl World {
    /// Follows every cluster of the corpus and waits until all is there.
    ///
    /// # Errors
    /// When it never comes.
    pub async fn start(corpus: &Corpus) -> Result<Self> {
        let day = Duration::from_secs(86_400);
        let settings = Settings {
            relist_interval: day,
            start_spread: Duration::ZERO,
            // Nothing is held back: it is measured what comes in.
            watch_bytes_a_second: u64::MAX,
            limits: Limits { idle: day, watch_timeout: day, ..Limits::default() },
            ..Settings::default()
        };
        let deps = Deps { settings, supervisor: Supervisor::new(), checkpoints: Arc::new(NoCheckpoints) };
        let mirror = Mirror::new(deps);
        let mut watches = Vec::new();
        for (at, contents) in corpus.clusters().enumerate() {
            let (watch, pieces) = mpsc::channel(PIECES);
            watches.push(watch);
            let name = format!("cluster-{at:03}");
            let meta = ClusterMeta {
                name: name.as_str().into(),
                labels: Default::default(),
                taints: Vec::new(),
                weight: 1,
                cordoned: false,
                duplicate_of: None,
            };
            let client = Arc::new(RecordedCluster::new(Arc::clone(contents), pieces));
            mirror.add_cluster(ClusterConfig { id: ClusterId::new(name), meta, limited_to: None, client }).await?;
        }
        let world = Self { mirror, watches };
        world.until("every cluster online and complete", |mirror| Self::is_complete(mirror, corpus)).await?;
        Ok(world)
    }

    fn is_complete(mirror: &Mirror, corpus: &Corpus) -> bool {
        MirroredKind::ALL.into_iter().all(|kind| {
            let snapshot = mirror.snapshot(kind);
            snapshot.clusters.iter().zip(corpus.clusters()).all(|(cluster, contents)| {
                cluster.state == ClusterState::Online
                    && cluster.observed == Observed::Known(())
                    && cluster.len() == contents.of(kind).len()
            })
        })
    }

    /// Waits until something holds.
    ///
    /// # Errors
    /// When it never does.
    pub async fn until(&self, what: &str, holds: impl Fn(&Mirror) -> bool) -> Result<()> {
        let begun = Instant::now();
        while !holds(&self.mirror) {
            if begun.elapsed() > PATIENCE {
                bail!("{what}: did not come within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Stops all tasks.
    pub async fn stop(self) {
        self.mirror.shutdown(Duration::from_secs(10)).await;
    }
}
