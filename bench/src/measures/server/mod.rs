//! The whole server, a process of its own, before recorded API servers.
//!
//! One run after the other on one server: a cold start over all clusters, the steady state, clusters that fall silent,
//! lists under load, and starts after a crash.

mod cold;
mod lists;
mod pixel;
mod silent;
mod steady;
mod warm;

use super::Setting;
use crate::fake::protocol::Command;
use crate::figure::{Better, Figure};
use crate::outside::{Home, Recorded, Serve, WalWatch, cpu, load};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};

pub const FIGURES: &[&str] = &[
    cold::CPU,
    cold::WALL,
    cold::PEAK,
    steady::RESIDENT,
    steady::IDLE,
    steady::REQUESTS,
    silent::STALE,
    lists::P50,
    lists::P99,
    pixel::P50,
    pixel::P99,
    WAL,
    warm::RESTART,
];

pub use pixel::Browser;

/// The figures that a browser is needed for.
pub const PAINTED: &[&str] = &[pixel::P50, pixel::P99];

const WAL: &str = "wal.peak";

/// Events of a busy fleet.
const BUSY: f64 = 2_000.0;
/// A server that takes less than this share of a core over [`WINDOW`] has come to rest.
const AT_REST: f64 = 0.3;
const WINDOW: Duration = Duration::from_secs(3);
/// A server that does not come to rest is measured as it is.
const REST_PATIENCE: Duration = Duration::from_secs(90);

const RECORDED: &str = "API servers are recorded: objects generated from a seed, other ones in every cluster, packed ahead; on loopback, without a network's delay";
const CHANGES: &str = "changes are restarts of one pod in twenty: no pod comes or goes, and other kinds never change";
const CALLER: &str = "one caller over loopback, without TLS towards the caller";

/// What all parts of the measure share.
struct Run<'a> {
    setting: &'a Setting<'a>,
    home: Home,
    recorded: Recorded,
    wal: WalWatch,
    /// The largest write-ahead log of each part, bytes.
    wal_peaks: Vec<(&'static str, u64)>,
}

/// Time on processors over a while.
struct Spent {
    server: Duration,
    recorded: Duration,
    wall: Duration,
}

impl Spent {
    fn server_share(&self) -> f64 {
        self.server.as_secs_f64() / self.wall.as_secs_f64()
    }

    fn words(&self) -> String {
        format!(
            "server {:.1} and API servers {:.1} core-s in {:.1} s, load {}",
            self.server.as_secs_f64(),
            self.recorded.as_secs_f64(),
            self.wall.as_secs_f64(),
            load()
        )
    }
}

/// The beginning of a [`Spent`].
struct Stopwatch {
    server: Duration,
    recorded: Duration,
    begun: Instant,
}

impl Run<'_> {
    fn watch(&self, serve: &Serve) -> Result<Stopwatch> {
        Ok(Stopwatch { server: cpu(serve.pid())?, recorded: cpu(self.recorded.pid())?, begun: Instant::now() })
    }

    fn since(&self, serve: &Serve, watch: &Stopwatch) -> Result<Spent> {
        Ok(Spent {
            server: cpu(serve.pid())?.saturating_sub(watch.server),
            recorded: cpu(self.recorded.pid())?.saturating_sub(watch.recorded),
            wall: watch.begun.elapsed(),
        })
    }

    /// Waits until the server has little to do.
    async fn rest(&self, serve: &Serve) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < REST_PATIENCE {
            let watch = self.watch(serve)?;
            tokio::time::sleep(WINDOW).await;
            if self.since(serve, &watch)?.server_share() < AT_REST {
                break;
            }
        }
        Ok(())
    }

    fn rate(&mut self, events: f64) -> Result<()> {
        self.recorded.tell(Command::Rate { events }).map(drop)
    }

    fn note_wal(&mut self, part: &'static str) {
        self.wal_peaks.push((part, self.wal.take()));
    }

    fn wants(&self, figures: &[&str]) -> bool {
        figures.iter().any(|figure| self.setting.wants(figure))
    }

    fn figure(&self, name: &'static str, unit: &'static str, value: f64, samples: u64, detail: &str) -> Figure {
        let clusters = self.recorded.ready.clusters.len();
        Figure {
            name,
            value,
            unit,
            better: Better::Lower,
            must: None,
            aim: None,
            peer: None,
            limit: None,
            samples,
            scale: format!(
                "{}{clusters} clusters, {} nodes, {} pods of {} B JSON; {detail}",
                self.setting.scale.note,
                self.recorded.nodes(),
                self.recorded.pods(),
                self.recorded.ready.pod_bytes,
            ),
            simulated: vec![RECORDED, CHANGES, CALLER],
        }
    }
}

