//! The columns of each kind. Upstream: `pkg/printers/internalversion/printers.go`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{age, pod};
use crate::object_store::Kind;

pub struct Column {
    name: &'static str,
    kind: &'static str,
    format: &'static str,
    /// 1 shows only in `-o wide`.
    priority: u8,
    pub cell: fn(&Value, Timestamp) -> Value,
}

impl Column {
    pub fn definition(&self) -> Value {
        json!({
            "name": self.name,
            "type": self.kind,
            "format": self.format,
            "description": self.name,
            "priority": self.priority,
        })
    }
}

const fn text(name: &'static str, cell: fn(&Value, Timestamp) -> Value) -> Column {
    Column { name, kind: "string", format: "", priority: 0, cell }
}

const fn number(name: &'static str, cell: fn(&Value, Timestamp) -> Value) -> Column {
    Column { name, kind: "integer", format: "", priority: 0, cell }
}

const fn wide(name: &'static str, cell: fn(&Value, Timestamp) -> Value) -> Column {
    Column { name, kind: "string", format: "", priority: 1, cell }
}

fn name() -> Column {
    Column { format: "name", ..text("Name", |o, _| o["metadata"]["name"].clone()) }
}

fn age() -> Column {
    text("Age", |o, now| age::since(&o["metadata"]["creationTimestamp"], now).into())
}

/// The columns of a kind, from name to age.
pub fn of(kind: &Kind) -> Vec<Column> {
    let (before, after): (Vec<Column>, Vec<Column>) = match (kind.group, kind.plural) {
        ("", "pods") => pods(),
        ("", "nodes") => nodes(),
        ("", "namespaces") => (vec![text("Status", |o, _| or_none(&o["status"]["phase"]))], vec![]),
        ("", "services") => services(),
        ("", "events") => return events(),
        ("", "configmaps") => (vec![number("Data", |o, _| length(&o["data"]))], vec![]),
        ("", "secrets") => {
            (vec![text("Type", |o, _| or_none(&o["type"])), number("Data", |o, _| length(&o["data"]))], vec![])
        }
        ("apps", "deployments") => deployments(),
        ("apps", "replicasets") => replica_sets(),
        ("apps", "statefulsets") => (vec![text("Ready", |o, _| ready_of_replicas(o))], template_columns()),
        ("apps", "daemonsets") => daemon_sets(),
        ("batch", "jobs") => (
            vec![
                text("Status", |o, _| job_status(o)),
                text("Completions", |o, _| {
                    let done = count(&o["status"]["succeeded"]);
                    format!("{done}/{}", o["spec"]["completions"].as_i64().unwrap_or(1)).into()
                }),
            ],
            vec![],
        ),
        _ => (vec![], vec![]),
    };
    let mut all = vec![name()];
    all.extend(before);
    all.push(age());
    all.extend(after);
    all
}

fn pods() -> (Vec<Column>, Vec<Column>) {
    (
        vec![
            text("Ready", |o, _| pod::ready(o).into()),
            text("Status", |o, _| pod::status(o).into()),
            text("Restarts", |o, now| pod::restarts(o, now).into()),
        ],
        vec![
            wide("IP", |o, _| or_none(&o["status"]["podIP"])),
            wide("Node", |o, _| or_none(&o["spec"]["nodeName"])),
            wide("Nominated Node", |o, _| or_none(&o["status"]["nominatedNodeName"])),
            wide("Readiness Gates", |_, _| "<none>".into()),
        ],
    )
}

fn nodes() -> (Vec<Column>, Vec<Column>) {
    (
        vec![text("Status", |o, _| node_status(o).into()), text("Roles", |o, _| node_roles(o).into())],
        vec![
            text("Version", |o, _| o["status"]["nodeInfo"]["kubeletVersion"].clone()),
            wide("Internal-IP", |o, _| node_address(o, "InternalIP")),
            wide("External-IP", |o, _| node_address(o, "ExternalIP")),
            wide("OS-Image", |o, _| node_info(o, "osImage")),
            wide("Kernel-Version", |o, _| node_info(o, "kernelVersion")),
            wide("Container-Runtime", |o, _| node_info(o, "containerRuntimeVersion")),
        ],
    )
}

fn services() -> (Vec<Column>, Vec<Column>) {
    (
        vec![
            text("Type", |o, _| o["spec"]["type"].clone()),
            text("Cluster-IP", |o, _| or_none(&o["spec"]["clusterIP"])),
            text("External-IP", |_, _| "<none>".into()),
            text("Port(s)", |o, _| {
                let ports = o["spec"]["ports"].as_array().into_iter().flatten();
                let list: Vec<String> =
                    ports.map(|p| format!("{}/{}", p["port"], p["protocol"].as_str().unwrap_or("TCP"))).collect();
                if list.is_empty() { "<none>".into() } else { list.join(",").into() }
            }),
        ],
        vec![wide("Selector", |o, _| pairs(&o["spec"]["selector"]))],
    )
}

