//! The scrapes.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::BodyExt;
use hyper::body::Body as HttpBody;
use runtime::body::{BodyError, BoundedBody};
use runtime::http::{GuardedClient, HttpError, Outgoing};
use tokio::time::Instant;

use super::exposition::{Sample, SampleReader};
use super::histogram::Buckets;
use crate::client::{CallError, ClusterClient, get};

/// The largest exposition that is read, in bytes.
const MAX_BODY: usize = 16 << 20;
const LATENCY: &[&str] = &["apiserver_request_duration_seconds_bucket"];
const LEADER_CHANGES: &[&str] = &["etcd_server_leader_changes_seen_total"];
/// Requests that last as long as their caller likes say nothing of the server's speed.
const LONG_VERBS: &[&str] = &["WATCH", "WATCHLIST", "CONNECT"];
const LONG_SUBRESOURCES: &[&str] = &["log", "exec", "attach", "portforward", "proxy"];

/// A metrics source gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScrapeError {
    /// The source could not be read.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The source answered with another status than 200.
    #[error("the metrics source answered {0}")]
    Status(u16),
    /// The metric is not in the answer.
    #[error("the metrics source does not export {0}")]
    NoSuchMetric(&'static str),
}

impl ClusterClient {
    /// The API server's request latency, cumulative since it started, watches and other long requests left out.
    /// Two of them give a quantile: `now.since(&before).quantile(0.95)`, in seconds.
    ///
    /// # Errors
    /// [`CallError`]; 403 where the credential may not read `/metrics`.
    pub async fn api_latency(&self, deadline: Duration) -> Result<Buckets, CallError> {
        let until = Instant::now() + deadline;
        let answer = self.open(get("/metrics")?, deadline).await?;
        let mut buckets = Buckets::default();
        let body = BoundedBody::new(answer.into_body(), MAX_BODY, Some(until));
        read(body, LATENCY, |sample| {
            let long =
                LONG_VERBS.contains(&sample.label("verb")) || LONG_SUBRESOURCES.contains(&sample.label("subresource"));
            if !long && let Ok(bound) = sample.label("le").parse() {
                buckets.add(bound, sample.value);
            }
        })
        .await?;
        Ok(buckets)
    }
}

/// How often the etcd behind `url` has seen its leader change since it started. Where several members answer at one
/// URL, the highest count: each member counts the same changes.
///
/// # Errors
/// [`ScrapeError`].
pub async fn scrape_etcd_leader_changes(
    client: &GuardedClient,
    url: &str,
    deadline: Duration,
) -> Result<u64, ScrapeError> {
    let request = Outgoing {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        deadline,
        max_body: MAX_BODY,
    };
    let answer = client.stream(request).await?;
    if answer.status() != http::StatusCode::OK {
        return Err(ScrapeError::Status(answer.status().as_u16()));
    }
    let mut changes: Option<f64> = None;
    read(answer.into_body(), LEADER_CHANGES, |sample| {
        if sample.value.is_finite() && sample.value >= 0.0 {
            changes = Some(changes.map_or(sample.value, |highest| highest.max(sample.value)));
        }
    })
    .await
    .map_err(HttpError::from)?;
    changes.map(|changes| changes as u64).ok_or(ScrapeError::NoSuchMetric(LEADER_CHANGES[0]))
}

async fn read<B>(mut body: B, wanted: &'static [&'static str], mut each: impl FnMut(Sample)) -> Result<(), BodyError>
where
    B: HttpBody<Data = Bytes, Error = BodyError> + Unpin,
{
    let mut reader = SampleReader::new(wanted);
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame?.into_data() {
            reader.feed(&piece, &mut each);
        }
    }
    reader.finish(&mut each);
    Ok(())
}
