use super::*;
use serde_json::{Value, json};

/// (status, ready/total, restarts) of a pod.
fn shown(pod: Value) -> (String, String, u32) {
    let text = pod.to_string();
    let pod: SlimPod<'_> = serde_json::from_str(&text).unwrap();
    let phase = match pod.status.phase.as_str() {
        "Running" => PodPhase::Running,
        "Succeeded" => PodPhase::Succeeded,
        "Failed" => PodPhase::Failed,
        _ => PodPhase::Pending,
    };
    let printed = printed(&pod, phase);
    (printed.status.into_owned(), format!("{}/{}", printed.ready, printed.containers), printed.restarts)
}

fn pod(phase: &str, containers: &[Value]) -> Value {
    let names: Vec<Value> = (0..containers.len()).map(|index| json!({"name": format!("c{index}")})).collect();
    json!({"spec": {"containers": names}, "status": {"phase": phase, "containerStatuses": containers}})
}

fn running() -> Value {
    json!({"ready": true, "restartCount": 1, "state": {"running": {}}})
}

fn waiting(reason: &str) -> Value {
    json!({"restartCount": 3, "state": {"waiting": {"reason": reason}}})
}

fn terminated(code: i32, reason: &str, signal: i32) -> Value {
    json!({"restartCount": 2, "state": {"terminated": {"exitCode": code, "reason": reason, "signal": signal}}})
}

#[test]
fn container_states() {
    let cases = [
        (pod("Running", &[running(), running()]), "Running", "2/2", 2),
        (pod("Running", &[running(), waiting("CrashLoopBackOff")]), "CrashLoopBackOff", "1/2", 4),
        (pod("Pending", &[waiting("ImagePullBackOff")]), "ImagePullBackOff", "0/1", 3),
        (pod("Pending", &[]), "Pending", "0/0", 0),
        (pod("Running", &[waiting("CrashLoopBackOff"), terminated(1, "Error", 0)]), "CrashLoopBackOff", "0/2", 5),
        (pod("Failed", &[terminated(137, "OOMKilled", 0)]), "OOMKilled", "0/1", 2),
        (pod("Failed", &[terminated(9, "", 0)]), "ExitCode:9", "0/1", 2),
        (pod("Failed", &[terminated(137, "", 9)]), "Signal:9", "0/1", 2),
        (pod("Succeeded", &[terminated(0, "Completed", 0)]), "Completed", "0/1", 2),
        (pod("Running", &[terminated(0, "Completed", 0), running()]), "NotReady", "1/2", 3),
        (pod("Failed", &[terminated(0, "Completed", 0), terminated(1, "Error", 0)]), "Error", "0/2", 4),
    ];
    for (pod, status, ready, restarts) in cases {
        let case = pod.to_string();
        assert_eq!(shown(pod), (status.to_owned(), ready.to_owned(), restarts), "{case}");
    }
}

#[test]
fn a_finished_container_beside_a_ready_one_is_running() {
    let mut pod = pod("Running", &[terminated(0, "Completed", 0), running()]);
    pod["status"]["conditions"] = json!([{"type": "Ready", "status": "True"}]);
    assert_eq!(shown(pod).0, "Running");
}

#[test]
fn initialising() {
    let with_init = |statuses: Value| {
        let mut pod = pod("Pending", &[waiting("PodInitializing")]);
        pod["spec"]["initContainers"] = json!([{"name": "i0"}, {"name": "i1"}]);
        pod["status"]["initContainerStatuses"] = statuses;
        pod
    };
    let done = json!({"name": "i0", "state": {"terminated": {"exitCode": 0}}});
    let cases = [
        (json!([{"name": "i0", "state": {"running": {}}}]), "Init:0/2"),
        (json!([done, {"name": "i1", "state": {"running": {}}}]), "Init:1/2"),
        (json!([done, {"name": "i1", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]), "Init:CrashLoopBackOff"),
        (json!([{"name": "i0", "state": {"waiting": {"reason": "PodInitializing"}}}]), "Init:0/2"),
        (json!([{"name": "i0", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]), "Init:Error"),
        (json!([{"name": "i0", "state": {"terminated": {"exitCode": 2}}}]), "Init:ExitCode:2"),
        (json!([done, {"name": "i1", "state": {"terminated": {"exitCode": 0}}}]), "PodInitializing"),
    ];
    for (statuses, status) in cases {
        assert_eq!(shown(with_init(statuses.clone())).0, status, "{statuses}");
    }
}

#[test]
fn a_started_sidecar_counts_as_a_container() {
    let mut pod = pod("Running", &[running()]);
    pod["spec"]["initContainers"] = json!([{"name": "mesh", "restartPolicy": "Always"}]);
    pod["status"]["initContainerStatuses"] =
        json!([{"name": "mesh", "started": true, "ready": true, "restartCount": 5, "state": {"running": {}}}]);
    assert_eq!(shown(pod), ("Running".to_owned(), "2/2".to_owned(), 6));
}

#[test]
fn the_words_of_the_pod_itself() {
    let mut evicted = pod("Failed", &[]);
    evicted["status"]["reason"] = json!("Evicted");
    assert_eq!(shown(evicted).0, "Evicted");

    let mut gated = pod("Pending", &[]);
    gated["status"]["conditions"] = json!([{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]);
    assert_eq!(shown(gated).0, "SchedulingGated");

    let mut leaving = pod("Running", &[running()]);
    leaving["metadata"] = json!({"deletionTimestamp": "2026-01-01T00:00:00Z"});
    assert_eq!(shown(leaving.clone()).0, "Terminating");
    leaving["status"]["reason"] = json!("NodeLost");
    assert_eq!(shown(leaving).0, "Unknown");

    let mut finished = pod("Succeeded", &[terminated(0, "Completed", 0)]);
    finished["metadata"] = json!({"deletionTimestamp": "2026-01-01T00:00:00Z"});
    assert_eq!(shown(finished).0, "Completed");
}
