//! The state machine: list, then watch from the list's version, until the version is lost.

use super::error::SyncError;
use super::pace::Pace;
use super::request::Scope;
use super::steps::{StepSender, Unheard};
use super::transport::{Carrier, Get, Reply, Transport};
use super::watch::{Arrival, Watch, timeout_seconds};
use crate::decode::{Decoded, Event, Interner, Mirrored, Page, decode_page, decode_status};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use runtime::backoff::{Entropy, OsEntropy};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// An error's body is read up to here.
const STATUS_BYTES: usize = 64 * 1024;
/// A watch that ends sooner than this without a word is a failure: opening it again at once would spin.
const SHORTEST_WATCH: Duration = Duration::from_secs(1);
/// A version lost twice within this time is a failure: listing again at once would spin.
const LOST_AGAIN: Duration = Duration::from_secs(10);
/// Continue tokens die with etcd's compaction, after five minutes.
const TOKEN_LIFE: Duration = Duration::from_secs(240);
/// A page that decodes in a blink is decoded where it is read.
const SMALL_PAGE: usize = 256 * 1024;

/// What a stream may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Objects a page.
    pub page_objects: u32,
    /// Objects a list, or a table that a watch fills.
    pub list_objects: usize,
    /// Bytes a page, inflated.
    pub page_bytes: usize,
    /// Bytes a line of a watch.
    pub line_bytes: usize,
    /// Bytes a second that a watch may bring in the long run.
    pub watch_bytes_a_second: u64,
    /// Bytes beyond that, at once.
    pub watch_burst_bytes: u64,
    /// A watch that is held back for this long is a flood.
    pub flood: Duration,
    /// How long a status line may take.
    pub answer: Duration,
    /// How long a whole page may take.
    pub page: Duration,
    /// A watch without event or bookmark for this long is opened anew.
    pub idle: Duration,
    /// `timeoutSeconds` of a watch at most; up to a quarter less is drawn.
    pub watch_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page_objects: 500,
            // Kubernetes itself supports 150,000 pods a cluster.
            list_objects: 200_000,
            page_bytes: 16 << 20,
            line_bytes: 4 << 20,
            // Two thousand changes of pods a second, and forty thousand at once.
            watch_bytes_a_second: 16 << 20,
            watch_burst_bytes: 256 << 20,
            flood: Duration::from_secs(60),
            answer: Duration::from_secs(10),
            page: Duration::from_secs(30),
            idle: Duration::from_secs(90),
            watch_timeout: Duration::from_secs(290),
        }
    }
}

/// What happened to the stream.
#[derive(Debug)]
pub enum Step<R: Mirrored> {
    /// A full list begins: what it does not bring by `ListFinished` is gone.
    ListStarted,
    /// Objects of the list.
    Page {
        /// The objects.
        objects: Vec<Decoded<R>>,
        /// Objects that could not be read.
        skipped: u64,
        /// Bytes read, inflated.
        bytes: usize,
    },
    /// The list is complete.
    ListFinished {
        /// The version it shows.
        version: Arc<str>,
    },
    /// A watch is open.
    WatchOpened {
        /// Over which connection.
        carrier: Carrier,
    },
    /// News, in order.
    Events {
        /// Never [`Event::Error`].
        events: Vec<Event<R>>,
        /// The version reached.
        version: Arc<str>,
        /// Lines that could not be read.
        skipped: u64,
        /// Bytes read.
        bytes: usize,
    },
    /// The watch brings more than may be read at once, and waits; or no longer does.
    HeldBack(bool),
    /// The watch has ended and is opened again from where it was.
    WatchClosed {
        /// It was silent for too long.
        idle: bool,
    },
    /// Something failed; nothing more comes until the machine is run again.
    Failed(SyncError),
}

enum Position {
    Nowhere,
    Listing { next: String, begun: Instant, listed: usize },
    At(String),
}

/// The machine of one stream. Survives its errors: run it again to go on where it was.
pub struct ListWatch<R: Mirrored> {
    transport: Arc<dyn Transport>,
    scope: Scope,
    limits: Limits,
    interner: Interner,
    position: Position,
    page_objects: u32,
    lost_at: Option<Instant>,
    pace: Pace,
    steps: StepSender<Step<R>>,
}

