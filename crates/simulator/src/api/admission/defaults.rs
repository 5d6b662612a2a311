//! Defaults that clients see. Upstream: `pkg/apis/*/v1/defaults.go`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::pod_defaults::{default, fill_pod, fill_spec};
use crate::object_store::Kind;

/// Defaults of a new or changed object.
pub fn fill(kind: &Kind, object: &mut Value) {
    match (kind.group, kind.plural) {
        ("", "pods") => fill_pod(&mut object["spec"]),
        ("apps", _) => fill_workload(kind, object),
        ("batch", "jobs") => fill_job(&mut object["spec"]),
        ("batch", "cronjobs") => fill_cron_job(object),
        ("", "services") => fill_service(&mut object["spec"]),
        ("", "secrets") => fill_secret(object),
        ("", "persistentvolumeclaims") => default(&mut object["spec"], "volumeMode", "Filesystem"),
        ("", "limitranges") => fill_limit_range(object),
        ("", "namespaces") => fill_namespace(object),
        ("scheduling.k8s.io", "priorityclasses") => default(object, "preemptionPolicy", "PreemptLowerPriority"),
        ("autoscaling", _) => default(&mut object["spec"], "minReplicas", 1),
        ("storage.k8s.io", _) => {
            default(object, "reclaimPolicy", "Delete");
            default(object, "volumeBindingMode", "Immediate");
        }
        _ => {}
    }
}

/// What a new object starts with beside its defaults.
pub fn fill_new(kind: &Kind, object: &mut Value) {
    match (kind.group, kind.plural) {
        ("", "pods") => {
            default(object, "status", json!({}));
            default(&mut object["status"], "phase", "Pending");
        }
        ("", "namespaces") => {
            default(object, "spec", json!({}));
            default(&mut object["spec"], "finalizers", json!(["kubernetes"]));
            default(object, "status", json!({"phase": "Active"}));
        }
        ("", "persistentvolumeclaims") => default(object, "status", json!({"phase": "Pending"})),
        ("", "services") => {
            assign_address(object);
            default(object, "status", json!({"loadBalancer": {}}));
        }
        ("apps" | "batch", plural) if plural != "controllerrevisions" => default(object, "status", json!({})),
        _ => {}
    }
}

/// Values the server assigned stay when a client leaves them out.
pub fn keep_assigned(kind: &Kind, current: &Value, object: &mut Value) {
    if (kind.group, kind.plural) == ("", "services") {
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            if object["spec"][field].as_str().is_none_or(str::is_empty) && current["spec"].get(field).is_some() {
                default_or_empty(&mut object["spec"], field, &current["spec"][field]);
            }
        }
    }
    if (kind.group, kind.plural) == ("", "pods") {
        for field in ["nodeName", "priority", "tolerations"] {
            if let Some(value) = current["spec"].get(field) {
                default(&mut object["spec"], field, value.clone());
            }
        }
    }
    if (kind.group, kind.plural) == ("", "namespaces")
        && let Some(finalizers) = current["spec"].get("finalizers")
    {
        default(object, "spec", json!({}));
        default(&mut object["spec"], "finalizers", finalizers.clone());
    }
}

fn default_or_empty(spec: &mut Value, field: &str, value: &Value) {
    let unset = spec[field].is_null() || spec[field] == "";
    if unset && spec.is_object() {
        spec[field] = value.clone();
    }
}

fn fill_workload(kind: &Kind, object: &mut Value) {
    let spec = &mut object["spec"];
    if !spec.is_object() {
        return;
    }
    let rolling = json!({"maxUnavailable": "25%", "maxSurge": "25%"});
    match kind.plural {
        "deployments" => {
            default(spec, "replicas", 1);
            default(spec, "strategy", json!({}));
            default(&mut spec["strategy"], "type", "RollingUpdate");
            if spec["strategy"]["type"] == "RollingUpdate" {
                default(&mut spec["strategy"], "rollingUpdate", json!({}));
                default(&mut spec["strategy"]["rollingUpdate"], "maxUnavailable", rolling["maxUnavailable"].clone());
                default(&mut spec["strategy"]["rollingUpdate"], "maxSurge", rolling["maxSurge"].clone());
            }
            default(spec, "revisionHistoryLimit", 10);
            default(spec, "progressDeadlineSeconds", 600);
        }
        "replicasets" => default(spec, "replicas", 1),
        "statefulsets" => {
            default(spec, "replicas", 1);
            default(spec, "podManagementPolicy", "OrderedReady");
            default(spec, "updateStrategy", json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}));
            default(spec, "revisionHistoryLimit", 10);
            let keep = json!({"whenDeleted": "Retain", "whenScaled": "Retain"});
            default(spec, "persistentVolumeClaimRetentionPolicy", keep);
        }
        "daemonsets" => {
            let rolling = json!({"maxUnavailable": 1, "maxSurge": 0});
            default(spec, "updateStrategy", json!({"type": "RollingUpdate", "rollingUpdate": rolling}));
            default(spec, "revisionHistoryLimit", 10);
        }
        _ => return,
    }
    fill_template(&mut spec["template"]);
}

