//! Pod statuses as kubelets write them.

use serde_json::{Value, json};

use crate::controllers::objects::{drop_key, items, now, set_condition, text};

const PROBE: Option<&str> = Some("lastProbeTime");

fn container_id(pod: &Value, container: &Value) -> String {
    let uid = text(&pod["metadata"]["uid"]).replace('-', "");
    let name = container["name"].as_str().unwrap_or_default();
    let tail = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("containerd://{uid}{tail:016x}{tail:016x}")
}

fn container_status(pod: &Value, container: &Value, state: Value, ready: bool, restarts: u64) -> Value {
    let running = state["running"].is_object();
    let image = text(&container["image"]);
    json!({
        "name": container["name"],
        "state": state,
        "lastState": {},
        "ready": ready,
        "restartCount": restarts,
        "image": image,
        "imageID": if running { format!("{}@sha256:{:064x}", image.split(':').next().unwrap_or_default(), image.len()) } else { String::new() },
        "containerID": if running { container_id(pod, container).into() } else { Value::Null },
        "started": running,
    })
}

fn statuses(pod: &Value, list: &str, state: impl Fn(&Value) -> (Value, bool, u64)) -> Value {
    let one = |container: &Value| {
        let (state, ready, restarts) = state(container);
        let mut status = container_status(pod, container, state, ready, restarts);
        if status["containerID"].is_null() {
            drop_key(&mut status, "containerID");
        }
        status
    };
    items(&pod["spec"][list]).map(one).collect::<Vec<_>>().into()
}

fn has_init(pod: &Value) -> bool {
    items(&pod["spec"]["initContainers"]).next().is_some()
}

/// Bound, images on the way.
pub(crate) fn creating(pod: &mut Value, host_ip: &str) {
    let waiting = |reason: &'static str| move |_: &Value| (json!({"waiting": {"reason": reason}}), false, 0);
    let reason = if has_init(pod) { "PodInitializing" } else { "ContainerCreating" };
    let containers = statuses(pod, "containers", waiting(reason));
    let init = has_init(pod).then(|| statuses(pod, "initContainers", waiting("PodInitializing")));
    let status = &mut pod["status"];
    status["phase"] = "Pending".into();
    status["hostIP"] = host_ip.into();
    status["hostIPs"] = json!([{"ip": host_ip}]);
    status["startTime"] = now().into();
    status["containerStatuses"] = containers;
    if let Some(init) = init {
        status["initContainerStatuses"] = init;
    }
    let names = unready(pod);
    set_condition(pod, ("PodReadyToStartContainers", "False"), "", "", PROBE);
    set_condition(pod, ("Initialized", if has_init(pod) { "False" } else { "True" }), "", "", PROBE);
    set_condition(pod, ("Ready", "False"), "ContainersNotReady", &names, PROBE);
    set_condition(pod, ("ContainersReady", "False"), "ContainersNotReady", &names, PROBE);
}

fn unready(pod: &Value) -> String {
    let names: Vec<&str> =
        items(&pod["spec"]["containers"]).filter_map(|container| container["name"].as_str()).collect();
    format!("containers with unready status: [{}]", names.join(" "))
}

/// The whole status of a pod that runs since `started`, as a generated fleet starts with.
pub(crate) fn running_status(pod: &Value, (pod_ip, host_ip): (&str, &str), started: &str) -> Value {
    let mut scratch = json!({"metadata": pod["metadata"], "spec": pod["spec"], "status": {}});
    start(&mut scratch, pod_ip, host_ip);
    let mut status = scratch["status"].take();
    status["startTime"] = started.into();
    let scheduled =
        json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": started});
    if let Some(conditions) = status["conditions"].as_array_mut() {
        conditions.push(scheduled);
        for condition in conditions {
            condition["lastTransitionTime"] = started.into();
        }
    }
    if let Some(containers) = status["containerStatuses"].as_array_mut() {
        for container in containers {
            container["state"]["running"]["startedAt"] = started.into();
        }
    }
    if let Some(containers) = status["initContainerStatuses"].as_array_mut() {
        for container in containers {
            container["state"]["terminated"]["startedAt"] = started.into();
            container["state"]["terminated"]["finishedAt"] = started.into();
        }
    }
    let qos = pod["status"]["qosClass"].clone();
    if qos.is_string() {
        status["qosClass"] = qos;
    }
    status
}

