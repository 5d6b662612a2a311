//! Manifests made ready for a cluster: in order, in their namespace, marked with the decision.

use crate::registry::is_dns_label;
use model::fleet::DECISION_LABEL;
use model::wire::problem::{FieldError, Problem};
use serde_json::{Value, json};

/// Kinds that others need to be there first come first; the workload comes last.
const ORDER: [&str; 12] = [
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ResourceQuota",
    "LimitRange",
    "Secret",
    "ConfigMap",
    "PersistentVolumeClaim",
    "Service",
];

/// Where everything of a request goes: what it says, else what its Deployment says, else `default`.
///
/// # Errors
/// 422 `bad_namespace` for a name that no namespace can have, `namespace_mismatch` for an object that says otherwise.
pub(super) fn namespace(asked: Option<&str>, objects: &[Value]) -> Result<String, Problem> {
    let of = |object: &Value| object.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_string);
    let workload = objects.iter().find(|object| kind(object) == "Deployment").and_then(of);
    let namespace = asked.map(str::to_string).or(workload).unwrap_or_else(|| "default".to_string());
    if !is_dns_label(&namespace) {
        let message = "lower-case letters, digits and dashes, at most 63, with a letter or digit at both ends";
        return Err(Problem::invalid(vec![FieldError::new("namespace", "bad_namespace", message)]));
    }
    for (at, object) in objects.iter().enumerate() {
        if of(object).is_some_and(|own| own != namespace) {
            let message = format!("everything of one request goes to one namespace, here `{namespace}`");
            let path = format!("manifests[{at}].metadata.namespace");
            return Err(Problem::invalid(vec![FieldError::new(path, "namespace_mismatch", message)]));
        }
    }
    Ok(namespace)
}

/// The objects as they are applied for a decision.
pub(super) fn prepare(objects: &[Value], decision: &str, namespace: &str) -> Vec<Value> {
    let mut prepared: Vec<Value> = objects.iter().map(|object| mark(object.clone(), decision, namespace)).collect();
    prepared.sort_by_key(rank);
    prepared
}

/// `Deployment/web`.
pub(super) fn label(object: &Value) -> String {
    format!("{}/{}", kind(object), name(object))
}

pub(super) fn kind(object: &Value) -> &str {
    object.get("kind").and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn name(object: &Value) -> &str {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

/// The namespace object for `createNamespace`.
pub(super) fn namespace_object(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

fn rank(object: &Value) -> usize {
    let kind = kind(object);
    match ORDER.iter().position(|known| *known == kind) {
        Some(at) => at,
        None if kind == "Deployment" => ORDER.len() + 1,
        None => ORDER.len(),
    }
}

fn mark(mut object: Value, decision: &str, namespace: &str) -> Value {
    if kind(&object) == "Deployment" {
        // Pods carry the decision, so that its reservation shrinks as they appear.
        object["spec"]["template"]["metadata"]["labels"][DECISION_LABEL] = json!(decision);
    }
    object["metadata"]["labels"][DECISION_LABEL] = json!(decision);
    if object.pointer("/metadata/namespace").is_none() {
        object["metadata"]["namespace"] = json!(namespace);
    }
    if let Value::Object(map) = &mut object {
        map.remove("status");
    }
    object
}

/// Whether an object as a cluster has it came from this decision.
pub(super) fn is_of(object: &Value, decision: &str) -> bool {
    object.pointer("/metadata/labels").and_then(|labels| labels.get(DECISION_LABEL)).and_then(Value::as_str)
        == Some(decision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workload_goes_last_and_everything_is_marked_and_placed() {
        let objects = [
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {}}}),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "shop"}, "status": {}}),
        ];
        let prepared = prepare(&objects, "d1", "shop");
        assert_eq!(prepared.iter().map(kind).collect::<Vec<_>>(), ["ConfigMap", "Service", "Deployment"]);
        assert!(prepared.iter().all(|object| is_of(object, "d1") && object["metadata"]["namespace"] == "shop"));
        assert_eq!(prepared[2]["spec"]["template"]["metadata"]["labels"][DECISION_LABEL], "d1");
        assert!(prepared[0].get("status").is_none());
    }

    #[test]
    fn the_namespace_is_asked_for_or_the_workloads_or_the_default() {
        let web = json!({"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}});
        let plain = json!({"kind": "Service", "metadata": {"name": "web"}});
        assert_eq!(namespace(None, &[web.clone(), plain.clone()]).unwrap(), "shop");
        assert_eq!(namespace(None, std::slice::from_ref(&plain)).unwrap(), "default");
        assert_eq!(namespace(Some("pay"), &[plain]).unwrap(), "pay");
        assert_eq!(namespace(Some("pay"), &[web]).unwrap_err().code, "namespace_mismatch");
    }
}
