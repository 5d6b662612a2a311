//! Lists over HTTP while a busy fleet changes.

use super::{BUSY, Run};
use crate::clock::Times;
use crate::figure::Figure;
use crate::outside::{Api, Serve};
use anyhow::{Context, Result, ensure};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

pub const P50: &str = "list.http.p50";
pub const P99: &str = "list.http.p99";

const LISTS_A_SECOND: f64 = 50.0;
/// Lists under way at the same time; one that is due beyond them is left out and lowers the rate reached.
const AT_ONCE: usize = 8;
/// Until the busy fleet has settled in.
const WARM_UP: Duration = Duration::from_secs(3);

/// The kinds of list, asked in turn: the same that the measure without sockets asks for.
const MIX: [(&str, &str); 4] = [
    ("sorted", "/api/v1/resources/pods?limit=100&sort=-restarts,name"),
    ("substring", "/api/v1/resources/pods?limit=100&sort=name&q=name:~ledger"),
    ("label", "/api/v1/resources/pods?limit=100&sort=name&q=label:app.kubernetes.io/name=catalog"),
    ("facets", "/api/v1/resources/pods?limit=100&sort=name&facets=cluster,namespace,phase"),
];

/// One list's kind and the time it took.
type Taken = (usize, Duration);

/// Asks for lists at an even rate.
///
/// # Errors
/// When a list fails, or loses rows.
pub async fn measure(run: &mut Run<'_>, serve: &Serve) -> Result<Vec<Figure>> {
    let mut totals = Vec::new();
    for (name, path) in MIX {
        let found = total(&serve.api.get(path).await?)?;
        ensure!(found > 0, "the list {name} of the mix finds nothing");
        totals.push(found);
    }
    // A busy fleet alone first, so that a reader can tell what it costs.
    run.rate(BUSY)?;
    tokio::time::sleep(WARM_UP).await;
    let watch = run.watch(serve)?;
    tokio::time::sleep(WARM_UP).await;
    let quiet = run.since(serve, &watch)?;

    let (before, watch) = (run.recorded.counts()?, run.watch(serve)?);
    let (taken, left_out) = ask(&serve.api, totals.into(), run.setting.scale.http_lists).await?;
    let spent = run.since(serve, &watch)?;
    let counts = run.recorded.counts()?.since(&before);
    run.rate(0.0)?;
    ensure!(!taken.is_empty(), "no list was asked for");

    let (mut all, mut kinds) = (Times::default(), MIX.map(|_| Times::default()));
    for (kind, time) in &taken {
        all.add(*time);
        kinds[*kind].add(*time);
    }
    let seconds = spent.wall.as_secs_f64();
    let medians: Vec<String> =
        MIX.iter().zip(&mut kinds).map(|((name, _), times)| format!("{name} {:.1}", times.percentile(50))).collect();
    let detail = format!(
        "{} kinds of list in turn, {LISTS_A_SECOND} lists/s wanted and {:.1} reached ({left_out} left out), at most \
         {AT_ONCE} at once, under {BUSY} events/s wanted and {:.0} reached ({} watches cut off); medians {} ms; {}; \
         events alone {:.0} % of a core",
        MIX.len(),
        taken.len() as f64 / seconds,
        counts.events as f64 / seconds,
        counts.cut_off,
        medians.join(", "),
        spent.words(),
        quiet.server_share() * 100.0,
    );
    let samples = all.len();
    let p99 = run.figure(P99, "ms", all.percentile(99), samples, &detail);
    Ok(vec![
        run.figure(P50, "ms", all.percentile(50), samples, &detail),
        Figure { must: Some(20.0), aim: Some(8.0), ..p99 },
    ])
}

/// Asks `lists` times, when each is due; gives what each took and how many were left out.
async fn ask(api: &Api, totals: Arc<[u64]>, lists: usize) -> Result<(Vec<Taken>, usize)> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let (mut under_way, mut left_out) = (JoinSet::new(), 0);
    let mut tick = interval(Duration::from_secs_f64(1.0 / LISTS_A_SECOND));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for kind in (0..MIX.len()).cycle().take(lists) {
        tick.tick().await;
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            left_out += 1;
            continue;
        };
        let (api, totals) = (api.clone(), Arc::clone(&totals));
        under_way.spawn(async move {
            let begun = Instant::now();
            let body = api.get(MIX[kind].1).await?;
            let time = begun.elapsed();
            drop(place);
            ensure!(total(&body)? == totals[kind], "the list {} lost rows under change", MIX[kind].0);
            anyhow::Ok((kind, time))
        });
    }
    let mut taken = Vec::new();
    while let Some(done) = under_way.join_next().await {
        taken.push(done??);
    }
    Ok((taken, left_out))
}

fn total(body: &[u8]) -> Result<u64> {
    #[derive(serde::Deserialize)]
    struct Total {
        total: u64,
    }
    serde_json::from_slice::<Total>(body).map(|list| list.total).context("a list has no total")
}
