//! A start with nothing in the database but the registered clusters.

use super::{Run, megabytes, progress};
use crate::fake::protocol::Command;
use crate::figure::Figure;
use crate::outside::{Serve, cpu, load, peak_bytes};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};

pub const CPU: &str = "sync.cold.cpu";
pub const WALL: &str = "sync.cold.wall";
pub const PEAK: &str = "process.rss.peak";

/// Between looks at the API servers' counts, which cost the server nothing.
const LOOK: Duration = Duration::from_millis(50);
/// Between questions for the number of pods, which do.
const ASK: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(300);

/// How many pods the server says there are.
pub async fn total(api: &crate::outside::Api) -> Result<u64> {
    let list = api.get_json("/api/v1/resources/pods?limit=1").await?;
    list["total"].as_u64().ok_or_else(|| anyhow::anyhow!("a list has no total"))
}

/// Registers all clusters while none can be reached, ends the server, lets them be reached and starts it again.
///
/// # Errors
/// When the pods never come.
pub async fn measure(run: &mut Run<'_>) -> Result<(Serve, Vec<Figure>)> {
    run.recorded.tell(Command::Refuse { on: true })?;
    let mut serve = run.home.start()?;
    serve.until_ready().await?;
    serve.register(&run.recorded.ready).await?;
    serve.stop()?;
    run.recorded.tell(Command::Refuse { on: false })?;

    let (before, load_before) = (run.recorded.counts()?, load());
    let recorded_before = cpu(run.recorded.pid())?;
    let begun = Instant::now();
    let mut serve = run.home.start()?;
    let clusters = run.recorded.ready.clusters.len() as u64;
    while run.recorded.counts()?.since(&before).pod_lists < clusters {
        ensure!(begun.elapsed() < PATIENCE, "not all lists were asked for within {} s", PATIENCE.as_secs());
        tokio::time::sleep(LOOK).await;
    }
    let (all, mut asked) = (run.recorded.pods(), 0);
    serve
        .until("every pod", ASK, async |api| {
            asked += 1;
            Ok(total(api).await? == all)
        })
        .await?;
    let (wall, spent) = (begun.elapsed(), cpu(serve.pid())?);
    let recorded = cpu(run.recorded.pid())? - recorded_before;
    let counts = run.recorded.counts()?.since(&before);
    progress("coming to rest");
    run.rest(&serve).await?;
    let detail = format!(
        "from the start of the program until a list counts every pod; server {:.1} and API servers {:.1} core-s, \
         {} pages and {} watches, {asked} questions for the count; load {load_before} before, {} after",
        spent.as_secs_f64(),
        recorded.as_secs_f64(),
        counts.pages,
        counts.watches,
        load()
    );
    let cpu_figure = run.figure(CPU, "core-s", spent.as_secs_f64(), 1, &detail);
    let peak = run.figure(
        PEAK,
        "MB",
        megabytes(peak_bytes(serve.pid())?),
        1,
        "VmHWM after a cold start, once the server has come to rest",
    );
    let figures = vec![
        Figure { must: Some(12.0), aim: Some(9.0), ..cpu_figure },
        run.figure(WALL, "s", wall.as_secs_f64(), 1, &detail),
        Figure { must: Some(600.0), aim: Some(350.0), ..peak },
    ];
    Ok((serve, figures))
}
