//! A cluster that answers from memory.

use crate::corpus::Contents;
use bytes::{BufMut, Bytes, BytesMut};
use futures::future::{BoxFuture, ready};
use futures::{FutureExt, StreamExt, stream};
use kubeapi::client::CallError;
use kubeapi::listwatch::{BodyStream, Carrier, Get, Reply, SyncError, Transport};
use kubeapi::probe::{ProbeOutcome, ProbeReport};
use mirror::Member;
use model::fleet::ServedApis;
use model::kinds::MirroredKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

/// Lists are pages of its contents; the first watch of pods is what comes over a channel, every other is silent.
pub struct RecordedCluster {
    contents: Arc<Contents>,
    pieces: Mutex<Option<mpsc::Receiver<Bytes>>>,
}

impl RecordedCluster {
    pub fn new(contents: Arc<Contents>, pieces: mpsc::Receiver<Bytes>) -> Self {
        Self { contents, pieces: Mutex::new(Some(pieces)) }
    }

    fn body(&self, request: &Request) -> BodyStream {
        if !request.is_watch {
            let page = page(self.contents.of(request.kind), self.contents.version, request);
            return stream::once(ready(Ok(page))).boxed();
        }
        let pieces = match request.kind {
            MirroredKind::Pod => self.pieces.lock().unwrap_or_else(PoisonError::into_inner).take(),
            _ => None,
        };
        match pieces {
            Some(pieces) => {
                let pieces = stream::unfold(pieces, |mut pieces| async { Some((Ok(pieces.recv().await?), pieces)) });
                pieces.chain(stream::pending()).boxed()
            }
            None => stream::pending().boxed(),
        }
    }
}

/// What a path asks for.
struct Request {
    kind: MirroredKind,
    is_watch: bool,
    /// Objects a page.
    limit: usize,
    /// The position of the first object of the page.
    from: usize,
}

impl Request {
    fn parse(path_and_query: &str) -> Option<Self> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let kind = MirroredKind::from_plural(path.rsplit('/').next()?)?;
        let parameter = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        Some(Self {
            kind,
            is_watch: parameter("watch") == Some("true"),
            limit: parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX),
            from: parameter("continue").and_then(|from| from.parse().ok()).unwrap_or(0),
        })
    }
}

fn page(objects: &[Bytes], version: u64, request: &Request) -> Bytes {
    let rest = objects.get(request.from..).unwrap_or_default();
    let shown = &rest[..rest.len().min(request.limit)];
    let next = if shown.len() < rest.len() { (request.from + shown.len()).to_string() } else { String::new() };
    let mut body = BytesMut::with_capacity(256 + shown.iter().map(|object| object.len() + 1).sum::<usize>());
    body.put_slice(
        format!(r#"{{"metadata":{{"resourceVersion":"{version}","continue":"{next}"}},"items":["#).as_bytes(),
    );
    for (at, object) in shown.iter().enumerate() {
        if at > 0 {
            body.put_u8(b',');
        }
        body.put_slice(object);
    }
    body.put_slice(b"]}");
    body.freeze()
}

impl Transport for RecordedCluster {
    fn get(&self, get: Get) -> BoxFuture<'_, Result<Reply, SyncError>> {
        let reply = Request::parse(&get.path_and_query).ok_or(SyncError::NotFound).map(|request| Reply {
            status: 200,
            retry_after: None,
            carrier: Carrier::default(),
            body: self.body(&request),
        });
        ready(reply).boxed()
    }
}

impl Member for RecordedCluster {
    fn transport(self: Arc<Self>) -> Arc<dyn Transport> {
        self
    }

    fn probe(&self, _: Duration) -> BoxFuture<'_, ProbeReport> {
        let (outcome, carrier) = (ProbeOutcome::Ready, Some(Carrier::default()));
        ready(ProbeReport { outcome, latency: Duration::from_millis(1), carrier }).boxed()
    }

    fn served(&self) -> BoxFuture<'_, Result<ServedApis, CallError>> {
        let kinds = MirroredKind::ALL.map(|kind| (kind.spec().api_version().into(), kind.spec().kind.into()));
        ready(Ok(ServedApis { kinds: kinds.into_iter().collect() })).boxed()
    }

    fn version(&self) -> BoxFuture<'_, Result<Arc<str>, CallError>> {
        ready(Ok("v1.37.2".into())).boxed()
    }

    fn reconnect(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let objects: Vec<Bytes> = (0..5).map(|n| Bytes::from(format!(r#"{{"n":{n}}}"#))).collect();
        let (mut next, mut seen) = (String::new(), Vec::new());
        loop {
            let path = format!("/api/v1/pods?limit=2&continue={next}");
            let body: Value = serde_json::from_slice(&page(&objects, 7, &Request::parse(&path).unwrap())).unwrap();
            assert_eq!(body["metadata"]["resourceVersion"], "7");
            seen.extend(body["items"].as_array().unwrap().iter().map(|item| item["n"].as_u64().unwrap()));
            next = body["metadata"]["continue"].as_str().unwrap().to_owned();
            if next.is_empty() {
                break;
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn watches_are_told_from_lists() {
        let watch = Request::parse("/apis/apps/v1/deployments?watch=true&resourceVersion=3").unwrap();
        assert!(watch.is_watch && watch.kind == MirroredKind::Deployment);
        assert!(!Request::parse("/api/v1/pods?limit=500").unwrap().is_watch);
        assert!(Request::parse("/api/v1/secrets?limit=500").is_none());
    }
}
