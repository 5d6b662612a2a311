//! A cluster whose connections stay open and say nothing any more.

use super::Run;
use crate::clock::Times;
use crate::fake::protocol::Command;
use crate::figure::Figure;
use crate::outside::{Api, Serve};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};

pub const STALE: &str = "stale.dead";

const LOOK: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(120);

/// Silences clusters one after the other.
///
/// # Errors
/// When the server never notices.
pub async fn measure(run: &mut Run<'_>, serve: &mut Serve) -> Result<Figure> {
    let (mut first, mut unschedulable, mut stale) = (Times::default(), Times::default(), Times::default());
    let rounds = run.setting.scale.silences.min(run.recorded.ready.clusters.len());
    for cluster in 0..rounds {
        let name = run.recorded.ready.clusters[cluster].name.clone();
        run.recorded.tell(Command::Silence { cluster, on: true })?;
        let (closed, late) = noticed(&serve.api, &name).await?;
        first.add(closed.min(late));
        unschedulable.add(closed);
        stale.add(late);
        run.recorded.tell(Command::Silence { cluster, on: false })?;
        let back = format!("/api/v1/clusters/{name}");
        serve
            .until("the cluster's return", LOOK, async |api| Ok(api.get_json(&back).await?["schedulable"] == true))
            .await?;
    }
    let seconds = |times: &mut Times, percent| times.percentile(percent) / 1e3;
    let detail = format!(
        "from the silence until the first of both, median: the cluster takes no placements (median {:.1} s), a list \
         calls its rows stale (median {:.1} s); worst {:.1} s",
        seconds(&mut unschedulable, 50),
        seconds(&mut stale, 50),
        seconds(&mut first, 100)
    );
    let figure = run.figure(STALE, "s", seconds(&mut first, 50), rounds as u64, &detail);
    Ok(Figure { must: Some(10.0), aim: Some(8.0), ..figure })
}

/// When the cluster is no longer schedulable, and when a list says that its rows are stale.
async fn noticed(api: &Api, name: &str) -> Result<(Duration, Duration)> {
    let (cluster, list) =
        (format!("/api/v1/clusters/{name}"), format!("/api/v1/resources/namespaces?clusters={name}&limit=1"));
    let begun = Instant::now();
    let (mut closed, mut late) = (None, None);
    loop {
        if closed.is_none() && api.get_json(&cluster).await?["schedulable"] == false {
            closed = Some(begun.elapsed());
        }
        if late.is_none() && api.get_json(&list).await?["clusters"][0]["stale"] == true {
            late = Some(begun.elapsed());
        }
        if let (Some(closed), Some(late)) = (closed, late) {
            return Ok((closed, late));
        }
        ensure!(begun.elapsed() < PATIENCE, "{name} is silent, and nobody notices");
        tokio::time::sleep(LOOK).await;
    }
}
