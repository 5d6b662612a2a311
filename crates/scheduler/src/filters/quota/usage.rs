//! What one pod, and the objects beside it, take of a quota; amounts in milli-units.

use crate::ask::ObjectKind;
use crate::effective::EffectivePod;
use model::k8s::pod_template::{Container, PodSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) type Usage = BTreeMap<String, i128>;

/// `PodUsageFunc`: requests under both names, extended resources under `requests.` only.
pub(crate) fn pod_usage(pod: &EffectivePod) -> Usage {
    let mut usage = Usage::from([("pods".to_owned(), 1000), ("count/pods".to_owned(), 1000)]);
    for (name, amount) in &pod.request_list {
        let milli = amount.milli_i128();
        if is_native(name) {
            usage.insert(name.clone(), milli);
        }
        usage.insert(format!("requests.{name}"), milli);
    }
    for (name, amount) in &pod.limit_list {
        if matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") {
            usage.insert(format!("limits.{name}"), amount.milli_i128());
        }
    }
    usage
}

fn is_native(name: &str) -> bool {
    matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-")
}

/// What the objects take once, however many replicas there are. The replica set of a Deployment counts.
pub(crate) fn fixed_usage(objects: &[ObjectKind]) -> Usage {
    let mut usage = Usage::new();
    for object in objects {
        let (group, kind) = (object.api_version.split_once('/').map_or("", |(group, _)| group), object.kind.as_str());
        let names: &[&str] = match (group, kind) {
            ("apps", "Deployment") => &["count/deployments.apps", "count/replicasets.apps"],
            ("", "Service") => &["services", "count/services"],
            ("", "ConfigMap") => &["configmaps", "count/configmaps"],
            ("", "Secret") => &["secrets", "count/secrets"],
            ("", "PersistentVolumeClaim") => &["persistentvolumeclaims", "count/persistentvolumeclaims"],
            ("", "ServiceAccount") => &["count/serviceaccounts"],
            ("networking.k8s.io", "Ingress") => &["count/ingresses.networking.k8s.io"],
            ("autoscaling", "HorizontalPodAutoscaler") => &["count/horizontalpodautoscalers.autoscaling"],
            ("policy", "PodDisruptionBudget") => &["count/poddisruptionbudgets.policy"],
            _ => &[],
        };
        for name in names {
            *usage.entry((*name).to_owned()).or_insert(0) += 1000;
        }
    }
    usage
}

const MUST_SPECIFY: [&str; 6] = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/// What a quota tracks and some container leaves open: `cpu for: bar,foo; memory for: bar,foo`
/// (`PodConstraintsFunc`). Empty when all is said.
pub(crate) fn missing_resources(spec: &PodSpec, hard: &BTreeMap<Arc<str>, i128>) -> String {
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in MUST_SPECIFY.into_iter().filter(|name| hard.contains_key(*name)) {
        let pod_level = if name.starts_with("limits.") { &spec.resources.limits } else { &spec.resources.requests };
        let resource = name.trim_start_matches("requests.").trim_start_matches("limits.");
        if pod_level.contains_key(resource) {
            continue;
        }
        let lacks = |container: &&Container| {
            let list =
                if name.starts_with("limits.") { &container.resources.limits } else { &container.resources.requests };
            !list.contains_key(resource)
        };
        for container in spec.all_containers().filter(lacks) {
            missing.entry(name).or_default().insert(&container.name);
        }
    }
    let parts = missing.iter().map(|(resource, containers)| {
        format!("{resource} for: {}", containers.iter().copied().collect::<Vec<_>>().join(","))
    });
    parts.collect::<Vec<_>>().join("; ")
}
