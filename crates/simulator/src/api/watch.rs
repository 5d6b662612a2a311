//! WATCH: the events of a collection as a stream of JSON lines.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::stream;
use http::{HeaderValue, header};
use serde_json::{Value, json};
use tokio::time::{Instant as Deadline, sleep_until};

use super::content::{self, View};
use super::dispatch::Call;
use super::list;
use super::metrics::RequestLabels;
use super::request::ResourcePath;
use super::selector::Selector;
use super::status::{ApiError, Cause};
use super::table::{self, Include};
use crate::object_store::{Event, EventType, Gone, Kind, StoredObject, Subscription, frame};

/// Initial objects are sent in pieces of about this many bytes.
const PIECE: usize = 64 * 1024;

/// Starts a watch.
pub fn serve(call: &Call, path: &ResourcePath, labels: RequestLabels, started: Instant) -> Result<Response, ApiError> {
    let view = content::view(&call.headers)?;
    let selector = list::selector(call, path.kind)?;
    let asked = list::version(call.params.get("resourceVersion"))?;
    let streaming = streaming_list(call, path.kind)?;
    let settings = call.cluster.settings();
    let timeout = match call.params.number("timeoutSeconds")? {
        Some(seconds) if seconds > 0 => Duration::from_secs(seconds.unsigned_abs()),
        _ => settings.watch_timeout,
    };
    let bookmarks = call.params.flag("allowWatchBookmarks");
    let now = Deadline::now();
    let mut watch = Watch {
        kind: path.kind,
        selector,
        view,
        include: list::include_object(call),
        columns_sent: false,
        bookmarks,
        bookmark_every: settings.bookmark_interval,
        next_bookmark: now + settings.bookmark_interval,
        ends: now + timeout,
        initial: None,
        queue: VecDeque::new(),
        subscription: None,
        finished: Finished { cluster: Arc::clone(&call.cluster), labels, started },
    };
    match start(call, path, asked, streaming) {
        Ok((initial, subscription)) => {
            watch.initial = initial.map(|initial| Initial { mark_end: streaming && bookmarks, ..initial });
            watch.subscription = Some(subscription);
        }
        Err(gone) => watch.fail(gone),
    }
    let body = Body::from_stream(stream::unfold(watch, |mut watch| async move {
        let piece = watch.next().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), watch))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    Ok(response)
}

/// What a watch starts with.
struct Initial {
    objects: std::vec::IntoIter<Arc<StoredObject>>,
    version: u64,
    /// Whether a bookmark tells their end.
    mark_end: bool,
}

fn start(
    call: &Call,
    path: &ResourcePath,
    asked: Option<u64>,
    streaming: bool,
) -> Result<(Option<Initial>, Subscription), Gone> {
    let store = call.cluster.store();
    match asked {
        Some(version) if version > 0 && !streaming => {
            Ok((None, store.subscribe(path.kind, path.namespace(), version)?))
        }
        _ => {
            let (listing, subscription) = store.list_and_subscribe(path.kind, path.namespace())?;
            let initial =
                Initial { objects: listing.objects.into_iter(), version: listing.resource_version, mark_end: false };
            Ok((Some(initial), subscription))
        }
    }
}

/// Upstream: `apimachinery/pkg/apis/meta/internalversion/validation/validation.go`.
fn streaming_list(call: &Call, kind: &Kind) -> Result<bool, ApiError> {
    let sends = call.params.get("sendInitialEvents");
    let matching = call.params.get("resourceVersionMatch");
    let invalid = |cause| {
        let _ = kind;
        Err(ApiError::invalid("ListOptions", "meta.k8s.io", "", &[cause]))
    };
    match (sends, matching) {
        (None, Some(_)) => invalid(Cause::forbidden(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        )),
        (Some(_), None) => invalid(Cause::forbidden(
            "resourceVersionMatch",
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        )),
        (Some(_), Some(other)) if other != "NotOlderThan" => {
            invalid(Cause::unsupported("resourceVersionMatch", &other.into(), &["NotOlderThan"]))
        }
        (Some(value), _) => Ok(matches!(value, "true" | "1")),
        (None, None) => Ok(false),
    }
}

/// Counts the watch when it is dropped, however it ends.
struct Finished {
    cluster: Arc<super::cluster::ClusterApi>,
    labels: RequestLabels,
    started: Instant,
}

impl Drop for Finished {
    fn drop(&mut self) {
        self.cluster.metrics().observe(&self.labels, 200, self.started.elapsed());
    }
}

struct Watch {
    kind: &'static Kind,
    selector: Selector,
    view: View,
    include: Include,
    columns_sent: bool,
    bookmarks: bool,
    bookmark_every: Duration,
    next_bookmark: Deadline,
    ends: Deadline,
    initial: Option<Initial>,
    queue: VecDeque<Bytes>,
    /// Gone once the watch has failed: what is queued is all that comes.
    subscription: Option<Subscription>,
    #[expect(dead_code, reason = "counts on drop")]
    finished: Finished,
}

