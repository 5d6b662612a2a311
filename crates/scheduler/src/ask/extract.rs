//! From parsed objects to an ask: exactly one Deployment with any number of objects beside it.

use super::{Ask, AskOptions, ObjectKind};
use model::k8s::pod_template::{PodSpec, PodTemplate};
use model::k8s::selector::LabelSelector;
use serde_json::Value;

/// Why objects cannot be placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("{path}: {kind} can't be placed: exactly one Deployment is expected, with any number of objects beside it")]
    KindUnsupported { path: String, kind: String },
    #[error("manifests: a Deployment is expected, none is there")]
    NoWorkload,
    #[error("{path}: a second Deployment; place each with a request of its own")]
    SeveralWorkloads { path: String },
    #[error("{path}: {message}")]
    Field { path: String, message: String },
}

impl AskError {
    /// A stable word.
    pub fn code(&self) -> &'static str {
        match self {
            AskError::KindUnsupported { .. } | AskError::NoWorkload => "kind_unsupported",
            AskError::SeveralWorkloads { .. } => "several_workloads",
            AskError::Field { .. } => "invalid_field",
        }
    }

    /// The field that breaks the rule.
    pub fn path(&self) -> &str {
        match self {
            AskError::NoWorkload => "manifests",
            AskError::KindUnsupported { path, .. }
            | AskError::SeveralWorkloads { path }
            | AskError::Field { path, .. } => path,
        }
    }
}

/// Kinds that make pods but cannot be placed.
const OTHER_WORKLOADS: [&str; 7] =
    ["Pod", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job", "CronJob"];
const WORKLOAD_GROUPS: [&str; 3] = ["", "apps", "batch"];

fn field(path: impl Into<String>, message: impl Into<String>) -> AskError {
    AskError::Field { path: path.into(), message: message.into() }
}

fn text<'a>(object: &'a Value, path: &str, pointer: &str) -> Result<&'a str, AskError> {
    match object.pointer(pointer) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::String(_)) | Some(Value::Null) | None => {
            Err(field(format!("{path}{}", pointer.replace('/', ".")), "is required"))
        }
        Some(_) => Err(field(format!("{path}{}", pointer.replace('/', ".")), "must be a string")),
    }
}

impl Ask {
    /// Reads the objects of a request.
    ///
    /// # Errors
    /// Names the field, as `manifests[1].spec.replicas`, and the rule it breaks.
    pub fn from_objects(objects: &[Value], options: AskOptions) -> Result<Ask, AskError> {
        let mut workload = None;
        let mut kinds = Vec::with_capacity(objects.len());
        let mut creates_namespaces = std::collections::BTreeSet::new();
        for (at, object) in objects.iter().enumerate() {
            let path = format!("manifests[{at}]");
            if !object.is_object() {
                return Err(field(path, "must be an object"));
            }
            let api_version = text(object, &path, "/apiVersion")?;
            let kind = text(object, &path, "/kind")?;
            let group = api_version.split_once('/').map_or("", |(group, _)| group);
            match (group, kind) {
                ("apps", "Deployment") if workload.is_some() => return Err(AskError::SeveralWorkloads { path }),
                ("apps", "Deployment") => workload = Some((path, object)),
                (group, kind) if WORKLOAD_GROUPS.contains(&group) && OTHER_WORKLOADS.contains(&kind) => {
                    return Err(AskError::KindUnsupported { path: format!("{path}.kind"), kind: kind.to_owned() });
                }
                ("", "Namespace") => {
                    creates_namespaces.insert(text(object, &path, "/metadata/name")?.to_owned());
                }
                _ => {}
            }
            kinds.push(ObjectKind { api_version: api_version.to_owned(), kind: kind.to_owned() });
        }
        let (path, deployment) = workload.ok_or(AskError::NoWorkload)?;
        let own_name = text(deployment, &path, "/metadata/name")?;
        let own_namespace = deployment.pointer("/metadata/namespace").and_then(Value::as_str).filter(|n| !n.is_empty());
        if let (Some(asked), Some(own)) = (options.namespace.as_deref(), own_namespace)
            && asked != own
        {
            return Err(field(
                format!("{path}.metadata.namespace"),
                format!("is {own:?}, but the request says namespace {asked:?}"),
            ));
        }
        let (template, selector) = template(&path, deployment)?;
        let replicas = replicas(&path, deployment)?;
        Ok(Ask {
            name: options.name.unwrap_or_else(|| own_name.to_owned()),
            namespace: options.namespace.or(own_namespace.map(str::to_owned)).unwrap_or_else(|| "default".to_owned()),
            create_namespace: options.create_namespace,
            kind: "Deployment".to_owned(),
            replicas,
            surge: surge(&path, deployment, replicas)?,
            template,
            selector,
            objects: kinds,
            creates_namespaces,
            clusters: options.clusters,
            tolerations: options.tolerations,
            weights: options.weights,
            weight_mode: options.weight_mode,
            max_staleness_ms: options.max_staleness_ms,
            excluded: options.excluded,
        })
    }
}

