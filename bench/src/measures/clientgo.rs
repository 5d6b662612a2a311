//! The peer for memory that others measure by: client-go's informers, a process of their own.

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    pods: u64,
    heap_bytes: u64,
    rss_bytes: u64,
    cpu_seconds: f64,
}

/// Lists the pods of some recorded clusters into informers.
///
/// # Errors
/// When the informers do not hold every pod.
pub fn measure(setting: &Setting<'_>) -> Result<Vec<Figure>> {
    let program =
        setting.tools.clientgo.as_deref().context("client-go's informer is not built: name it by --clientgo")?;
    let scale = setting.scale;
    let clusters = scale.peer_pods / scale.pods;
    let recorded = Recorded::start(clusters, scale.nodes, scale.pods, true)?;
    let servers: Vec<&str> = recorded.ready.clusters.iter().map(|cluster| cluster.server.as_str()).collect();
    let mut command = Command::new(program);
    command.args(["-servers", &servers.join(","), "-token", TOKEN, "-pods", &recorded.pods().to_string()]);
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
            "a peer, beside heap.pod: {clusters} clusters, {} pods of {} B JSON, a shared informer with its defaults for \
             each, heap after a full collection",
            report.pods, recorded.ready.pod_bytes
        ),
        simulated: vec![
            "API servers are recorded, on loopback without TLS; they refuse the streaming list, so that the informers list",
        ],
    };
    Ok(vec![
        figure(HEAP, "B/pod", report.heap_bytes as f64 / report.pods as f64),
        figure(RESIDENT, "MB", report.rss_bytes as f64 / 1e6),
        figure(CPU, "ms/pod", report.cpu_seconds * 1e3 / report.pods as f64),
    ])
}