impl<R: Mirrored> ListWatch<R> {
    /// A machine that starts with a list, or, given a version, with a watch from there. It sends what happens
    /// over `steps` and waits while that is full.
    pub fn new(
        transport: Arc<dyn Transport>,
        namespace: Option<Arc<str>>,
        limits: Limits,
        pace: Pace,
        version: Option<String>,
        steps: StepSender<Step<R>>,
    ) -> Self {
        Self {
            transport,
            scope: Scope { kind: R::KIND, namespace },
            limits,
            pace,
            interner: Interner::default(),
            position: version.map_or(Position::Nowhere, Position::At),
            page_objects: limits.page_objects.max(1),
            lost_at: None,
            steps,
        }
    }

    /// Lists and watches until something fails, and says what, here and as the last step. A lost version is no
    /// failure, unless the one before was lost just now: it lists anew.
    /// Returns None once nobody takes the steps any more.
    pub async fn run(&mut self) -> Option<SyncError> {
        loop {
            let error = match self.turn().await {
                Ok(Ok(())) => continue,
                Ok(Err(Unheard)) => return None,
                Err(error) => error,
            };
            if error == SyncError::Gone && !self.lost_again() {
                continue;
            }
            return self.send(Step::Failed(error.clone())).await.ok().map(|()| error);
        }
    }