fn template(path: &str, deployment: &Value) -> Result<(PodTemplate, LabelSelector), AskError> {
    let template_path = format!("{path}.spec.template");
    let value = deployment.pointer("/spec/template").ok_or_else(|| field(&template_path, "is required"))?;
    let template: PodTemplate =
        serde::Deserialize::deserialize(value).map_err(|error| field(&template_path, error.to_string()))?;
    if template.spec.containers.is_empty() {
        return Err(field(format!("{template_path}.spec.containers"), "needs at least one container"));
    }
    check_resources(&format!("{template_path}.spec"), &template.spec)?;
    let selector_path = format!("{path}.spec.selector");
    let value = deployment.pointer("/spec/selector").ok_or_else(|| field(&selector_path, "is required"))?;
    let selector: LabelSelector =
        serde::Deserialize::deserialize(value).map_err(|error| field(&selector_path, error.to_string()))?;
    selector.validate().map_err(|error| field(&selector_path, error.to_string()))?;
    if selector.is_empty() {
        return Err(field(selector_path, "must not be empty"));
    }
    if !selector.matches(&template.metadata.labels) {
        return Err(field(selector_path, "does not match spec.template.metadata.labels"));
    }
    Ok((template, selector))
}

fn check_resources(path: &str, spec: &PodSpec) -> Result<(), AskError> {
    let groups = [("initContainers", &spec.init_containers), ("containers", &spec.containers)];
    for (group, containers) in groups {
        for (at, container) in containers.iter().enumerate() {
            let path = format!("{path}.{group}[{at}].resources");
            for (list, amounts) in
                [("requests", &container.resources.requests), ("limits", &container.resources.limits)]
            {
                if let Some((name, amount)) = amounts.iter().find(|(_, amount)| amount.nanos() < 0) {
                    return Err(field(format!("{path}.{list}.{name}"), format!("must not be negative, is {amount}")));
                }
            }
            for (name, request) in &container.resources.requests {
                if let Some(limit) = container.resources.limits.get(name).filter(|limit| request > limit) {
                    return Err(field(
                        format!("{path}.requests.{name}"),
                        format!("{request} must not exceed the limit {limit}"),
                    ));
                }
            }
        }
    }
    Ok(())
}

fn replicas(path: &str, deployment: &Value) -> Result<i64, AskError> {
    match deployment.pointer("/spec/replicas") {
        None | Some(Value::Null) => Ok(1),
        Some(value) => value
            .as_i64()
            .filter(|replicas| (0..=i64::from(i32::MAX)).contains(replicas))
            .ok_or_else(|| field(format!("{path}.spec.replicas"), "must be a whole number of 0 or more")),
    }
}

