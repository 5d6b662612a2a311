//! Lists over all clusters.

use super::sqlite::{self, Database};
use crate::clock::Times;
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
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

pub const P50: &str = "list.p50";
pub const P99: &str = "list.p99";

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

/// Every kind of list in turn, while all clusters change.
///
/// # Errors
/// When a list finds nothing, or the peer finds another number.
pub fn measure(scale: &Scale) -> Result<Vec<Figure>> {
    let corpus = Corpus::generate(scale.clusters, scale.distinct, scale.nodes, scale.pods)?;
    let (mut ours, totals) = mirror(&corpus, scale.lists)?;
    let (mut theirs, their_totals) = peer(&corpus, scale.lists / 10)?;
    ensure!(totals == their_totals, "the peer found {their_totals:?} rows, the mirror {totals:?}");
    let pods = corpus.pod_count();
    let figure = |name, percent, must, aim, ours: &mut Times, theirs: &mut Times| Figure {
        name,
        value: ours.percentile(percent),
        unit: "ms",
        better: Better::Lower,
        must,
        aim,
        peer: Some(Beside { name: sqlite::NAME, value: theirs.percentile(percent) }),
        limit: None,
        samples: ours.len(),
        scale: format!(
            "{} clusters, {pods} pods, {} kinds of list in turn, {LISTS_A_SECOND} a second under {EVENTS_A_SECOND} events/s; \
             peer {} times in memory, without events",
            scale.clusters,
            MIX.len(),
            theirs.len(),
        ),
        simulated: vec!["clusters and changes (generated)", NO_SOCKET, "no HTTP in front of the list"],
    };
    Ok(vec![
        figure(P50, 50, None, None, &mut ours, &mut theirs),
        figure(P99, 99, Some(20.0), Some(8.0), &mut ours, &mut theirs),
    ])
}

fn mirror(corpus: &Corpus, lists: usize) -> Result<(Times, Vec<u64>)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let changes = corpus.clusters().enumerate().map(|(at, contents)| Changes::new(contents, at, CHANGING));
    let changes = changes.collect::<Result<Vec<_>>>()?;
    let requests = MIX.map(Ask::request);
    runtime.block_on(async {
        let world = World::start(corpus).await?;
        let totals =
            requests.iter().map(|request| Ok(list(&world.mirror, request)?.total)).collect::<Result<Vec<u64>>>()?;
        ensure!(totals.iter().all(|total| *total > 0), "a list of the mix finds nothing: {totals:?}");
        let churn = tokio::spawn(churn(world.watches.clone(), changes));
        let mut times = Times::default();
        let mut tick = interval(Duration::from_secs_f64(1.0 / LISTS_A_SECOND));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for at in 0..lists {
            tick.tick().await;
            let begun = Instant::now();
            let found = list(&world.mirror, &requests[at % requests.len()])?;
            times.add(begun.elapsed());
            ensure!(found.total == totals[at % totals.len()], "a list lost rows under change");
        }
        churn.abort();
        ensure!(churn.await.is_err_and(|end| end.is_cancelled()), "the changes ended early");
        world.stop().await;
        Ok((times, totals))
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
            evidence_ms: cluster.evidence.at_ms,
            not_allowed: cluster.observed == Observed::NotAllowed,
            rows: cluster.rows.iter().collect(),
        })
        .collect();
    let now_ms = jiff::Timestamp::now().as_millisecond();
    evaluate(&checked, &Scope::ALL, &parts, snapshot.revision, now_ms).map_err(refused)
}

/// Sends changes at an even rate, cluster by cluster in turn, without end.
async fn churn(watches: Vec<mpsc::Sender<Bytes>>, mut changes: Vec<Changes>) -> Result<()> {
    let mut tick = interval(Duration::from_secs_f64(BATCH as f64 / EVENTS_A_SECOND));
    let mut turns = (0..watches.len()).cycle();
    loop {
        tick.tick().await;
        for cluster in turns.by_ref().take(BATCH) {
            watches[cluster].send(changes[cluster].next_line()?.into()).await?;
        }
    }
}

fn peer(corpus: &Corpus, lists: usize) -> Result<(Times, Vec<u64>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut database = Database::fill(corpus).await?;
        let mut totals = Vec::new();
        for ask in MIX {
            totals.push(database.list(ask, LIMIT).await?);
        }
        let mut times = Times::default();
        for at in 0..lists.max(MIX.len()) {
            let begun = Instant::now();
            database.list(MIX[at % MIX.len()], LIMIT).await?;
            times.add(begun.elapsed());
        }
        Ok((times, totals))
    })
}
