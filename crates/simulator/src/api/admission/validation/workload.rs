//! Workloads. Upstream: `pkg/apis/apps/validation/validation.go`, `pkg/apis/batch/validation/validation.go`.

use serde_json::Value;

use super::meta::check_labels;
use super::pod::check_spec;
use crate::api::status::Cause;
use crate::object_store::Kind;

const IMMUTABLE: &str = "field is immutable";

/// Checks a Deployment, ReplicaSet, StatefulSet or DaemonSet.
pub fn check(kind: &Kind, spec: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    if spec["replicas"].as_i64().is_some_and(|r| r < 0) {
        causes.push(Cause::invalid("spec.replicas", &spec["replicas"], "must be greater than or equal to 0"));
    }
    causes.extend(check_selector(&spec["selector"], &spec["template"]));
    causes.extend(check_labels(&spec["template"], "spec.template.metadata"));
    causes.extend(check_spec(&spec["template"]["spec"], "spec.template.spec"));
    let policy = &spec["template"]["spec"]["restartPolicy"];
    if policy.as_str().is_some_and(|p| matches!(p, "OnFailure" | "Never")) {
        causes.push(Cause::unsupported("spec.template.spec.restartPolicy", policy, &["Always"]));
    }
    let strategy = &spec["strategy"]["type"];
    if kind.plural == "deployments" && !matches!(strategy.as_str(), None | Some("RollingUpdate" | "Recreate")) {
        causes.push(Cause::unsupported("spec.strategy.type", strategy, &["Recreate", "RollingUpdate"]));
    }
    causes
}

fn check_selector(selector: &Value, template: &Value) -> Vec<Cause> {
    let empty = |v: &Value| v.as_object().is_none_or(|o| o.is_empty()) && v.as_array().is_none_or(Vec::is_empty);
    if selector.is_null() {
        return vec![Cause::required("spec.selector", "")];
    }
    if empty(&selector["matchLabels"]) && empty(&selector["matchExpressions"]) {
        return vec![Cause::invalid("spec.selector", selector, "empty selector is invalid for deployment")];
    }
    let labels = &template["metadata"]["labels"];
    if matches(selector, labels) {
        return Vec::new();
    }
    let detail = "`selector` does not match template `labels`";
    vec![Cause::invalid("spec.template.metadata.labels", labels, detail)]
}

/// Whether labels satisfy a `LabelSelector`.
fn matches(selector: &Value, labels: &Value) -> bool {
    let pairs = selector["matchLabels"].as_object().into_iter().flatten();
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    pairs.into_iter().all(|(key, value)| labels.get(key) == Some(value))
        && expressions.into_iter().all(|e| {
            let value = e["key"].as_str().and_then(|k| labels.get(k));
            let listed = || value.is_some_and(|v| e["values"].as_array().is_some_and(|vs| vs.contains(v)));
            match e["operator"].as_str() {
                Some("In") => listed(),
                Some("NotIn") => !listed(),
                Some("Exists") => value.is_some(),
                Some("DoesNotExist") => value.is_none(),
                _ => false,
            }
        })
}

/// Checks a job's spec, also within a cron job.
pub fn check_job(spec: &Value, at: &str) -> Vec<Cause> {
    let mut causes = check_spec(&spec["template"]["spec"], &format!("{at}.template.spec"));
    for field in ["completions", "parallelism", "backoffLimit"] {
        if spec[field].as_i64().is_some_and(|n| n < 0) {
            let detail = "must be greater than or equal to 0";
            causes.push(Cause::invalid(format!("{at}.{field}"), &spec[field], detail));
        }
    }
    if spec["template"]["spec"]["restartPolicy"] == "Always" {
        let detail = "valid values: \"OnFailure\", \"Never\"";
        causes.push(Cause::required(format!("{at}.template.spec.restartPolicy"), detail));
    }
    causes
}

/// Checks a cron job.
pub fn check_cron_job(spec: &Value) -> Vec<Cause> {
    let mut causes = check_job(&spec["jobTemplate"]["spec"], "spec.jobTemplate.spec");
    if spec["schedule"].as_str().is_none_or(str::is_empty) {
        causes.push(Cause::required("spec.schedule", ""));
    }
    causes
}

/// What a workload keeps for life.
pub fn check_update(kind: &Kind, current: &Value, object: &Value) -> Vec<Cause> {
    let (before, after) = (&current["spec"], &object["spec"]);
    let changed = |field: &str| before.get(field) != after.get(field);
    let immutable: &[&str] = match kind.plural {
        "deployments" | "replicasets" | "daemonsets" => &["selector"],
        "jobs" => &["selector", "template", "completionMode"],
        "statefulsets" => &["selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates"],
        _ => &[],
    };
    if kind.plural == "statefulsets" && immutable.iter().any(|f| changed(f)) {
        return vec![Cause::forbidden(
            "spec",
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        )];
    }
    let fields = immutable.iter().filter(|field| changed(field));
    fields.map(|field| Cause::invalid(format!("spec.{field}"), &after[*field], IMMUTABLE)).collect()
}
