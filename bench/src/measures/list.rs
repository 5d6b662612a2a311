//! Lists over all clusters.

use super::sqlite::{self, Database};
use crate::clock::{Times, on_cpu, process_cpu};
use crate::corpus::{Changes, Corpus};
use crate::figure::{Beside, Better, Figure};
use crate::scale::Scale;
use crate::world::{NO_SOCKET, World};
use anyhow::{Result, anyhow, ensure};
use bytes::Bytes;
use engine::resources::{ListRequest, Part, evaluate};
use mirror::Mirror;
use model::access::Scope;
use model::fleet::Observed;
use model::wire::resource::ResourceList;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

pub const P50: &str = "list.p50";
pub const P99: &str = "list.p99";
pub const CPU: &str = "list.cpu";
/// The median of each kind of list, in the order of [`MIX`].
pub const KINDS: [&str; 4] = ["list.sorted", "list.substring", "list.label", "list.facets"];

const LISTS_A_SECOND: f64 = 50.0;
const EVENTS_A_SECOND: f64 = 2_000.0;
/// Pods of every cluster that change.
const CHANGING: usize = 50;
/// Events sent at once.
const BATCH: usize = 20;
const LIMIT: usize = 100;

/// A kind of list, asked in turn with the others.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    /// The first page, by restarts and name.
    Sorted,
    /// Pods with this in their name.
    Substring(&'static str),
    /// Pods with this label.
    Label(&'static str, &'static str),
    /// The first page with the values of these columns counted.
    Facets(&'static [&'static str]),
}

const MIX: [Ask; 4] = [
    Ask::Sorted,
    Ask::Substring("ledger"),
    Ask::Label("app.kubernetes.io/name", "catalog"),
    Ask::Facets(&["cluster", "namespace", "phase"]),
];

impl Ask {
    fn request(self) -> ListRequest {
        let request = ListRequest { kind: "pods".into(), sort: "name".into(), limit: LIMIT, ..ListRequest::default() };
        match self {
            Self::Sorted => ListRequest { sort: "-restarts,name".into(), ..request },
            Self::Substring(text) => ListRequest { q: format!("name:~{text}"), ..request },
            Self::Label(key, value) => ListRequest { q: format!("label:{key}={value}"), ..request },
            Self::Facets(columns) => {
                ListRequest { facets: columns.iter().map(|column| (*column).to_owned()).collect(), ..request }
            }
        }
    }
}

/// How long lists took.
#[derive(Default)]
struct Taken {
    all: Times,
    by_kind: [Times; MIX.len()],
    /// Time on the processor, of all.
    cpu: Duration,
    /// Lists and events that really came, a second: both fall behind where the machine cannot do more.
    rates: (f64, f64),
}

impl Taken {
    fn add(&mut self, kind: usize, time: Duration) {
        self.all.add(time);
        self.by_kind[kind].add(time);
    }

    fn mean_cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e3 / self.all.len() as f64
    }
}

/// Every kind of list in turn, while all clusters change.
///
/// # Errors
/// When a list finds nothing, or the peer finds another number.
pub fn measure(scale: &Scale) -> Result<Vec<Figure>> {
    let corpus = Corpus::generate(scale.clusters, scale.distinct, scale.nodes, scale.pods)?;
    let (mut ours, totals) = mirror(&corpus, scale.lists)?;
    let (mut theirs, their_totals) = peer(&corpus, scale.lists / 4)?;
    ensure!(totals == their_totals, "the peer found {their_totals:?} rows, the mirror {totals:?}");
    let pods = corpus.pod_count();
    let peers = theirs.all.len();
    let (lists_a_second, events_a_second) = ours.rates;
    let figure = |name, value, samples, peer| Figure {
        name,
        value,
        unit: "ms",
        better: Better::Lower,
        must: None,
        aim: None,
        peer: Some(Beside { name: sqlite::NAME, value: peer }),
        limit: None,
        samples,
        scale: format!(
            "{}{} clusters, {pods} pods, {} kinds of list in turn; {LISTS_A_SECOND} lists/s wanted and \
             {lists_a_second:.1} reached, under {EVENTS_A_SECOND} events/s wanted and {events_a_second:.0} reached; \
             peer {peers} times in memory, without events, objects left as text",
            scale.note,
            scale.clusters,
            MIX.len(),
        ),
        simulated: vec![corpus.simulated(), NO_SOCKET, "no HTTP in front of the list"],
    };
    let samples = ours.all.len();
    let p99 = figure(P99, ours.all.percentile(99), samples, theirs.all.percentile(99));
    let mut figures = vec![
        figure(P50, ours.all.percentile(50), samples, theirs.all.percentile(50)),
        Figure { must: Some(20.0), aim: Some(8.0), ..p99 },
        figure(CPU, ours.mean_cpu_ms(), samples, theirs.mean_cpu_ms()),
    ];
    let kinds = KINDS.into_iter().zip(ours.by_kind.iter_mut().zip(&mut theirs.by_kind));
    figures.extend(kinds.map(|(name, (own, peer))| figure(name, own.percentile(50), own.len(), peer.percentile(50))));
    Ok(figures)
}