fn events() -> Vec<Column> {
    vec![
        text("Last Seen", |o, now| {
            let times = [&o["lastTimestamp"], &o["eventTime"], &o["metadata"]["creationTimestamp"]];
            let at = times.into_iter().find(|t| t.is_string()).unwrap_or(&Value::Null);
            age::since(at, now).into()
        }),
        text("Type", |o, _| o["type"].clone()),
        text("Reason", |o, _| o["reason"].clone()),
        text("Object", |o, _| {
            let about = &o["involvedObject"];
            let kind = about["kind"].as_str().unwrap_or("").to_lowercase();
            format!("{kind}/{}", about["name"].as_str().unwrap_or("")).into()
        }),
        text("Message", |o, _| o["message"].as_str().unwrap_or("").trim().into()),
        Column { priority: 1, ..name() },
    ]
}

fn deployments() -> (Vec<Column>, Vec<Column>) {
    let mut after = template_columns();
    after.push(wide("Selector", |o, _| pairs(&o["spec"]["selector"]["matchLabels"])));
    (
        vec![
            text("Ready", |o, _| ready_of_replicas(o)),
            number("Up-to-date", |o, _| count(&o["status"]["updatedReplicas"]).into()),
            number("Available", |o, _| count(&o["status"]["availableReplicas"]).into()),
        ],
        after,
    )
}

fn replica_sets() -> (Vec<Column>, Vec<Column>) {
    (
        vec![
            number("Desired", |o, _| count(&o["spec"]["replicas"]).into()),
            number("Current", |o, _| count(&o["status"]["replicas"]).into()),
            number("Ready", |o, _| count(&o["status"]["readyReplicas"]).into()),
        ],
        template_columns(),
    )
}

fn daemon_sets() -> (Vec<Column>, Vec<Column>) {
    (
        vec![
            number("Desired", |o, _| count(&o["status"]["desiredNumberScheduled"]).into()),
            number("Current", |o, _| count(&o["status"]["currentNumberScheduled"]).into()),
            number("Ready", |o, _| count(&o["status"]["numberReady"]).into()),
            number("Up-to-date", |o, _| count(&o["status"]["updatedNumberScheduled"]).into()),
            number("Available", |o, _| count(&o["status"]["numberAvailable"]).into()),
            text("Node Selector", |o, _| pairs(&o["spec"]["template"]["spec"]["nodeSelector"])),
        ],
        template_columns(),
    )
}

fn template_columns() -> Vec<Column> {
    vec![wide("Containers", |o, _| containers(o, "name")), wide("Images", |o, _| containers(o, "image"))]
}

fn containers(object: &Value, field: &str) -> Value {
    let list = object["spec"]["template"]["spec"]["containers"].as_array().into_iter().flatten();
    let names: Vec<&str> = list.filter_map(|c| c[field].as_str()).collect();
    names.join(",").into()
}

fn or_none(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if !text.is_empty() => text.into(),
        _ => "<none>".into(),
    }
}

fn count(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

fn length(value: &Value) -> Value {
    value.as_object().map_or(0, |o| o.len()).into()
}

fn pairs(labels: &Value) -> Value {
    let list = labels.as_object().into_iter().flatten();
    let list: Vec<String> = list.map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or(""))).collect();
    if list.is_empty() { "<none>".into() } else { list.join(",").into() }
}

fn ready_of_replicas(object: &Value) -> Value {
    let wanted = object["spec"]["replicas"].as_i64().unwrap_or(1);
    format!("{}/{wanted}", count(&object["status"]["readyReplicas"])).into()
}

fn job_status(job: &Value) -> Value {
    let conditions = job["status"]["conditions"].as_array().into_iter().flatten();
    let done = conditions
        .filter(|c| c["status"] == "True")
        .find(|c| matches!(c["type"].as_str(), Some("Complete" | "Failed" | "Suspended")));
    done.map_or("Running".into(), |c| c["type"].clone())
}

fn node_status(node: &Value) -> String {
    let conditions = node["status"]["conditions"].as_array().into_iter().flatten();
    let ready = conditions.filter(|c| c["type"] == "Ready").map(|c| c["status"] == "True").next();
    let mut text = match ready {
        Some(true) => "Ready",
        Some(false) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if node["spec"]["unschedulable"] == true {
        text.push_str(",SchedulingDisabled");
    }
    text
}

fn node_roles(node: &Value) -> String {
    let labels = node["metadata"]["labels"].as_object().into_iter().flatten();
    let mut roles: Vec<&str> = labels.filter_map(|(k, _)| k.strip_prefix("node-role.kubernetes.io/")).collect();
    roles.sort_unstable();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}

fn node_address(node: &Value, kind: &str) -> Value {
    let addresses = node["status"]["addresses"].as_array().into_iter().flatten();
    let found = addresses.filter(|a| a["type"] == kind).map(|a| a["address"].clone()).next();
    found.unwrap_or_else(|| "<none>".into())
}

fn node_info(node: &Value, field: &str) -> Value {
    match node["status"]["nodeInfo"][field].as_str() {
        Some(text) if !text.is_empty() => text.into(),
        _ => "<unknown>".into(),
    }
}