/// All containers run and are ready.
pub(super) fn start(pod: &mut Value, pod_ip: &str, host_ip: &str) {
    let at = now();
    let containers = statuses(pod, "containers", |_| (json!({"running": {"startedAt": at}}), true, 0));
    set_addresses(pod, pod_ip, host_ip);
    initialized(pod, &at);
    pod["status"]["phase"] = "Running".into();
    pod["status"]["containerStatuses"] = containers;
    set_ready(pod, true);
}

fn initialized(pod: &mut Value, at: &str) {
    if has_init(pod) {
        let ended = |_: &Value| {
            let state =
                json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": at, "finishedAt": at}});
            (state, true, 0)
        };
        pod["status"]["initContainerStatuses"] = statuses(pod, "initContainers", ended);
    }
    set_condition(pod, ("PodReadyToStartContainers", "True"), "", "", PROBE);
    set_condition(pod, ("Initialized", "True"), "", "", PROBE);
}

fn set_addresses(pod: &mut Value, pod_ip: &str, host_ip: &str) {
    let status = &mut pod["status"];
    status["hostIP"] = host_ip.into();
    status["hostIPs"] = json!([{"ip": host_ip}]);
    if !pod_ip.is_empty() {
        status["podIP"] = pod_ip.into();
        status["podIPs"] = json!([{"ip": pod_ip}]);
    }
    if !status["startTime"].is_string() {
        status["startTime"] = now().into();
    }
}

/// Sets readiness of the pod and of all its containers.
pub(super) fn set_ready(pod: &mut Value, ready: bool) {
    if let Some(list) = pod["status"]["containerStatuses"].as_array_mut() {
        list.iter_mut().for_each(|status| status["ready"] = ready.into());
    }
    let (status, reason) = if ready { ("True", "") } else { ("False", "ContainersNotReady") };
    let message = if ready { String::new() } else { unready(pod) };
    set_condition(pod, ("Ready", status), reason, &message, PROBE);
    set_condition(pod, ("ContainersReady", status), reason, &message, PROBE);
}

/// The image cannot be pulled.
pub(crate) fn image_pull_backoff(pod: &mut Value) {
    let waiting = |container: &Value| {
        let message = format!("Back-off pulling image \"{}\": ErrImagePull: not found", text(&container["image"]));
        (json!({"waiting": {"reason": "ImagePullBackOff", "message": message}}), false, 0)
    };
    pod["status"]["containerStatuses"] = statuses(pod, "containers", waiting);
}

/// The containers ran and died; they wait for another try.
pub(crate) fn crashed(pod: &mut Value, pod_ip: &str, host_ip: &str, restarts: u64) {
    let at = now();
    let uid = text(&pod["metadata"]["uid"]);
    let name = format!("{}_{}({uid})", text(&pod["metadata"]["name"]), text(&pod["metadata"]["namespace"]));
    let backoff = (10_u64 << restarts.min(5)).min(300);
    let waiting = |container: &Value| {
        let message =
            format!("back-off {backoff}s restarting failed container={} pod={name}", text(&container["name"]));
        (json!({"waiting": {"reason": "CrashLoopBackOff", "message": message}}), false, restarts)
    };
    let mut containers = statuses(pod, "containers", waiting);
    for status in containers.as_array_mut().into_iter().flatten() {
        status["lastState"] = json!({
            "terminated": {"exitCode": 1, "reason": "Error", "startedAt": at, "finishedAt": at}
        });
    }
    set_addresses(pod, pod_ip, host_ip);
    initialized(pod, &at);
    pod["status"]["phase"] = "Running".into();
    pod["status"]["containerStatuses"] = containers;
    set_ready(pod, false);
}

/// All containers ended with success.
pub(super) fn complete(pod: &mut Value) {
    let at = now();
    let ended = |_: &Value| {
        let state = json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": at, "finishedAt": at}});
        (state, false, 0)
    };
    pod["status"]["containerStatuses"] = statuses(pod, "containers", ended);
    pod["status"]["phase"] = "Succeeded".into();
    for kind in ["Ready", "ContainersReady"] {
        set_condition(pod, (kind, "False"), "PodCompleted", "", PROBE);
    }
}
