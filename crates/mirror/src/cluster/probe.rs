//! The task that probes a cluster, and the one that asks what it serves.

use super::Cluster;
use super::health::MISSES;
use crate::changes::StateChange;
use crate::clock::now_ms;
use crate::member::Member;
use crate::settings::Settings;
use kubeapi::client::CallError;
use kubeapi::listwatch::Carrier;
use kubeapi::probe::{NoAnswer, ProbeOutcome, ProbeReport};
use model::fleet::{ClusterState, Observed};
use model::ids::ClusterId;
use runtime::backoff::{Backoff, BackoffPolicy, OsEntropy, jittered};
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;

/// Moments of an interval at which clusters are probed: a few together, so that the process wakes less often, and not all,
/// so that nothing else waits for them.
const TOGETHER: u32 = 10;
/// How much later than its deadline a probe may end.
const GRACE: Duration = Duration::from_millis(100);
/// A server may take this long to list what it serves.
const DISCOVERY_DEADLINE: Duration = Duration::from_secs(30);

/// Probes until the stop.
pub(crate) async fn run_probe(
    cluster: Arc<Cluster>,
    settings: Arc<Settings>,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    let mut member = cluster.member.subscribe();
    let mut tick = interval_at(first_tick(&cluster.id, settings.probe_interval), settings.probe_interval);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    cluster.probe_now.notify_one();
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = cluster.probe_now.notified() => {}
            changed = member.changed() => if changed.is_err() { return Ok(()) },
            () = stop.cancelled() => return Ok(()),
        }
        let client = Arc::clone(&member.borrow_and_update());
        tokio::select! {
            () = probe(&cluster, &*client, settings.probe_deadline) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}

/// When the ticks of a cluster begin: all clusters share the same few moments.
fn first_tick(id: &ClusterId, interval: Duration) -> tokio::time::Instant {
    static EPOCH: OnceLock<tokio::time::Instant> = OnceLock::new();
    let epoch = *EPOCH.get_or_init(tokio::time::Instant::now);
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let moment = (hasher.finish() % u64::from(TOGETHER)) as u32;
    let begun = (epoch.elapsed().as_secs_f64() / interval.as_secs_f64()) as u32 + 1;
    epoch + interval * begun + interval / TOGETHER * moment
}

async fn probe(cluster: &Cluster, client: &dyn Member, deadline: Duration) {
    let begun = Instant::now();
    // A client that forgets its deadline must not keep the next probe from being sent.
    let report = timeout(deadline + GRACE, client.probe(deadline)).await.unwrap_or_else(|_| ProbeReport {
        outcome: ProbeOutcome::Unreachable(NoAnswer::Timeout),
        latency: begun.elapsed(),
        carrier: None,
    });
    if matches!(report.outcome, ProbeOutcome::Ready) {
        cluster.reached_ms.store(now_ms(), Ordering::Release);
    }
    let was_down = {
        let health = cluster.health();
        health.misses > 0 || matches!(health.state, ClusterState::AuthFailed | ClusterState::Untrusted)
    };
    if let (ProbeOutcome::Ready, Some(carrier)) = (&report.outcome, &report.carrier) {
        answered(cluster, carrier, begun, was_down);
    }
    let trouble = cluster.streams().find_map(|stream| Some((stream.kind, stream.life.trouble()?)));
    let (change, misses) = {
        let mut health = cluster.health();
        (health.observe(&report, trouble, now_ms()), health.misses)
    };
    if let Some(change) = change {
        tell(cluster, change);
    }
    cluster.breaker.send_if_modified(|open| std::mem::replace(open, misses >= MISSES) != (misses >= MISSES));
    if misses > 0 && misses.is_multiple_of(3) {
        // Perhaps it is the connection that swallows requests, and not the server.
        client.reconnect();
    }
}

fn answered(cluster: &Cluster, carrier: &Carrier, begun: Instant, was_down: bool) {
    for stream in cluster.streams() {
        stream.life.probed(carrier, begun);
        if was_down {
            stream.life.recovered(carrier);
        }
    }
    if was_down {
        cluster.discover_now.notify_one();
    }
}

fn tell(cluster: &Cluster, change: StateChange) {
    let name = Arc::clone(&cluster.meta.load().name);
    if change.from != change.to {
        tracing::info!(cluster = %name, from = %change.from, to = %change.to, reason = %change.reason, "cluster state");
    }
    cluster.publisher.state(StateChange { cluster: cluster.id.clone(), name, ..change });
}

/// Asks what the cluster serves, until the stop.
pub(crate) async fn run_discovery(
    cluster: Arc<Cluster>,
    settings: Arc<Settings>,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    let mut member = cluster.member.subscribe();
    let mut backoff = Backoff::new(BackoffPolicy::default());
    loop {
        let client = Arc::clone(&member.borrow_and_update());
        let discovered = tokio::select! {
            discovered = timeout(DISCOVERY_DEADLINE, discover(&cluster, &*client)) => discovered,
            () = stop.cancelled() => return Ok(()),
        };
        let wait = match discovered {
            Ok(Ok(())) => {
                backoff.reset();
                jittered(settings.discovery_interval, 0.25, &mut OsEntropy)
            }
            _ => backoff.next_delay(),
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = cluster.discover_now.notified() => {}
            changed = member.changed() => if changed.is_err() { return Ok(()) },
            () = stop.cancelled() => return Ok(()),
        }
    }
}

async fn discover(cluster: &Cluster, client: &dyn Member) -> Result<(), CallError> {
    let served = match client.served().await {
        Ok(served) => Observed::Known(Arc::new(served)),
        Err(error) if error.status() == Some(403) => Observed::NotAllowed,
        Err(error) => return Err(error),
    };
    let version = match client.version().await {
        Ok(version) => Some(version),
        Err(error) if error.status() == Some(403) => None,
        Err(error) => return Err(error),
    };
    if **cluster.served.load() != served || **cluster.version.load() != version {
        cluster.served.store(Arc::new(served));
        cluster.version.store(Arc::new(version));
        cluster.publisher.meta();
    }
    Ok(())
}