fn fill_template(template: &mut Value) {
    if !template.is_object() {
        return;
    }
    default(template, "metadata", json!({}));
    fill_spec(&mut template["spec"]);
}

fn fill_job(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    if spec["completions"].is_null() && spec["parallelism"].is_null() {
        default(spec, "completions", 1);
    }
    default(spec, "parallelism", 1);
    default(spec, "backoffLimit", 6);
    default(spec, "completionMode", "NonIndexed");
    default(spec, "suspend", false);
    default(spec, "manualSelector", false);
    default(spec, "podReplacementPolicy", "TerminatingOrFailed");
    fill_template(&mut spec["template"]);
}

fn fill_cron_job(object: &mut Value) {
    let spec = &mut object["spec"];
    if !spec.is_object() {
        return;
    }
    default(spec, "concurrencyPolicy", "Allow");
    default(spec, "suspend", false);
    default(spec, "successfulJobsHistoryLimit", 3);
    default(spec, "failedJobsHistoryLimit", 1);
    fill_template(&mut spec["jobTemplate"]["spec"]["template"]);
}

fn fill_service(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    default(spec, "type", "ClusterIP");
    default(spec, "sessionAffinity", "None");
    default(spec, "internalTrafficPolicy", "Cluster");
    for port in spec["ports"].as_array_mut().into_iter().flatten() {
        default(port, "protocol", "TCP");
        let number = port["port"].clone();
        default(port, "targetPort", number);
    }
}

/// An address of the service network that its uid-like randomness makes unlikely to be taken.
fn assign_address(service: &mut Value) {
    let spec = &mut service["spec"];
    if !spec.is_object() || spec["type"] == "ExternalName" {
        return;
    }
    let random = uuid::Uuid::new_v4();
    let bytes = random.as_bytes();
    let address = format!("10.{}.{}.{}", 96 + bytes[0] % 16, bytes[1], bytes[2].clamp(1, 254));
    default(spec, "clusterIP", address);
    let assigned = spec["clusterIP"].clone();
    default(spec, "clusterIPs", json!([assigned]));
    default(spec, "ipFamilies", json!(["IPv4"]));
    default(spec, "ipFamilyPolicy", "SingleStack");
}

/// `stringData` is write-only: it ends up in `data`.
fn fill_secret(secret: &mut Value) {
    default(secret, "type", "Opaque");
    let Some(Value::Object(texts)) = secret.as_object_mut().and_then(|map| map.shift_remove("stringData")) else {
        return;
    };
    default(secret, "data", json!({}));
    for (key, text) in texts {
        secret["data"][key] = STANDARD.encode(text.as_str().unwrap_or("")).into();
    }
}

fn fill_namespace(namespace: &mut Value) {
    let name = namespace["metadata"]["name"].clone();
    default(&mut namespace["metadata"], "labels", json!({}));
    if name.is_string() && namespace["metadata"]["labels"].is_object() {
        namespace["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
    }
}

/// Upstream: `pkg/apis/core/v1/defaults.go`, `SetDefaults_LimitRangeItem`.
fn fill_limit_range(object: &mut Value) {
    object["spec"]["limits"].as_array_mut().into_iter().flatten().for_each(fill_limit_item);
}

/// A limit that is only bounded still has a default: the bound.
pub fn fill_limit_item(item: &mut Value) {
    if item["type"] == "Container" {
        for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
            for (name, value) in item[from].as_object().cloned().into_iter().flatten() {
                default(item, to, json!({}));
                default(&mut item[to], &name, value);
            }
        }
    }
}
