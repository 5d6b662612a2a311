//! `/metrics` in the size of a real API server's: some megabytes, most of them buckets of histograms.

use super::pack::pack;
use anyhow::Result;
use bytes::Bytes;
use simulator::object_store::kinds;
use std::fmt::Write;

const VERBS: [(&str, &str); 8] = [
    ("GET", "resource"),
    ("LIST", "cluster"),
    ("LIST", "namespace"),
    ("WATCH", "cluster"),
    ("POST", "resource"),
    ("PUT", "resource"),
    ("PATCH", "resource"),
    ("DELETE", "resource"),
];
/// Upstream: `staging/src/k8s.io/apiserver/pkg/endpoints/metrics/metrics.go`.
const BUCKETS: [&str; 24] = [
    "0.005", "0.025", "0.05", "0.1", "0.2", "0.4", "0.6", "0.8", "1", "1.25", "1.5", "2", "3", "4", "5", "6", "8",
    "10", "15", "20", "30", "45", "60", "+Inf",
];
/// Two more histograms of a real server have the same labels.
const FAMILIES: [&str; 3] =
    ["apiserver_request_duration_seconds", "apiserver_request_sli_duration_seconds", "apiserver_response_sizes"];

/// The text, packed.
///
/// # Errors
/// Never for what lies in memory.
pub fn packed() -> Result<Bytes> {
    pack(text().as_bytes())
}

fn text() -> String {
    let mut text = String::new();
    for family in FAMILIES {
        let _infallible = writeln!(text, "# HELP {family} [STABLE] Distribution.\n# TYPE {family} histogram");
        for (at, kind) in kinds::ALL.iter().enumerate() {
            for (verb, scope) in VERBS {
                let labels = format!(
                    "component=\"apiserver\",dry_run=\"\",group=\"{}\",resource=\"{}\",scope=\"{scope}\",\
                     subresource=\"\",verb=\"{verb}\",version=\"{}\"",
                    kind.group, kind.plural, kind.version
                );
                for (bucket, bound) in BUCKETS.iter().enumerate() {
                    let count = (at + 1) * (bucket + 40);
                    let _infallible = writeln!(text, "{family}_bucket{{{labels},le=\"{bound}\"}} {count}");
                }
                let count = (at + 1) * (BUCKETS.len() + 39);
                let _infallible =
                    writeln!(text, "{family}_sum{{{labels}}} {count}.5\n{family}_count{{{labels}}} {count}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_size_of_a_real_one() {
        let text = text();
        assert!((2_000_000..6_000_000).contains(&text.len()), "{}", text.len());
        let line = text.lines().find(|line| line.contains("resource=\"pods\"") && line.contains("+Inf")).unwrap();
        assert!(line.starts_with("apiserver_request_duration_seconds_bucket{"), "{line}");
    }
}