fn mirror(corpus: &Corpus, lists: usize) -> Result<(Taken, Vec<u64>)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let changes = corpus.clusters().enumerate().map(|(at, contents)| Changes::new(contents, at, CHANGING));
    let changes = changes.collect::<Result<Vec<_>>>()?;
    let requests = MIX.map(Ask::request);
    // This thread does nothing but list: the mirror and the changes run on the runtime's own.
    runtime.block_on(async {
        let world = World::start(corpus).await?;
        let totals =
            requests.iter().map(|request| Ok(list(&world.mirror, request)?.total)).collect::<Result<Vec<_>>>()?;
        ensure!(totals.iter().all(|total| *total > 0), "a list of the mix finds nothing: {totals:?}");
        let sent = Arc::new(AtomicU64::new(0));
        let churn = tokio::spawn(churn(world.watches.clone(), changes, Arc::clone(&sent)));
        let mut taken = Taken::default();
        let mut tick = interval(Duration::from_secs_f64(1.0 / LISTS_A_SECOND));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (before, started, sent_before) = (on_cpu()?, Instant::now(), sent.load(Ordering::Relaxed));
        for kind in (0..requests.len()).cycle().take(lists) {
            tick.tick().await;
            let begun = Instant::now();
            let found = list(&world.mirror, &requests[kind])?;
            taken.add(kind, begun.elapsed());
            ensure!(found.total == totals[kind], "a list lost rows under change");
        }
        taken.cpu = on_cpu()? - before;
        let (seconds, events) = (started.elapsed().as_secs_f64(), sent.load(Ordering::Relaxed) - sent_before);
        taken.rates = (lists as f64 / seconds, events as f64 / seconds);
        churn.abort();
        ensure!(churn.await.is_err_and(|end| end.is_cancelled()), "the changes ended early");
        world.stop().await;
        Ok((taken, totals))
    })
}

/// As the engine answers a list, without the caller's account.
fn list(mirror: &Mirror, request: &ListRequest) -> Result<ResourceList> {
    let refused = |problem| anyhow!("the list was refused: {problem:?}");
    let checked = request.check().map_err(refused)?;
    let snapshot = mirror.snapshot(checked.kind);
    let parts: Vec<Part<'_>> = snapshot
        .clusters
        .iter()
        .map(|cluster| Part {
            id: &cluster.id,
            name: &cluster.name,
            state: cluster.state,
            evidence: cluster.evidence,
            not_allowed: cluster.observed == Observed::NotAllowed,
            counted: cluster.counted,
            rows: &cluster.parts,
        })
        .collect();
    let now_ms = jiff::Timestamp::now().as_millisecond();
    evaluate(&checked, &Scope::ALL, &parts, snapshot.revision, now_ms).map_err(refused)
}

/// Sends changes at an even rate, cluster by cluster in turn, without end.
async fn churn(watches: Vec<mpsc::Sender<Bytes>>, mut changes: Vec<Changes>, sent: Arc<AtomicU64>) -> Result<()> {
    let mut tick = interval(Duration::from_secs_f64(BATCH as f64 / EVENTS_A_SECOND));
    let mut turns = (0..watches.len()).cycle();
    loop {
        tick.tick().await;
        for cluster in turns.by_ref().take(BATCH) {
            watches[cluster].send(changes[cluster].next_line()?.into()).await?;
            sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn peer(corpus: &Corpus, lists: usize) -> Result<(Taken, Vec<u64>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut database = Database::fill(corpus).await?;
        let mut totals = Vec::new();
        for ask in MIX {
            totals.push(database.list(ask, LIMIT).await?);
        }
        let mut taken = Taken::default();
        // SQLite works on a thread of its own: its time is that of the program, in which nothing else runs now.
        let before = process_cpu()?;
        for kind in (0..MIX.len()).cycle().take(lists.max(MIX.len())) {
            let begun = Instant::now();
            database.list(MIX[kind], LIMIT).await?;
            taken.add(kind, begun.elapsed());
        }
        taken.cpu = process_cpu()? - before;
        Ok((taken, totals))
    })
}
