//! A start after a crash, with a world in the database.

use super::{Run, cold};
use crate::clock::Times;
use crate::figure::Figure;
use crate::outside::{Serve, cpu, load};
use anyhow::Result;
use std::time::{Duration, Instant};

pub const RESTART: &str = "restart.warm";

const ASK: Duration = Duration::from_millis(20);

/// Kills the server and starts it again.
///
/// # Errors
/// When the pods never come back.
pub async fn measure(run: &mut Run<'_>, mut serve: Serve) -> Result<Figure> {
    let (mut times, mut ready, mut spent) = (Times::default(), Times::default(), Times::default());
    let (all, load_before, mut pages) = (run.recorded.pods(), load(), 0);
    for _ in 0..run.setting.scale.restarts {
        run.rest(&serve).await?;
        let before = run.recorded.counts()?;
        let begun = Instant::now();
        serve.kill()?;
        serve = run.home.start()?;
        serve.until_ready().await?;
        ready.add(begun.elapsed());
        serve.until("every pod", ASK, async |api| Ok(cold::total(api).await? == all)).await?;
        times.add(begun.elapsed());
        spent.add(cpu(serve.pid())?);
        pages += run.recorded.counts()?.since(&before).pages;
    }
    serve.stop()?;
    let detail = format!(
        "median from the kill until a list counts every pod (worst {:.1} s); ready after {:.1} s; {:.1} core-s; {pages} \
         pages of lists asked of API servers meanwhile, all starts together; load {load_before} before, {} after",
        times.percentile(100) / 1e3,
        ready.percentile(50) / 1e3,
        spent.percentile(50) / 1e3,
        load()
    );
    let figure = run.figure(RESTART, "s", times.percentile(50) / 1e3, times.len(), &detail);
    Ok(Figure { must: Some(2.0), aim: Some(1.0), ..figure })
}
