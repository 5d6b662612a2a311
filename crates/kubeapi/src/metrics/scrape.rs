//! The scrapes.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue};
use http::{HeaderMap, Method, Version};
use http_body_util::BodyExt;
use runtime::http::{GuardedClient, HttpError, Outgoing};
use tokio::time::{Instant, timeout_at};

use super::exposition::{Sample, SampleReader};
use super::histogram::Buckets;
use crate::client::{CallError, ClusterClient, get, pieces};

/// The largest exposition that is read, in bytes.
const MAX_BODY: usize = 16 << 20;
const LATENCY: &str = "apiserver_request_duration_seconds_bucket";
const LEADER_CHANGES: &str = "etcd_server_leader_changes_seen_total";
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
        let mut request = get("/metrics")?;
        // Several megabytes of text on a busy server, a tenth of that packed.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/plain"));
        let answer = self.open(request, deadline).await?;
        let mut buckets = Buckets::default();
        // Only there can an answer be given up without its connection.
        let can_stop = answer.version() == Version::HTTP_2;
        let mut add = |sample: Sample<'_>| {
            let long =
                LONG_VERBS.contains(&sample.label("verb")) || LONG_SUBRESOURCES.contains(&sample.label("subresource"));
            if !long && let Ok(bound) = sample.label("le").parse() {
                buckets.add(bound, sample.value);
            }
        };
        let (mut body, mut reader, mut size) = (pieces(answer)?, SampleReader::new(LATENCY), 0);
        while let Some(piece) = timeout_at(until, body.next()).await.map_err(|_| CallError::Timeout)? {
            let piece = piece.map_err(|_| CallError::Broken)?;
            size += piece.len();
            if size > MAX_BODY {
                return Err(CallError::TooLarge { cap: MAX_BODY });
            }
            if reader.feed(&piece, &mut add).is_break() && can_stop {
                return Ok(buckets);
            }
        }
        let _end = reader.finish(&mut add);
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
    let mut highest = |sample: Sample<'_>| {
        if sample.value.is_finite() && sample.value >= 0.0 {
            changes = Some(changes.map_or(sample.value, |highest| highest.max(sample.value)));
        }
    };
    let (mut body, mut reader) = (answer.into_body(), SampleReader::new(LEADER_CHANGES));
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(HttpError::from)?.into_data() {
            let _more = reader.feed(&piece, &mut highest);
        }
    }
    let _end = reader.finish(&mut highest);
    changes.map(|changes| changes as u64).ok_or(ScrapeError::NoSuchMetric(LEADER_CHANGES))
}
