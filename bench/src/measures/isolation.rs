//! What bad clusters cost the healthy ones: nothing, or nearly.
//!
//! One server follows a fleet in which all is well, and then the same fleet of which every other cluster is bad. Both
//! times changes of pods that stay healthy are followed to an open list, while lists are asked for.

use super::Setting;
use crate::clock::Times;
use crate::fake::protocol::{Answer, Command, STAMP_BASE, STAMP_STEP, Trouble};
use crate::figure::{Beside, Better, Figure};
use crate::outside::{Api, Events, Home, Recorded, Serve, cpu};
use anyhow::{Context, Result, bail, ensure};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub const SYNC: &str = "isolation.sync.p99";
pub const PAGES: &str = "isolation.pages.p95";

const PODS: usize = 500;
const NODES: usize = 20;
/// Between changes; not a multiple of anything that the server does at even times.
const EVERY: Duration = Duration::from_millis(313);
const PATIENCE: Duration = Duration::from_secs(30);
/// Until the bad clusters have done their worst: a flood is borne for a minute after it has used up what it may bring at
/// once.
const WORST: Duration = Duration::from_secs(90);
/// Changes a second of all clusters, of their own.
const EVENTS: f64 = 400.0;
/// Between lists.
const LISTS: Duration = Duration::from_millis(50);
const WINDOW: &str = "/api/v1/stream?kind=pods&sort=-restarts,name&limit=50";
const PAGE: [&str; 3] = [
    "/api/v1/resources/pods?limit=50&sort=-restarts,name",
    "/api/v1/resources/pods?limit=50&sort=name&q=name:~ledger",
    "/api/v1/clusters",
];

/// One look at the healthy clusters, milliseconds.
struct Seen {
    sync: f64,
    pages: f64,
    /// How many pages were asked for.
    asked: u64,
    share: f64,
}

/// Measures while all clusters are well, and while half of them are bad.
///
/// # Errors
/// When a change is never seen, or a list fails.
pub fn measure(setting: &Setting<'_>) -> Result<Vec<Figure>> {
    let scale = setting.scale;
    let home = Home::furnish(&setting.tools.server)?;
    let mut recorded = Recorded::start(2 * scale.healthy, NODES, PODS, false)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (well, beside) = runtime
        .block_on(both(&home, &mut recorded, scale.healthy, scale.seen))
        .with_context(|| format!("the server's last words:\n{}", home.last_words()))?;
    let figure = |name, before: f64, after: f64, samples, what: &str| Figure {
        name,
        value: after / before,
        unit: "times all well",
        better: Better::Lower,
        must: Some(1.2),
        aim: Some(1.1),
        peer: Some(Beside { name: "all well", value: 1.0 }),
        limit: None,
        samples,
        scale: format!(
            "{}{} clusters of {PODS} pods, half of which turn bad: {:?}; {what}: {before:.1} ms while all are well, \
             {after:.1} ms beside bad ones; the server took {:.0} % of a core before and {:.0} % then",
            scale.note,
            2 * scale.healthy,
            Trouble::ALL,
            well.share * 100.0,
            beside.share * 100.0,
        ),
        simulated: vec!["API servers are recorded, on loopback; they share the processors with the server"],
    };
    Ok(vec![
        figure(
            SYNC,
            well.sync,
            beside.sync,
            scale.seen as u64,
            "from the API server's writing a change until an open list has it, p99",
        ),
        figure(PAGES, well.pages, beside.pages, beside.asked, "three kinds of page in turn, 20 a second, p95"),
    ])
}

async fn both(home: &Home, recorded: &mut Recorded, healthy: usize, seen: usize) -> Result<(Seen, Seen)> {
    let mut serve = home.start()?;
    serve.until_ready().await?;
    serve.register(&recorded.ready).await?;
    let all: u64 = recorded.ready.clusters.iter().map(|cluster| cluster.pods as u64).sum();
    serve
        .until("every pod", Duration::from_millis(250), async |api| {
            Ok(api.get_json("/api/v1/resources/pods?limit=1").await?["total"].as_u64() == Some(all))
        })
        .await?;
    recorded.tell(Command::Rate { events: EVENTS })?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = look(&serve, recorded, healthy, seen, 0).await?;

    for (cluster, trouble) in (healthy..2 * healthy).zip(Trouble::ALL.into_iter().cycle()) {
        recorded.tell(Command::Trouble { cluster, trouble: Some(trouble) })?;
    }
    tokio::time::sleep(WORST).await;
    let beside = look(&serve, recorded, healthy, seen, seen).await?;
    serve.stop()?;
    Ok((before, beside))
}

/// Changes healthy pods in turn and looks when an open list has each, while pages are asked for.
async fn look(serve: &Serve, recorded: &mut Recorded, healthy: usize, seen: usize, first: usize) -> Result<Seen> {
    let (spent, begun) = (cpu(serve.pid())?, Instant::now());
    let pages = tokio::spawn(ask(serve.api.clone(), seen));
    let mut window = Events::open(&serve.api, WINDOW).await?;
    let mut sync = Times::default();
    for change in first..first + seen {
        let stamp = Command::stamp(change % healthy, 0, change as u64);
        let Answer::Stamped { at_us } = recorded.tell(stamp)? else { bail!("the change was not made") };
        until(&mut window, change as u64).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        sync.add(now.saturating_sub(Duration::from_micros(at_us)));
        tokio::time::sleep(EVERY).await;
    }
    let mut pages = pages.await??;
    let asked = pages.len();
    ensure!(asked > 0, "no page was asked for");
    let share = (cpu(serve.pid())?.saturating_sub(spent)).as_secs_f64() / begun.elapsed().as_secs_f64();
    Ok(Seen { sync: sync.percentile(99), pages: pages.percentile(95), asked, share })
}

/// Waits until the window has the change, or one after it.
async fn until(window: &mut Events, change: u64) -> Result<()> {
    let restarts = STAMP_BASE + change * STAMP_STEP;
    loop {
        let data: serde_json::Value = serde_json::from_str(&window.next(PATIENCE).await?)?;
        let rows = data["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        if rows.iter().any(|row| row["restarts"].as_u64().is_some_and(|count| count >= restarts)) {
            return Ok(());
        }
    }
}

/// Asks for pages, one after the other, for about as long as changes are looked for.
async fn ask(api: Api, seen: usize) -> Result<Times> {
    let (mut times, begun) = (Times::default(), Instant::now());
    for page in PAGE.into_iter().cycle() {
        if begun.elapsed() > EVERY * seen as u32 {
            break;
        }
        let asked = Instant::now();
        api.get(page).await?;
        times.add(asked.elapsed());
        tokio::time::sleep(LISTS.saturating_sub(asked.elapsed())).await;
    }
    Ok(times)
}
