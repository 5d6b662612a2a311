//! Watch events that one core takes in.

use super::kube_store::{self, PodStore};
use crate::clock::on_cpu;
use crate::corpus::{Changes, Corpus};
use crate::figure::{Beside, Better, Figure};
use crate::scale::Scale;
use crate::world::{NO_SOCKET, World};
use anyhow::{Result, ensure};
use bytes::Bytes;
use model::kinds::MirroredKind;
use serde::de::IgnoredAny;
use std::time::Duration;

pub const EVENTS: &str = "ingest.events";

const PODS: usize = 1_000;
const NODES: usize = 20;
/// What a TLS record brings at once.
const PIECE: usize = 16 * 1024;
/// Comes last in every cluster, so that its arrival says that all else has arrived.
const LAST: &str = "zz-last";

/// Events of every cluster, in from bytes up to published snapshots, divided by the time on the processor.
///
/// # Errors
/// When an event is lost.
pub fn measure(scale: &Scale) -> Result<Vec<Figure>> {
    let corpus = Corpus::generate(scale.busy_clusters, scale.distinct, NODES, PODS)?;
    let mut streams = Vec::new();
    for (at, contents) in corpus.clusters().enumerate() {
        let mut changes = Changes::new(contents, at, PODS)?;
        let mut stream = Vec::new();
        for _ in 0..scale.events / scale.busy_clusters {
            stream.extend(changes.next_line()?);
        }
        stream.extend(changes.added(LAST)?);
        streams.push(Bytes::from(stream));
    }
    let events = scale.busy_clusters * (scale.events / scale.busy_clusters + 1);
    let bytes: usize = streams.iter().map(Bytes::len).sum();
    let rate = |time: Duration| events as f64 / time.as_secs_f64();
    let ours = mirror(&corpus, &streams)?;
    let peer = peer(&corpus, &streams)?;
    let limit = skip_parse(&streams, events)?;
    Ok(vec![Figure {
        name: EVENTS,
        value: rate(ours),
        unit: "events/s per core",
        better: Better::Higher,
        must: Some(50_000.0),
        aim: Some(80_000.0),
        peer: Some(Beside { name: kube_store::NAME, value: rate(peer) }),
        limit: Some(Beside { name: "JSON skipped, nothing kept", value: rate(limit) }),
        samples: events as u64,
        scale: format!(
            "{} clusters of {PODS} pods, events of {} B, time on the processor",
            scale.busy_clusters,
            bytes / events
        ),
        simulated: vec![corpus.simulated(), NO_SOCKET],
    }])
}

/// Machine, decoder, keeper, indices, snapshots and checkpoint blocks of all clusters on one thread.
fn mirror(corpus: &Corpus, streams: &[Bytes]) -> Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let world = World::start(corpus).await?;
        let before = on_cpu()?;
        send(&world, streams).await?;
        world
            .until("the last event of every cluster", |mirror| {
                let snapshot = mirror.snapshot(MirroredKind::Pod);
                snapshot.clusters.iter().zip(corpus.clusters()).all(|(c, before)| c.len() == before.pods().len() + 1)
            })
            .await?;
        let time = on_cpu()? - before;
        let skipped: u64 = world.mirror.metrics().iter().map(|stream| stream.skipped).sum();
        ensure!(skipped == 0, "the mirror skipped {skipped} events");
        world.stop().await;
        Ok(time)
    })
}

/// Piece by piece in turn, as busy clusters send at the same time.
async fn send(world: &World, streams: &[Bytes]) -> Result<()> {
    let longest = streams.iter().map(Bytes::len).max().unwrap_or(0);
    for from in (0..longest).step_by(PIECE) {
        for (watch, stream) in world.watches.iter().zip(streams) {
            if from < stream.len() {
                watch.send(stream.slice(from..stream.len().min(from + PIECE))).await?;
            }
        }
    }
    Ok(())
}

fn peer(corpus: &Corpus, streams: &[Bytes]) -> Result<Duration> {
    let (mut stores, _) = kube_store::fill(corpus.clusters(), usize::MAX)?;
    let before = on_cpu()?;
    for (store, stream) in stores.iter_mut().zip(streams) {
        lines(stream).try_for_each(|line| store.line(line))?;
    }
    let time = on_cpu()? - before;
    let held: usize = stores.iter().map(PodStore::len).sum();
    ensure!(held == corpus.pod_count() + streams.len(), "the peer's store lost events");
    Ok(time)
}

/// What it takes to find the end of every line and of every value in it.
fn skip_parse(streams: &[Bytes], events: usize) -> Result<Duration> {
    let before = on_cpu()?;
    let mut seen = 0;
    for line in streams.iter().flat_map(|stream| lines(stream)) {
        serde_json::from_slice::<IgnoredAny>(line)?;
        seen += 1;
    }
    let time = on_cpu()? - before;
    ensure!(seen == events, "{seen} lines instead of {events}");
    Ok(time)
}

fn lines(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    memchr::memchr_iter(b'\n', stream).map(move |end| {
        let line = &stream[from..end];
        from = end + 1;
        line
    })
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_end_at_newlines() {
        assert_eq!(lines(b"a\nbc\n").collect::<Vec<_>>(), [&b"a"[..], b"bc"]);
        assert_eq!(lines(b"").count(), 0);
    }
}
