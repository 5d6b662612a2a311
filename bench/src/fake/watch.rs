//! Watches.

use super::answer::{Body, Query, status};
use super::member::{Member, News};
use bytes::Bytes;
use futures::stream;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// As often as API servers send them, about.
const BOOKMARKS: Duration = Duration::from_secs(60);
/// What API servers take where no timeout is asked for, at least.
const TIMEOUT: Duration = Duration::from_secs(1800);

/// Opens a watch. Of pods it brings what changes; of other kinds, in which nothing changes, bookmarks alone.
pub fn answer(member: &Arc<Member>, path: &str, query: &Query<'_>) -> Response<Body> {
    if query.initial_events {
        return status(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Invalid",
            "sendInitialEvents is forbidden: no streaming lists",
        );
    }
    let objects = member.objects(path);
    let news = match path {
        "/api/v1/pods" => match query
            .version
            .parse()
            .map_or_else(|_| member.follow(member.version()), |version| member.follow(version))
        {
            Some(news) => Some(news),
            None => return status(StatusCode::GONE, "Expired", "too old resource version"),
        },
        _ => None,
    };
    let timeout = query.timeout_seconds.map_or(TIMEOUT, Duration::from_secs);
    let watch = Watch {
        member: Arc::clone(member),
        kind: objects.map_or("", |objects| objects.kind),
        api_version: objects.map_or_else(String::new, |objects| objects.api_version.clone()),
        bookmark: query.bookmarks.then(|| Instant::now() + BOOKMARKS),
        end: Instant::now() + timeout,
        missed: Vec::new().into_iter(),
        coming: None,
    }
    .with(news);
    let frames = stream::unfold(watch, |mut watch| async {
        let line = watch.next().await?;
        Some((Ok::<_, Infallible>(Frame::data(line)), watch))
    });
    let mut response = Response::new(BodyExt::boxed_unsync(StreamBody::new(frames)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

struct Watch {
    member: Arc<Member>,
    kind: &'static str,
    api_version: String,
    bookmark: Option<Instant>,
    end: Instant,
    missed: std::vec::IntoIter<Bytes>,
    coming: Option<mpsc::Receiver<Bytes>>,
}

impl Watch {
    fn with(self, news: Option<News>) -> Self {
        match news {
            Some(News { missed, coming }) => Self { missed: missed.into_iter(), coming: Some(coming), ..self },
            None => self,
        }
    }

    async fn next(&mut self) -> Option<Bytes> {
        if let Some(line) = self.missed.next() {
            return Some(line);
        }
        let bookmark = self.bookmark.unwrap_or(self.end);
        tokio::select! {
            biased;
            () = sleep_until(self.end) => None,
            line = recv(self.coming.as_mut()) => line,
            () = sleep_until(bookmark) => {
                self.bookmark = Some(Instant::now() + BOOKMARKS);
                Some(self.bookmark_line())
            }
        }
    }

    fn bookmark_line(&self) -> Bytes {
        let version = self.member.version().to_string();
        let object =
            json!({"kind": self.kind, "apiVersion": self.api_version, "metadata": {"resourceVersion": version}});
        format!("{}\n", json!({"type": "BOOKMARK", "object": object})).into()
    }
}

async fn recv(coming: Option<&mut mpsc::Receiver<Bytes>>) -> Option<Bytes> {
    match coming {
        Some(coming) => coming.recv().await,
        None => std::future::pending().await,
    }
}
