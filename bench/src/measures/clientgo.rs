//! The peer for memory that others measure by: client-go's informer, a process of its own.

use super::Setting;
use crate::fake::TOKEN;
use crate::figure::{Better, Figure};
use crate::outside::Recorded;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::process::Command;

/// Heap a pod takes.
pub const HEAP: &str = "clientgo.heap";
/// Memory of the whole process.
pub const RESIDENT: &str = "clientgo.rss";
/// Time on processors a pod takes, to come in.
pub const CPU: &str = "clientgo.cpu";

/// Pods on a node, as in the other measures.
const PODS_ON_A_NODE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    pods: u64,
    heap_bytes: u64,
    rss_bytes: u64,
    cpu_seconds: f64,
}

/// Lists the pods of one recorded cluster into an informer.
///
/// # Errors
/// When the informer does not hold every pod.
pub fn measure(setting: &Setting<'_>) -> Result<Vec<Figure>> {
    let program =
        setting.tools.clientgo.as_deref().context("client-go's informer is not built: name it by --clientgo")?;
    let pods = setting.scale.peer_pods;
    let recorded = Recorded::start(1, pods / PODS_ON_A_NODE, pods, true)?;
    let cluster = &recorded.ready.clusters[0];
    let mut command = Command::new(program);
    command.args(["-server", &cluster.server, "-token", TOKEN, "-pods", &cluster.pods.to_string()]);
    let output = command.output().with_context(|| format!("start {}", program.display()))?;
    ensure!(output.status.success(), "client-go: {}", String::from_utf8_lossy(&output.stderr).trim());
    let report: Report = serde_json::from_slice(&output.stdout).context("client-go's informer reports")?;
    let figure = |name, unit, value| Figure {
        name,
        value,
        unit,
        better: Better::Lower,
        must: None,
        aim: None,
        peer: None,
        limit: None,
        samples: report.pods,
        scale: format!(
            "a peer, beside heap.pod: one cluster, {} pods of {} B JSON, a shared informer with its defaults, heap after \
             a full collection",
            report.pods, recorded.ready.pod_bytes
        ),
        simulated: vec![
            "the API server is recorded, on loopback without TLS; it refuses the streaming list, so that the informer lists",
        ],
    };
    Ok(vec![
        figure(HEAP, "B/pod", report.heap_bytes as f64 / report.pods as f64),
        figure(RESIDENT, "MB", report.rss_bytes as f64 / 1e6),
        figure(CPU, "ms/pod", report.cpu_seconds * 1e3 / report.pods as f64),
    ])
}