/// Bytes as megabytes, of which a thousand thousand bytes make one.
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Figures as they come: a run is long, and may be ended before its table.
#[derive(Default)]
struct Told(Vec<Figure>);

impl Extend<Figure> for Told {
    fn extend<T: IntoIterator<Item = Figure>>(&mut self, figures: T) {
        for figure in figures {
            eprintln!("    {} {:.2} {}", figure.name, figure.value, figure.unit);
            self.0.push(figure);
        }
    }
}

fn progress(part: &str) {
    eprintln!("  {part} …");
}

/// Measures every part that is wanted; the cold start always, since all others follow it.
///
/// # Errors
/// When the server does not do what it should; with the last lines of its log.
pub fn measure(setting: &Setting<'_>) -> Result<Vec<Figure>> {
    let scale = setting.scale;
    let home = Home::furnish(&setting.tools.server)?;
    progress("objects are generated");
    let recorded = Recorded::start(scale.clusters, scale.nodes, scale.pods, false)?;
    let wal = WalWatch::start(home.wal());
    let mut run = Run { setting, home, recorded, wal, wal_peaks: Vec::new() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let figures = runtime.block_on(parts(&mut run));
    figures.with_context(|| format!("the server's last words:\n{}", run.home.last_words()))
}

async fn parts(run: &mut Run<'_>) -> Result<Vec<Figure>> {
    progress("cold start");
    let mut figures = Told::default();
    let (mut serve, cold) = cold::measure(run).await?;
    figures.extend(cold);
    run.note_wal("cold start");
    if run.wants(&[steady::RESIDENT, steady::IDLE, steady::REQUESTS, WAL]) {
        progress("steady state");
        figures.extend(steady::measure(run, &serve).await?);
        run.note_wal("steady");
    }
    if run.wants(&[silent::STALE]) {
        progress("clusters that fall silent");
        figures.extend([silent::measure(run, &mut serve).await?]);
        run.note_wal("silence");
    }
    if run.wants(&[lists::P50, lists::P99, WAL]) {
        progress("lists under load");
        figures.extend(lists::measure(run, &serve).await?);
        run.note_wal("load");
    }
    if run.wants(PAINTED) {
        progress("changes in a browser");
        figures.extend(tokio::task::block_in_place(|| pixel::measure(run, &serve))?);
        run.note_wal("browser");
    }
    if run.wants(&[warm::RESTART]) {
        progress("starts after a crash");
        figures.extend([warm::measure(run, serve).await?]);
        run.note_wal("starts after a crash");
    } else {
        serve.stop()?;
    }
    figures.extend([wal(run)]);
    Ok(figures.0)
}

fn wal(run: &Run<'_>) -> Figure {
    let most = run.wal_peaks.iter().map(|(_, bytes)| *bytes).max().unwrap_or(0);
    let parts: Vec<String> =
        run.wal_peaks.iter().map(|(part, bytes)| format!("{part} {:.1} MB", megabytes(*bytes))).collect();
    let detail = format!(
        "the largest size of the file, looked at every 20 ms: {}; database {:.0} MB in the end",
        parts.join(", "),
        megabytes(run.home.database_bytes())
    );
    let figure = run.figure(WAL, "MB", megabytes(most), run.wal_peaks.len() as u64, &detail);
    Figure { must: Some(64.0), aim: Some(16.0), ..figure }
}
