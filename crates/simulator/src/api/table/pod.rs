//! What a pod's row says. Upstream: `pkg/printers/internalversion/printers.go`, `printPod`.

use jiff::Timestamp;
use serde_json::Value;

use super::age;

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub fn ready(pod: &Value) -> String {
    let total = items(&pod["spec"]["containers"]).len();
    let statuses = items(&pod["status"]["containerStatuses"]);
    let ready = statuses.iter().filter(|s| s["ready"] == true && s["state"]["running"].is_object()).count();
    format!("{ready}/{total}")
}

pub fn status(pod: &Value) -> String {
    let status = &pod["status"];
    let mut reason = status["reason"].as_str().or(status["phase"].as_str()).unwrap_or("Unknown").to_owned();
    let gated =
        items(&status["conditions"]).iter().any(|c| c["type"] == "PodScheduled" && c["reason"] == "SchedulingGated");
    if gated {
        reason = "SchedulingGated".to_owned();
    }
    match initializing(pod) {
        Some(text) => reason = text,
        None => {
            let mut running = false;
            for container in items(&status["containerStatuses"]).iter().rev() {
                if let Some(text) = container_reason(&container["state"]) {
                    reason = text;
                }
                running |= container["ready"] == true && container["state"]["running"].is_object();
            }
            if reason == "Completed" && running {
                reason = "Running".to_owned();
            }
        }
    }
    if pod["metadata"]["deletionTimestamp"].is_string() {
        return match (status["reason"].as_str(), status["phase"].as_str()) {
            (Some("NodeLost"), _) => "Unknown".to_owned(),
            (_, Some("Succeeded" | "Failed")) => reason,
            _ => "Terminating".to_owned(),
        };
    }
    reason
}

fn container_reason(state: &Value) -> Option<String> {
    let waiting = state["waiting"]["reason"].as_str().filter(|r| !r.is_empty());
    if let Some(reason) = waiting {
        return Some(reason.to_owned());
    }
    let ended = state["terminated"].as_object()?;
    if let Some(reason) = ended.get("reason").and_then(Value::as_str).filter(|r| !r.is_empty()) {
        return Some(reason.to_owned());
    }
    let signal = ended.get("signal").and_then(Value::as_i64).unwrap_or(0);
    let code = ended.get("exitCode").and_then(Value::as_i64).unwrap_or(0);
    Some(if signal != 0 { format!("Signal:{signal}") } else { format!("ExitCode:{code}") })
}

fn initializing(pod: &Value) -> Option<String> {
    let total = items(&pod["spec"]["initContainers"]).len();
    for (i, container) in items(&pod["status"]["initContainerStatuses"]).iter().enumerate() {
        let state = &container["state"];
        if state["terminated"]["exitCode"] == 0 {
            continue;
        }
        if state["terminated"].is_object() {
            return container_reason(state).map(|r| format!("Init:{r}"));
        }
        return Some(match state["waiting"]["reason"].as_str() {
            Some(reason) if !reason.is_empty() && reason != "PodInitializing" => format!("Init:{reason}"),
            _ => format!("Init:{i}/{total}"),
        });
    }
    None
}

pub fn restarts(pod: &Value, now: Timestamp) -> String {
    let statuses = items(&pod["status"]["containerStatuses"]);
    let count: i64 = statuses.iter().filter_map(|s| s["restartCount"].as_i64()).sum();
    let last = statuses.iter().filter_map(|s| s["lastState"]["terminated"]["finishedAt"].as_str()).max();
    match last {
        Some(at) if count > 0 => format!("{count} ({} ago)", age::since(&at.into(), now)),
        _ => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_status_column_tells_the_most_pressing_reason() {
        let container = |state: Value, ready: bool| json!([{"state": state, "ready": ready}]);
        for (pod, expected) in [
            (json!({"status": {"phase": "Pending"}}), "Pending"),
            (json!({"status": {"phase": "Failed", "reason": "Evicted"}}), "Evicted"),
            (
                json!({"status": {"phase": "Running", "containerStatuses":
                    container(json!({"waiting": {"reason": "CrashLoopBackOff"}}), false)}}),
                "CrashLoopBackOff",
            ),
            (
                json!({"status": {"phase": "Failed", "containerStatuses":
                    container(json!({"terminated": {"exitCode": 3}}), false)}}),
                "ExitCode:3",
            ),
            (
                json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"phase": "Running"}}),
                "Terminating",
            ),
            (
                json!({"spec": {"initContainers": [{}, {}]}, "status": {"phase": "Pending",
                    "initContainerStatuses": [{"state": {"terminated": {"exitCode": 0}}}, {"state": {"running": {}}}]}}),
                "Init:1/2",
            ),
        ] {
            assert_eq!(status(&pod), expected, "{pod}");
        }
    }
}