/// What a rolling update runs on top: a percentage rounds up (`deployment_util.go`, ResolveFenceposts).
fn surge(path: &str, deployment: &Value, replicas: i64) -> Result<i64, AskError> {
    if deployment.pointer("/spec/strategy/type").and_then(Value::as_str) == Some("Recreate") {
        return Ok(0);
    }
    let bad =
        || field(format!("{path}.spec.strategy.rollingUpdate.maxSurge"), "must be a whole number or a percentage");
    let percent = |percent: i64| (replicas.saturating_mul(percent).saturating_add(99)) / 100;
    match deployment.pointer("/spec/strategy/rollingUpdate/maxSurge") {
        None | Some(Value::Null) => Ok(percent(25)),
        Some(Value::Number(number)) => number.as_i64().filter(|n| *n >= 0).ok_or_else(bad),
        Some(Value::String(text)) => {
            let number = text.strip_suffix('%').ok_or_else(bad)?;
            number.parse().ok().filter(|n: &i64| (0..=10_000).contains(n)).map(percent).ok_or_else(bad)
        }
        Some(_) => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment(spec: Value) -> Value {
        let mut object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"selector": {"matchLabels": {"app": "web"}},
                "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c"}]}}}});
        if let (Some(own), Some(more)) = (object["spec"].as_object_mut(), spec.as_object()) {
            own.extend(more.clone());
        }
        object
    }

    fn read(objects: &[Value]) -> Result<Ask, AskError> {
        Ask::from_objects(objects, AskOptions::default())
    }

    #[test]
    fn a_deployment_with_objects_beside_it_is_read() {
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}});
        let ask = read(&[service, deployment(json!({"replicas": 10}))]).unwrap();
        assert_eq!((ask.name.as_str(), ask.namespace.as_str(), ask.replicas, ask.surge), ("web", "default", 10, 3));
        assert_eq!(ask.objects.len(), 2);
    }

    #[test]
    fn surge_rounds_up_and_recreate_has_none() {
        for (replicas, surge) in [(1, 1), (2, 1), (4, 1), (10, 3), (0, 0)] {
            assert_eq!(read(&[deployment(json!({"replicas": replicas}))]).unwrap().surge, surge, "{replicas}");
        }
        let of = |strategy| read(&[deployment(json!({"replicas": 10, "strategy": strategy}))]);
        assert_eq!(of(json!({"type": "Recreate"})).unwrap().surge, 0);
        assert_eq!(of(json!({"rollingUpdate": {"maxSurge": 2}})).unwrap().surge, 2);
        assert_eq!(of(json!({"rollingUpdate": {"maxSurge": "50%"}})).unwrap().surge, 5);
        assert!(of(json!({"rollingUpdate": {"maxSurge": "half"}})).is_err());
    }

    #[test]
    fn other_workloads_are_refused_by_name() {
        for (api, kind) in [("v1", "Pod"), ("apps/v1", "StatefulSet"), ("batch/v1", "Job"), ("batch/v1", "CronJob")] {
            let error = read(&[json!({"apiVersion": api, "kind": kind, "metadata": {"name": "x"}})]).unwrap_err();
            assert_eq!((error.code(), error.path()), ("kind_unsupported", "manifests[0].kind"), "{kind}");
        }
        assert_eq!(read(&[]).unwrap_err().code(), "kind_unsupported");
        assert_eq!(read(&[deployment(json!({})), deployment(json!({}))]).unwrap_err().code(), "several_workloads");
    }

    #[test]
    fn errors_name_the_field() {
        let path = |spec| read(&[deployment(spec)]).unwrap_err().path().to_owned();
        assert_eq!(path(json!({"replicas": -1})), "manifests[0].spec.replicas");
        assert_eq!(path(json!({"selector": {"matchLabels": {"app": "other"}}})), "manifests[0].spec.selector");
        let pod = |resources| {
            json!({"template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "resources": resources}]}}})
        };
        assert_eq!(
            path(pod(json!({"requests": {"cpu": "-1"}}))),
            "manifests[0].spec.template.spec.containers[0].resources.requests.cpu"
        );
        assert_eq!(
            path(pod(json!({"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}))),
            "manifests[0].spec.template.spec.containers[0].resources.requests.cpu"
        );
        assert_eq!(path(pod(json!({"requests": {"memory": "1GB"}}))), "manifests[0].spec.template");
        let mut named = deployment(json!({}));
        named["metadata"]["namespace"] = json!("shop");
        let options = AskOptions { namespace: Some("other".into()), ..AskOptions::default() };
        assert_eq!(Ask::from_objects(&[named], options).unwrap_err().path(), "manifests[0].metadata.namespace");
    }
}