    /// Lists once, and stops where a watch would begin.
    ///
    /// # Errors
    /// What failed. A version lost while paging is lost again at the next try.
    pub async fn list_once(&mut self) -> Result<(), SyncError> {
        self.position = Position::Nowhere;
        while !matches!(self.position, Position::At(_)) {
            if self.turn().await?.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// How many objects there are, without reading more than one of them; None where the server does not say.
    ///
    /// # Errors
    /// What failed.
    pub async fn count(&mut self) -> Result<Option<u64>, SyncError> {
        let (page, _) = self.fetch_page(self.scope.list(1, "")).await?;
        let here = page.objects.len() as u64 + page.skipped;
        let remaining = if page.next.is_empty() { Some(0) } else { page.remaining };
        Ok(remaining.map(|remaining| here + remaining))
    }

    async fn turn(&mut self) -> Result<Result<(), Unheard>, SyncError> {
        match &self.position {
            Position::Nowhere => self.start_list().await,
            Position::Listing { .. } => self.list_page().await,
            Position::At(_) => self.watch().await,
        }
    }

    /// Forgets the version; whether the one before was lost just now, too.
    fn lost_again(&mut self) -> bool {
        self.position = Position::Nowhere;
        let before = self.lost_at.replace(Instant::now());
        before.is_some_and(|before| before.elapsed() < LOST_AGAIN)
    }

    async fn send(&self, step: Step<R>) -> Result<(), Unheard> {
        self.steps.send(step).await
    }

    async fn start_list(&mut self) -> Result<Result<(), Unheard>, SyncError> {
        self.position = Position::Listing { next: String::new(), begun: Instant::now(), listed: 0 };
        Ok(self.send(Step::ListStarted).await)
    }

    async fn list_page(&mut self) -> Result<Result<(), Unheard>, SyncError> {
        let Position::Listing { next, begun, listed } = &self.position else { return Ok(Ok(())) };
        if begun.elapsed() > TOKEN_LIFE && !next.is_empty() {
            return Err(SyncError::Gone);
        }
        let path_and_query = self.scope.list(self.page_objects, next);
        let (begun, listed) = (*begun, *listed);
        let (page, bytes) = match self.fetch_page(path_and_query).await {
            // Fewer objects a page may do.
            Err(SyncError::TooLarge { .. }) if self.page_objects > 1 => {
                self.page_objects = (self.page_objects / 4).max(1);
                return Ok(Ok(()));
            }
            other => other?,
        };
        self.interner.sweep();
        let Page { objects, skipped, version, next, .. } = page;
        let listed = listed + objects.len();
        if listed > self.limits.list_objects {
            self.position = Position::Nowhere;
            return Err(SyncError::TooMany { cap: self.limits.list_objects });
        }
        if self.send(Step::Page { objects, skipped, bytes }).await.is_err() {
            return Ok(Err(Unheard));
        }
        if !next.is_empty() {
            self.position = Position::Listing { next, begun, listed };
            return Ok(Ok(()));
        }
        self.page_objects = self.limits.page_objects.max(1);
        self.interner = Interner::default();
        let finished = Step::ListFinished { version: Arc::from(version.as_str()) };
        self.position = Position::At(version);
        Ok(self.send(finished).await)
    }

    async fn fetch_page(&mut self, path_and_query: String) -> Result<(Page<R>, usize), SyncError> {
        let deadline = Instant::now() + self.limits.page;
        let reply = self.ask(path_and_query, true).await?;
        let cap = self.limits.page_bytes;
        let pace = self.pace.clone();
        pace.admission()
            .page(async {
                let body = match timeout_at(deadline, collect(reply, cap)).await {
                    Ok(body) => body?,
                    Err(_) => return Err(SyncError::Timeout),
                };
                let length = body.len();
                Ok((self.decode(body).await?, length))
            })
            .await
    }

    async fn decode(&mut self, body: Bytes) -> Result<Page<R>, SyncError> {
        if body.len() < SMALL_PAGE {
            return decode_page(&body, &mut self.interner).map_err(|_| SyncError::BadData);
        }
        let mut interner = std::mem::take(&mut self.interner);
        let decoded = tokio::task::spawn_blocking(move || (decode_page(&body, &mut interner), interner)).await;
        let (page, interner) = decoded.map_err(|_| SyncError::BadData)?;
        self.interner = interner;
        page.map_err(|_| SyncError::BadData)
    }

    async fn watch(&mut self) -> Result<Result<(), Unheard>, SyncError> {
        let Position::At(version) = &self.position else { return Ok(Ok(())) };
        let mut version = version.clone();
        let seconds = timeout_seconds(&self.limits, OsEntropy.next_u64());
        let reply = self.ask(self.scope.watch(&version, seconds), false).await?;
        let mut watch = Watch::new(reply, self.limits);
        let (opened, mut heard, mut held_back) = (Instant::now(), false, false);
        if self.send(Step::WatchOpened { carrier: watch.carrier }).await.is_err() {
            return Ok(Err(Unheard));
        }
        loop {
            let idle = match watch.next(&mut self.interner, &mut version).await? {
                Arrival::Events { mut events, skipped, bytes } => {
                    heard = true;
                    let error = take_error(&mut events);
                    self.position = Position::At(version.clone());
                    let version = Arc::from(version.as_str());
                    if self.send(Step::Events { events, version, skipped, bytes }).await.is_err() {
                        return Ok(Err(Unheard));
                    }
                    self.interner.sweep();
                    if let Some(error) = error {
                        return Err(error);
                    }
                    let wait = self.pace.take(bytes)?;
                    if held_back == wait.is_zero() {
                        held_back = !wait.is_zero();
                        if self.send(Step::HeldBack(held_back)).await.is_err() {
                            return Ok(Err(Unheard));
                        }
                    }
                    // A sleep of no time would wake everybody a millisecond later.
                    if !wait.is_zero() {
                        self.pace.hold_back(wait).await;
                    }
                    continue;
                }
                Arrival::Closed => false,
                Arrival::Idle => true,
            };
            if !heard && opened.elapsed() < SHORTEST_WATCH {
                return Err(SyncError::Connection);
            }
            return Ok(self.send(Step::WatchClosed { idle }).await);
        }
    }

    async fn ask(&self, path_and_query: String, compressed: bool) -> Result<Reply, SyncError> {
        ask(&*self.transport, Get { path_and_query, compressed, deadline: self.limits.answer }).await
    }
}

/// Sends a request and turns every answer but 2xx into its error.
async fn ask(transport: &dyn Transport, get: Get) -> Result<Reply, SyncError> {
    let deadline = Instant::now() + get.deadline;
    let reply = match timeout_at(deadline, transport.get(get)).await {
        Ok(reply) => reply?,
        Err(_) => return Err(SyncError::Timeout),
    };
    if (200..300).contains(&reply.status) {
        return Ok(reply);
    }
    let (status, retry_after) = (reply.status, reply.retry_after);
    // The status alone says enough where its text does not come.
    let body = timeout_at(deadline, collect(reply, STATUS_BYTES)).await;
    let body = body.ok().and_then(Result::ok).map(|body| decode_status(&body)).unwrap_or_default();
    Err(SyncError::from_status(status, retry_after, &body))
}

async fn collect(mut reply: Reply, cap: usize) -> Result<Bytes, SyncError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = reply.body.next().await {
        let chunk = chunk?;
        if body.len() + chunk.len() > cap {
            return Err(SyncError::TooLarge { cap });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Takes the error out, and all that follows it.
fn take_error<R: Mirrored>(events: &mut Vec<Event<R>>) -> Option<SyncError> {
    let at = events.iter().position(|event| matches!(event, Event::Error(_)))?;
    let rest = events.split_off(at);
    rest.first().and_then(|event| match event {
        Event::Error(body) => Some(SyncError::from_event(body)),
        _ => None,
    })
}
