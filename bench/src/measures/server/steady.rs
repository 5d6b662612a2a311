//! The steady state: nobody asks, and a little happens.

use super::{Run, megabytes};
use crate::figure::Figure;
use crate::outside::{Serve, resident_bytes};
use anyhow::Result;
use std::time::{Duration, Instant};

pub const RESIDENT: &str = "process.rss.steady";
pub const IDLE: &str = "idle.cpu";
pub const REQUESTS: &str = "requests";

/// Events of a quiet fleet, over all clusters.
const QUIET: f64 = 200.0;
const SAMPLE: Duration = Duration::from_secs(1);

/// Watches the server for as long as the scale says.
///
/// # Errors
/// When the server ends.
pub async fn measure(run: &mut Run<'_>, serve: &Serve) -> Result<Vec<Figure>> {
    run.rate(QUIET)?;
    tokio::time::sleep(SAMPLE * 5).await;
    let (before, watch, begun) = (run.recorded.counts()?, run.watch(serve)?, Instant::now());
    let mut resident = Vec::new();
    while begun.elapsed() < run.setting.scale.steady {
        tokio::time::sleep(SAMPLE).await;
        resident.push(resident_bytes(serve.pid())?);
    }
    let spent = run.since(serve, &watch)?;
    let counts = run.recorded.counts()?.since(&before);
    run.rate(0.0)?;

    let samples = resident.len() as u64;
    resident.sort_unstable();
    let median = resident.get(resident.len() / 2).copied().unwrap_or(0);
    let clusters = run.recorded.ready.clusters.len() as f64;
    let seconds = spent.wall.as_secs_f64();
    let a_second = |count: u64| count as f64 / clusters / seconds;
    let words = format!("{:.0} events/s, nobody asks; {}", counts.events as f64 / seconds, spent.words());
    let requests = format!(
        "every request as the API servers count them but GET /readyz ({:.3}/s a cluster): lists {:.3}, watches {:.3}, \
         /metrics {:.3}, discovery and facts {:.3}, others {:.3}; over {seconds:.0} s, in which verifying lists \
         (every 10 minutes) may not fall",
        a_second(counts.probes),
        a_second(counts.pages),
        a_second(counts.watches),
        a_second(counts.metrics),
        a_second(counts.facts),
        a_second(counts.other),
    );
    let memory =
        run.figure(RESIDENT, "MB", megabytes(median), samples, &format!("median of VmRSS each second; {words}"));
    let idle = run.figure(IDLE, "% of a core", spent.server_share() * 100.0, 1, &words);
    let requests = run.figure(REQUESTS, "requests/s a cluster", a_second(counts.without_probes()), 1, &requests);
    Ok(vec![
        Figure { must: Some(400.0), aim: Some(256.0), ..memory },
        Figure { must: Some(3.0), aim: Some(1.0), ..idle },
        Figure { must: Some(0.2), ..requests },
    ])
}
