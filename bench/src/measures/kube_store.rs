//! The peer for memory and intake: kube-rs's own store of whole pods.

use crate::corpus::Contents;
use anyhow::{Result, ensure};
use bytes::Bytes;
use k8s_openapi::api::core::v1::Pod;
use kube::core::WatchEvent;
use kube::runtime::reflector::store::{Store, Writer};
use kube::runtime::watcher::Event;
use std::sync::Arc;

/// The name of this peer in figures.
pub const NAME: &str = "kube-rs Store<Pod>";

/// The store of one cluster.
#[derive(Default)]
pub struct PodStore {
    writer: Writer<Pod>,
}

impl PodStore {
    /// Takes a list's objects in.
    ///
    /// # Errors
    /// When one is no pod.
    pub fn list(&mut self, pods: &[Bytes]) -> Result<()> {
        self.writer.apply_watcher_event(&Event::Init);
        for pod in pods {
            self.writer.apply_watcher_event(&Event::InitApply(serde_json::from_slice(pod)?));
        }
        self.writer.apply_watcher_event(&Event::InitDone);
        Ok(())
    }

    /// Takes one line of a watch in.
    ///
    /// # Errors
    /// When it is no event that brings a pod.
    pub fn line(&mut self, line: &[u8]) -> Result<()> {
        match serde_json::from_slice::<WatchEvent<Pod>>(line)? {
            WatchEvent::Added(pod) | WatchEvent::Modified(pod) => self.writer.apply_watcher_event(&Event::Apply(pod)),
            other => anyhow::bail!("no pod: {other:?}"),
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        let store: Store<Pod> = self.writer.as_reader();
        store.len()
    }
}

/// Stores of the clusters until `pods` are in; returns them and how many there are.
///
/// # Errors
/// When a pod cannot be read.
pub fn fill<'a>(clusters: impl Iterator<Item = &'a Arc<Contents>>, pods: usize) -> Result<(Vec<PodStore>, usize)> {
    let (mut stores, mut held) = (Vec::new(), 0);
    for contents in clusters {
        if held >= pods {
            break;
        }
        let mut store = PodStore::default();
        store.list(contents.pods())?;
        ensure!(store.len() == contents.pods().len(), "the peer's store lost pods");
        held += store.len();
        stores.push(store);
    }
    Ok((stores, held))
}
