//! Heap a pod takes.

use super::kube_store;
use crate::allocator::Count;
use crate::corpus::Corpus;
use crate::figure::{Beside, Better, Figure};
use crate::scale::Scale;
use crate::world::{NO_SOCKET, World};
use anyhow::Result;
use std::time::Duration;

pub const PER_POD: &str = "heap.pod";

/// After so long the buffers of the first lists and of the first checkpoint are given back.
const SETTLED: Duration = Duration::from_secs(5);

/// All that the mirror holds, every kind and index and task included, divided by the pods.
///
/// # Errors
/// When the mirror or the peer does not hold every pod.
pub fn measure(scale: &Scale) -> Result<Vec<Figure>> {
    let corpus = Corpus::generate(scale.clusters, scale.distinct, scale.nodes, scale.pods)?;
    let pods = corpus.pod_count();
    let ours = mirror_bytes(&corpus)? as f64 / pods as f64;
    let (peer, peer_pods) = {
        let count = Count::start();
        let (stores, held) = kube_store::fill(corpus.clusters(), scale.peer_pods)?;
        let bytes = count.held() as f64;
        drop(stores);
        (bytes / held as f64, held)
    };
    Ok(vec![Figure {
        name: PER_POD,
        value: ours,
        unit: "B/pod",
        better: Better::Lower,
        must: Some(250.0),
        aim: Some(160.0),
        peer: Some(Beside { name: kube_store::NAME, value: peer }),
        limit: None,
        samples: pods as u64,
        scale: format!(
            "{}{} clusters, {pods} pods of {} B JSON with managedFields, {} nodes a cluster; peer at {peer_pods} pods",
            scale.note,
            scale.clusters,
            corpus.pod_bytes(),
            scale.nodes
        ),
        simulated: vec![corpus.simulated(), NO_SOCKET],
    }])
}

fn mirror_bytes(corpus: &Corpus) -> Result<i64> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let count = Count::start();
        let world = World::start(corpus).await?;
        tokio::time::sleep(SETTLED).await;
        let bytes = count.held();
        drop(count);
        world.stop().await;
        Ok(bytes)
    })
}
