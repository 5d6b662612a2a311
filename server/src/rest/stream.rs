//! `/api/v1/stream`: server-sent events, one connection a page.

use super::delta_pace::DeltaPace;
use super::extract::{Params, Who, list};
use super::resources::ListParams;
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use crate::http::session_cookie;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use engine::resources::{ListRequest, Window, WindowUpdate};
use engine::{Change, Topic};
use jiff::Timestamp;
use model::access::{Caller, Via};
use model::wire::problem::Problem;
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use utoipa_axum::{router::OpenApiRouter, routes};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Streams since the start: ids of events are unlike those of every other stream.
static STREAMS: AtomicU64 = AtomicU64::new(0);
/// How often it is asked whether something changed.
const TICK: Duration = Duration::from_millis(20);
/// Topics are told this often, what happened meanwhile together.
const PACE: Duration = Duration::from_millis(200);
/// A revoked session or token loses its stream within this time.
const REAUTHORIZE: Duration = Duration::from_secs(5);

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StreamParams {
    /// Of `clusters`, `alerts`, `decisions`, comma-separated.
    topics: Option<String>,
    /// The plural of a kind: its list is followed too, with the list's own parameters.
    kind: Option<String>,
    #[serde(flatten)]
    #[param(inline)]
    list: StreamListParams,
}

/// The list's parameters, once more as text: a flattened query string knows no numbers.
#[derive(Deserialize, utoipa::ToSchema)]
struct StreamListParams {
    clusters: Option<String>,
    namespaces: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
    offset: Option<String>,
    facets: Option<String>,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(stream))
}

/// Changes as they happen: `topic`, `page` and `delta` events.
#[utoipa::path(get, path = "/api/v1/stream", tag = "stream", params(StreamParams),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 400, body = Problem)))]
async fn stream(
    State(shared): State<Shared>,
    Who(caller): Who,
    headers: HeaderMap,
    Params(params): Params<StreamParams>,
) -> Result<Response, ApiError> {
    let topics = topics(params.topics.as_deref())?;
    let last_event = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let mut window = window(params.kind, params.list)?.map(|request| {
        let paused = last_event.and_then(|id| shared.paused.take(&caller.user, id, &request));
        paused.map_or_else(|| Window::new(request), Window::resumed)
    });
    // What is wrong with the request is an ordinary answer, before any event.
    let first = match window.as_mut() {
        Some(window) => window.look(&shared.engine, &caller)?,
        None => None,
    };
    let follower = Follower::new(topics, window, caller, headers, shared, first);
    let events = futures::stream::unfold(follower, |mut follower| async move {
        follower.next().await.map(|event| (Ok::<_, Infallible>(event), follower))
    });
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    let mut response = sse.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// The change that stands for any change of a topic.
fn everything(topic: &str) -> Option<Change> {
    Topic::parse(topic).map(|topic| Change { topic, cluster: None, id: None })
}

fn topics(text: Option<&str>) -> Result<BTreeSet<&'static str>, Problem> {
    list(text)
        .iter()
        .map(|word| {
            Topic::parse(word).map(Topic::as_str).ok_or_else(|| {
                Problem::malformed(
                    "bad_topic",
                    format!("there is no topic `{word}`; there are clusters, alerts, decisions"),
                )
            })
        })
        .collect()
}

fn window(kind: Option<String>, params: StreamListParams) -> Result<Option<ListRequest>, Problem> {
    let Some(kind) = kind else { return Ok(None) };
    let whole = |text: Option<String>, code, message: &str| {
        text.map(|text| text.parse::<usize>().map_err(|_| Problem::malformed(code, message))).transpose()
    };
    let limit = whole(params.limit, "bad_limit", "limit is a whole number")?;
    let offset = whole(params.offset, "bad_offset", "offset is a whole number")?;
    let params = ListParams {
        clusters: params.clusters,
        namespaces: params.namespaces,
        q: params.q,
        sort: params.sort,
        limit,
        cursor: params.cursor,
        offset,
        facets: params.facets,
        format: None,
    };
    Ok(Some(params.request(kind)))
}

/// One reader's stream. It works only while the reader reads: who is slow gets fewer, larger steps, and
/// nothing piles up.
struct Follower {
    topics: BTreeSet<&'static str>,
    window: Option<Window>,
    changes: broadcast::Receiver<Change>,
    caller: Caller,
    headers: HeaderMap,
    shared: Shared,
    ready: VecDeque<Event>,
    /// What ids of events begin with.
    stream: String,
    /// Events sent.
    sent: u64,
    tick: Interval,
    /// When topics were told last.
    topics_at: Instant,
    deltas: DeltaPace,
    authorized: Instant,
}