impl Watch {
    /// Serialises the next piece of the initial objects; the last one ends with the bookmark, if any.
    fn next_initial(&mut self) -> Option<Bytes> {
        let mut initial = self.initial.take()?;
        let mut piece = BytesMut::new();
        for object in initial.objects.by_ref() {
            if !self.selector.matches(&object) {
                continue;
            }
            let line = match self.view {
                View::Object => frame(EventType::Added, &object.json),
                _ => self.viewed(EventType::Added, &object),
            };
            piece.extend_from_slice(&line);
            if piece.len() >= PIECE {
                self.initial = Some(initial);
                return Some(piece.freeze());
            }
        }
        if initial.mark_end {
            piece.extend_from_slice(&self.bookmark(initial.version, true));
        }
        (!piece.is_empty()).then(|| piece.freeze())
    }

    fn fail(&mut self, gone: Gone) {
        let status = ApiError::expired(gone).to_json();
        let line = json!({"type": "ERROR", "object": status});
        self.queue.push_back(Bytes::from(format!("{line}\n")));
        self.subscription = None;
    }

    /// The next piece of the stream; `None` ends it.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.next_initial().or_else(|| self.queue.pop_front()) {
                return Some(piece);
            }
            let subscription = self.subscription.as_mut()?;
            let timer = if self.bookmarks { self.next_bookmark.min(self.ends) } else { self.ends };
            tokio::select! {
                batch = subscription.next() => match batch {
                    Ok(batch) => self.queue_events(&batch.events),
                    Err(gone) => self.fail(gone),
                },
                () = sleep_until(timer) => {
                    if timer == self.ends {
                        // What happened up to now is still delivered, then the stream ends cleanly.
                        self.mark();
                        self.subscription = None;
                    } else {
                        self.mark();
                    }
                }
            }
        }
    }

    /// Sends what is pending and then, if wanted, a bookmark.
    fn mark(&mut self) {
        self.next_bookmark = Deadline::now() + self.bookmark_every;
        let Some(subscription) = self.subscription.as_mut() else {
            return;
        };
        match subscription.pending() {
            Ok(batch) => {
                self.queue_events(&batch.events);
                if self.bookmarks {
                    let line = self.bookmark(batch.resource_version, false);
                    self.queue.push_back(line);
                }
            }
            Err(gone) => self.fail(gone),
        }
    }

    fn queue_events(&mut self, events: &[Arc<Event>]) {
        let mut lines: Vec<Bytes> = Vec::with_capacity(events.len());
        for event in events {
            lines.extend(self.line(event));
        }
        match lines.len() {
            0 => {}
            1 => self.queue.extend(lines),
            _ => self.queue.push_back(Bytes::from(lines.concat())),
        }
    }

    fn line(&mut self, event: &Event) -> Option<Bytes> {
        if self.selector.is_empty() {
            return Some(match self.view {
                View::Object => event.frame(),
                _ => self.viewed(event.event_type, &event.object),
            });
        }
        let was = event.previous.as_ref().is_some_and(|p| self.selector.matches(p));
        let is = event.event_type != EventType::Deleted && self.selector.matches(&event.object);
        let event_type = match (was, is) {
            (true, true) => EventType::Modified,
            (false, true) => EventType::Added,
            (true, false) => EventType::Deleted,
            (false, false) => return None,
        };
        if event_type == event.event_type && self.view == View::Object {
            return Some(event.frame());
        }
        if event_type == EventType::Deleted && event.event_type != EventType::Deleted {
            return Some(self.left_selector(event));
        }
        Some(self.viewed(event_type, &event.object))
    }

    /// An object that no longer matches is shown as it last matched, at the version of the change.
    fn left_selector(&mut self, event: &Event) -> Bytes {
        let last = event.previous.as_ref().unwrap_or(&event.object);
        if self.view != View::Object {
            return self.viewed(EventType::Deleted, last);
        }
        let mut value = (*last.value()).clone();
        value["metadata"]["resourceVersion"] = event.resource_version.to_string().into();
        frame(EventType::Deleted, value.to_string().as_bytes())
    }

    fn viewed(&mut self, event_type: EventType, object: &Arc<StoredObject>) -> Bytes {
        let text = match self.view {
            View::Object => return frame(event_type, &object.json),
            View::Partial => list::partial(object),
            View::Table => {
                let meta = json!({"resourceVersion": object.resource_version.to_string()});
                let columns = !std::mem::replace(&mut self.columns_sent, true);
                table::render(self.kind, std::slice::from_ref(object), meta, columns, self.include)
            }
        };
        frame(event_type, text.to_string().as_bytes())
    }

    fn bookmark(&mut self, version: u64, initial_end: bool) -> Bytes {
        let mut metadata = json!({"resourceVersion": version.to_string(), "creationTimestamp": null});
        if initial_end {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let object = match self.view {
            View::Object => typed_bookmark(self.kind, metadata),
            View::Partial => {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
            }
            View::Table => {
                let row = typed_bookmark(self.kind, metadata);
                let columns = !std::mem::replace(&mut self.columns_sent, true);
                table::bookmark(self.kind, row, version, columns)
            }
        };
        Bytes::from(format!("{}\n", json!({"type": "BOOKMARK", "object": object})))
    }
}

fn typed_bookmark(kind: &Kind, metadata: Value) -> Value {
    json!({"kind": kind.kind, "apiVersion": kind.api_version(), "metadata": metadata})
}
