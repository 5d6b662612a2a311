//! `/metrics` with the API server's own names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::request::Target;

/// Seconds. Upstream: `staging/src/k8s.io/apiserver/pkg/endpoints/metrics/metrics.go`.
const BUCKETS: &[f64] = &[
    0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0,
    45.0, 60.0,
];

/// What a request counts as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestLabels {
    pub verb: &'static str,
    pub group: &'static str,
    pub version: &'static str,
    pub resource: String,
    pub subresource: &'static str,
    pub scope: &'static str,
    pub dry_run: bool,
}

impl RequestLabels {
    pub(super) fn new(verb: &str, target: &Target, dry_run: bool) -> Self {
        let verb = match verb {
            "get" => "GET",
            "list" => "LIST",
            "watch" => "WATCH",
            "create" => "POST",
            "update" => "PUT",
            "patch" => "PATCH",
            "delete" => "DELETE",
            "deletecollection" => "DELETECOLLECTION",
            _ => "other",
        };
        let mut labels =
            Self { verb, group: "", version: "", resource: String::new(), subresource: "", scope: "", dry_run };
        match target {
            Target::Resource(path) => {
                labels.group = path.kind.group;
                labels.version = path.kind.version;
                labels.resource = path.kind.plural.to_owned();
                labels.subresource = path.subresource.map_or("", |s| s.path());
                labels.scope = match (&path.name, &path.namespace) {
                    (Some(_), _) => "resource",
                    (None, Some(_)) if verb == "POST" => "resource",
                    (None, Some(_)) => "namespace",
                    (None, None) => "cluster",
                };
            }
            Target::Review { resource, .. } => {
                labels.group = resource.group();
                labels.version = "v1";
                labels.resource = resource.plural();
                labels.scope = "resource";
            }
            Target::NonResource => {}
        }
        labels
    }
}

#[derive(Debug, Default)]
struct Histogram {
    /// One per bucket, not cumulative; the last is `+Inf`.
    counts: Vec<u64>,
    sum: f64,
}

impl Histogram {
    fn observe(&mut self, seconds: f64) {
        self.counts.resize(BUCKETS.len() + 1, 0);
        self.counts[BUCKETS.partition_point(|b| *b < seconds)] += 1;
        self.sum += seconds;
    }
}

#[derive(Debug, Default)]
struct Families {
    durations: BTreeMap<RequestLabels, Histogram>,
    totals: BTreeMap<(RequestLabels, u16), u64>,
}

/// Counters of one API server.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<Families>);

impl Metrics {
    /// Counts one finished request.
    pub fn observe(&self, labels: &RequestLabels, code: u16, took: Duration) {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        families.durations.entry(labels.clone()).or_default().observe(took.as_secs_f64());
        *families.totals.entry((labels.clone(), code)).or_default() += 1;
    }

    /// Prometheus text format 0.0.4.
    pub fn render(&self) -> String {
        let families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        out.push_str("# HELP apiserver_request_duration_seconds [STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.\n");
        out.push_str("# TYPE apiserver_request_duration_seconds histogram\n");
        for (labels, histogram) in &families.durations {
            render_histogram(&mut out, labels, histogram);
        }
        out.push_str("# HELP apiserver_request_total [STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.\n");
        out.push_str("# TYPE apiserver_request_total counter\n");
        for ((labels, code), total) in &families.totals {
            let text = label_text(labels);
            let _ = writeln!(out, "apiserver_request_total{{code=\"{code}\",{text}}} {total}");
        }
        out
    }
}

fn label_text(l: &RequestLabels) -> String {
    let dry_run = if l.dry_run { "All" } else { "" };
    format!(
        "component=\"apiserver\",dry_run=\"{dry_run}\",group=\"{}\",resource=\"{}\",scope=\"{}\",subresource=\"{}\",verb=\"{}\",version=\"{}\"",
        l.group, l.resource, l.scope, l.subresource, l.verb, l.version
    )
}

fn render_histogram(out: &mut String, labels: &RequestLabels, histogram: &Histogram) {
    const NAME: &str = "apiserver_request_duration_seconds";
    let text = label_text(labels);
    let mut cumulative = 0;
    for (i, count) in histogram.counts.iter().enumerate() {
        cumulative += count;
        let bound = BUCKETS.get(i).map_or("+Inf".to_owned(), f64::to_string);
        let _ = writeln!(out, "{NAME}_bucket{{{text},le=\"{bound}\"}} {cumulative}");
    }
    let _ = writeln!(out, "{NAME}_sum{{{text}}} {}", histogram.sum);
    let _ = writeln!(out, "{NAME}_count{{{text}}} {cumulative}");
}

/// etcd's own `/metrics`, as far as leader elections go.
pub fn render_etcd(leader_changes: u64) -> String {
    format!(
        "# HELP etcd_server_has_leader Whether or not a leader exists. 1 is existence, 0 is not.\n\
         # TYPE etcd_server_has_leader gauge\n\
         etcd_server_has_leader 1\n\
         # HELP etcd_server_leader_changes_seen_total The number of leader changes seen.\n\
         # TYPE etcd_server_leader_changes_seen_total counter\n\
         etcd_server_leader_changes_seen_total {leader_changes}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request;

    #[test]
    fn buckets_are_cumulative_and_inclusive() {
        let metrics = Metrics::default();
        let target = request::parse("/api/v1/namespaces/a/pods").unwrap();
        let labels = RequestLabels::new("list", &target, false);
        for ms in [5, 30, 70_000] {
            metrics.observe(&labels, 200, Duration::from_millis(ms));
        }
        let text = metrics.render();
        for line in [
            "le=\"0.005\"} 1",
            "le=\"0.025\"} 1",
            "le=\"0.05\"} 2",
            "le=\"60\"} 2",
            "le=\"+Inf\"} 3",
            "resource=\"pods\",scope=\"namespace\",subresource=\"\",verb=\"LIST\",version=\"v1\"} 3",
        ] {
            assert!(text.contains(line), "{line} not in\n{text}");
        }
    }
}