impl Follower {
    fn new(
        topics: BTreeSet<&'static str>,
        window: Option<Window>,
        caller: Caller,
        headers: HeaderMap,
        shared: Shared,
        first: Option<WindowUpdate>,
    ) -> Follower {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let changes = shared.engine.changes();
        let (ready, now) = (VecDeque::new(), Instant::now());
        let (topics_at, authorized) = (now, now);
        let number = STREAMS.fetch_add(1, Ordering::Relaxed);
        // A restarted server must not take another's ids for its own.
        let stream = format!("{:x}-{number}", Timestamp::now().as_millisecond());
        let mut follower = Follower {
            topics,
            window,
            changes,
            caller,
            headers,
            shared,
            ready,
            stream,
            sent: 0,
            tick,
            topics_at,
            deltas: DeltaPace::default(),
            authorized,
        };
        if let Some(update) = first {
            follower.push_update(update);
        }
        // Whatever happened before this connection is told as one change of each topic.
        for topic in follower.topics.clone() {
            if let Some(change) = everything(topic) {
                follower.push_topic(&change);
            }
        }
        follower
    }

    /// The next event; None ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            self.tick.tick().await;
            if self.authorized.elapsed() >= REAUTHORIZE {
                if !self.still_welcome().await {
                    return None;
                }
                self.authorized = Instant::now();
            }
            if self.topics_at.elapsed() >= PACE {
                self.topics_at = Instant::now();
                self.look_at_topics();
            }
            if self.deltas.allows() {
                self.look_at_window()?;
            }
        }
    }

    async fn still_welcome(&mut self) -> bool {
        let found = match &self.caller.via {
            Via::Session => match session_cookie::read(&self.headers, self.shared.public.secure) {
                Some(cookie) => self.shared.engine.caller_by_session(&cookie).await,
                None => Ok(None),
            },
            _ => crate::http::guard::bearer(&self.headers, &self.shared.engine).await,
        };
        match found {
            Ok(Some(caller)) => {
                self.caller = caller;
                true
            }
            // A database that is busy for a moment revokes nobody.
            Err(problem) if problem.status == 503 => true,
            _ => false,
        }
    }

    fn look_at_topics(&mut self) {
        let mut pending: Vec<Change> = Vec::new();
        loop {
            match self.changes.try_recv() {
                Ok(change) if self.topics.contains(change.topic.as_str()) && !pending.contains(&change) => {
                    pending.push(change);
                }
                Ok(_) => {}
                Err(broadcast::error::TryRecvError::Lagged(_)) => {
                    pending = self.topics.iter().filter_map(|topic| everything(topic)).collect();
                }
                Err(_) => break,
            }
        }
        for change in pending {
            self.push_topic(&change);
        }
    }

    fn look_at_window(&mut self) -> Option<()> {
        let Some(window) = self.window.as_mut().filter(|window| window.is_due(&self.shared.engine)) else {
            return Some(());
        };
        if let Some(update) = window.look(&self.shared.engine, &self.caller).ok()? {
            self.deltas.sent();
            self.push_update(update);
        }
        Some(())
    }

    fn push_topic(&mut self, change: &Change) {
        let revision = self.shared.engine.revision();
        let mut data = json!({ "topic": change.topic.as_str(), "revision": revision });
        for (key, value) in [("cluster", &change.cluster), ("id", &change.id)] {
            if let Some(value) = value {
                data[key] = json!(value);
            }
        }
        self.push("topic", &data);
    }

    fn push_update(&mut self, update: WindowUpdate) {
        match update {
            WindowUpdate::Page(page) => self.push("page", &page),
            WindowUpdate::Delta(delta) => self.push("delta", &delta),
        }
    }

    fn push(&mut self, name: &str, data: &impl serde::Serialize) {
        let id = format!("{}-{}", self.stream, self.sent + 1);
        match Event::default().event(name).id(id).json_data(data) {
            Ok(event) => {
                self.sent += 1;
                self.ready.push_back(event);
            }
            Err(error) => tracing::error!(%error, name, "an event could not be written"),
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let paused = self.window.take().and_then(Window::pause);
        if let Some(window) = paused {
            let last_event = format!("{}-{}", self.stream, self.sent);
            self.shared.paused.keep(self.caller.user.clone(), last_event, window);
        }
    }
}
