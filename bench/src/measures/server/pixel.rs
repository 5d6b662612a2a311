//! From a change in a cluster to the row repainted in a real browser.

use super::{BUSY, Run};
use crate::clock::Times;
use crate::fake::protocol::{Answer, Command, STAMP_BASE, STAMP_STEP};
use crate::figure::Figure;
use crate::outside::{Home, Serve};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

pub const P50: &str = "pixel.p50";
pub const P99: &str = "pixel.p99";

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/pixel.mjs");
/// As people look at a list first.
const SORT: &str = "cluster,namespace,name";
/// Rows that are looked at: no more than a page shows.
const ROWS: usize = 50;
/// Between changes; not a multiple of anything that the server or the browser does at even times.
const EVERY: Duration = Duration::from_millis(437);
/// The page opens, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// A row that was not repainted after this never will be.
const LATEST: Duration = Duration::from_secs(30);

/// What the browser says.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Painted { change: u64, at: f64 },
    Ready { ready: bool },
}

/// What is needed to look at a page.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium's file.
    pub program: std::path::PathBuf,
    /// The folder `node_modules` in which Playwright is.
    pub modules: std::path::PathBuf,
}

/// A page that is looked at. Dropping it ends the browser.
struct Page {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Result<Line>>,
}

impl Page {
    fn open(browser: &Browser, home: &Home) -> Result<Self> {
        let (user, password) = home.account();
        let modules: &Path = &browser.modules;
        let given = json!({"modules": modules, "chromium": browser.program, "url": home.url(), "sort": SORT, "user": user,
            "password": password, "base": STAMP_BASE, "step": STAMP_STEP});
        let mut command = std::process::Command::new("node");
        command.arg(SCRIPT).arg(given.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("start node, which drives the browser")?;
        let output = BufReader::new(child.stdout.take().context("its output is piped")?);
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                let line = line.context("read").and_then(|line| serde_json::from_str(&line).context(line));
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let page = Self { input: child.stdin.take(), child, lines };
        match page.lines.recv_timeout(PATIENCE) {
            Ok(Ok(Line::Ready { ready: true })) => Ok(page),
            Ok(other) => bail!("the browser said {other:?}"),
            Err(_) => bail!("the page did not open"),
        }
    }

    /// What was painted until `end`: change, and milliseconds since the Unix epoch.
    fn painted(&self, end: Instant) -> Result<Vec<(u64, f64)>> {
        let mut painted = Vec::new();
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Line::Painted { change, at } = line? {
                        painted.push((change, at));
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Ok(painted),
                Err(RecvTimeoutError::Disconnected) => bail!("the browser has ended"),
            }
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // It closes the browser when its input ends.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// The changing pods among the first rows, as [`Command::Stamp`] knows them: cluster and number.
async fn shown(run: &Run<'_>, serve: &Serve) -> Result<Vec<(usize, usize)>> {
    let list = serve.api.get_json(&format!("/api/v1/resources/pods?limit={ROWS}&sort={SORT}")).await?;
    let rows = list["rows"].as_array().context("a list has rows")?;
    let place = |row: &serde_json::Value| {
        let cluster = run.recorded.ready.clusters.iter().position(|cluster| row["cluster"] == *cluster.name)?;
        let mut changing = run.recorded.ready.clusters[cluster].changing.iter();
        let pod = changing.position(|pod| row["namespace"] == *pod.namespace && row["name"] == *pod.name)?;
        Some((cluster, pod))
    };
    let shown: Vec<_> = rows.iter().filter_map(place).collect();
    ensure!(!shown.is_empty(), "no pod of the first page ever changes");
    Ok(shown)
}

/// Changes pods one after the other under load, and looks when each is seen.
///
/// # Errors
/// When the page does not open, or a change is never seen.
pub fn measure(run: &mut Run<'_>, serve: &Serve) -> Result<Vec<Figure>> {
    let browser = run.setting.tools.browser.as_ref();
    let browser = browser.context("there is no browser: name one by --browser and --node-modules")?;
    let page = Page::open(browser, &run.home)?;
    let pods = tokio::runtime::Handle::current().block_on(shown(run, serve))?;
    run.rate(BUSY)?;
    page.painted(Instant::now() + Duration::from_secs(3))?;
    let (before, watch) = (run.recorded.counts()?, run.watch(serve)?);
    let changes = run.setting.scale.painted as u64;
    let (mut sent, mut painted) = (Vec::new(), Vec::new());
    for (change, (cluster, pod)) in (0..changes).zip(pods.into_iter().cycle()) {
        match run.recorded.tell(Command::stamp(cluster, pod, change))? {
            Answer::Stamped { at_us } => sent.push(at_us as f64 / 1e3),
            other => bail!("a change was asked for, and {other:?} came"),
        }
        painted.extend(page.painted(Instant::now() + EVERY)?);
    }
    let spent = run.since(serve, &watch)?;
    let counts = run.recorded.counts()?.since(&before);
    run.rate(0.0)?;
    let begun = Instant::now();
    while painted.len() < sent.len() && begun.elapsed() < LATEST {
        painted.extend(page.painted(Instant::now() + Duration::from_millis(200))?);
    }
    drop(page);
    let missing = sent.len() - painted.len().min(sent.len());
    // The next change of the same pod may come before this one was painted, on a machine that is too slow.
    ensure!(missing * 20 <= sent.len(), "{missing} of {} changes were never painted", sent.len());
    let mut times = Times::default();
    for (change, at) in painted {
        let sent = sent.get(change as usize).context("the browser saw a change that was not made")?;
        times.add(Duration::from_secs_f64((at - sent).max(0.0) / 1e3));
    }
    let detail = format!(
        "from the API server's writing the change until the frame with the changed row was painted, first page of \
         pods in the order {SORT}, under {BUSY} events/s wanted and {:.0} reached; {missing} changes never seen; worst {:.0} \
         ms; {}, browser not counted",
        counts.events as f64 / spent.wall.as_secs_f64(),
        times.percentile(100),
        spent.words(),
    );
    let samples = times.len();
    let mut figures = vec![
        run.figure(P50, "ms", times.percentile(50), samples, &detail),
        Figure { must: Some(150.0), aim: Some(60.0), ..run.figure(P99, "ms", times.percentile(99), samples, &detail) },
    ];
    for figure in &mut figures {
        figure.simulated.push("the browser runs headless on the cores of the server, without a graphics card");
    }
    Ok(figures)
}
