//! ResourceQuota. Upstream: `apiserver/pkg/admission/plugin/resourcequota/controller.go`,
//! `pkg/quota/v1/evaluator/core/pods.go`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::{Map, Value};

use super::amount;
use crate::api::cluster::ClusterApi;
use crate::api::status::ApiError;
use crate::object_store::{Kind, ObjectStore, kinds};

/// Between two looks at what was deleted.
const RECOUNT: Duration = Duration::from_secs(1);

/// Amounts by the names quotas use, in thousandths.
type Usage = BTreeMap<String, i64>;

/// What a new object adds to each quota of its namespace.
#[derive(Debug, Default)]
pub struct Charge {
    namespace: String,
    used: Vec<(String, Usage)>,
}

/// What one object counts for.
fn usage(kind: &Kind, object: &Value) -> Usage {
    let mut usage = Usage::new();
    usage.insert(format!("count/{}", kind.qualified_resource()), 1000);
    match (kind.group, kind.plural) {
        ("", "pods") => {
            if matches!(object["status"]["phase"].as_str(), Some("Succeeded" | "Failed")) {
                return Usage::new();
            }
            pod_usage(object, &mut usage);
        }
        ("", "services") => {
            usage.insert("services".to_owned(), 1000);
            match object["spec"]["type"].as_str() {
                Some("NodePort") => {
                    usage.insert("services.nodeports".to_owned(), 1000);
                }
                Some("LoadBalancer") => {
                    usage.insert("services.loadbalancers".to_owned(), 1000);
                }
                _ => {}
            }
        }
        ("", "persistentvolumeclaims") => {
            usage.insert("persistentvolumeclaims".to_owned(), 1000);
            let storage = amount::read(&object["spec"]["resources"]["requests"]["storage"]).unwrap_or(0);
            usage.insert("requests.storage".to_owned(), storage);
        }
        ("", plural @ ("configmaps" | "secrets" | "resourcequotas")) => {
            usage.insert(plural.to_owned(), 1000);
        }
        _ => {}
    }
    usage
}

fn pod_usage(pod: &Value, usage: &mut Usage) {
    usage.insert("pods".to_owned(), 1000);
    for which in ["requests", "limits"] {
        for (name, value) in pod_total(pod, which) {
            let plain = which == "requests" && matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage");
            usage.insert(format!("{which}.{name}"), value);
            if plain {
                usage.insert(name, value);
            }
        }
    }
}

/// The containers' sum and the sidecars', or a single init container where that needs more.
fn pod_total(pod: &Value, which: &str) -> Usage {
    let mut total = Usage::new();
    let each = |list: &str| pod["spec"][list].as_array().cloned().unwrap_or_default();
    let of = |container: &Value| -> Usage {
        let list = container["resources"][which].as_object().cloned().unwrap_or_default();
        list.iter().filter_map(|(name, value)| Some((name.clone(), amount::read(value)?))).collect()
    };
    let init = each("initContainers");
    let sidecars = init.iter().filter(|c| c["restartPolicy"] == "Always");
    for container in each("containers").iter().chain(sidecars) {
        for (name, value) in of(container) {
            *total.entry(name).or_default() += value;
        }
    }
    for container in &init {
        for (name, value) in of(container) {
            let slot = total.entry(name).or_default();
            *slot = value.max(*slot);
        }
    }
    total
}

/// Whether a quota with scopes counts this object.
fn in_scope(quota: &Value, kind: &Kind, object: &Value) -> bool {
    let plain = quota["spec"]["scopes"].as_array().into_iter().flatten();
    let plain = plain.filter_map(Value::as_str).map(|name| (name, "Exists", Vec::new()));
    let expressions = quota["spec"]["scopeSelector"]["matchExpressions"].as_array().into_iter().flatten();
    let expressions = expressions.filter_map(|e| {
        let values = e["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        Some((e["scopeName"].as_str()?, e["operator"].as_str()?, values))
    });
    let scopes: Vec<(&str, &str, Vec<&str>)> = plain.chain(expressions).collect();
    if scopes.is_empty() {
        return true;
    }
    let bounded = object["spec"]["activeDeadlineSeconds"].is_number();
    let best_effort = object["status"]["qosClass"] == "BestEffort";
    let class = object["spec"]["priorityClassName"].as_str();
    kind == &kinds::POD
        && scopes.iter().all(|(name, operator, values)| match *name {
            "Terminating" => bounded,
            "NotTerminating" => !bounded,
            "BestEffort" => best_effort,
            "NotBestEffort" => !best_effort,
            "PriorityClass" => match *operator {
                "In" => class.is_some_and(|c| values.contains(&c)),
                "NotIn" => class.is_none_or(|c| !values.contains(&c)),
                "DoesNotExist" => class.is_none(),
                _ => class.is_some(),
            },
            _ => false,
        })
}

fn hard(quota: &Value) -> Usage {
    let list = quota["spec"]["hard"].as_object().into_iter().flatten();
    list.filter_map(|(name, value)| Some((name.clone(), amount::read(value)?))).collect()
}

fn recorded(quota: &Value, hard: &Usage) -> Option<Usage> {
    let used = quota["status"]["used"].as_object()?;
    hard.keys().map(|name| Some((name.clone(), amount::read(used.get(name)?)?))).collect()
}

/// Counts a namespace anew.
fn count(store: &ObjectStore, namespace: &str, quota: &Value, hard: &Usage) -> Usage {
    let mut total: Usage = hard.keys().map(|name| (name.clone(), 0)).collect();
    for kind in kinds::ALL.iter().copied().filter(|k| k.namespaced && concerns(k, hard)) {
        for stored in store.list_stored(kind, Some(namespace)).objects {
            let object = stored.value();
            if !in_scope(quota, kind, &object) {
                continue;
            }
            for (name, value) in usage(kind, &object) {
                if let Some(sum) = total.get_mut(&name) {
                    *sum += value;
                }
            }
        }
    }
    total
}

/// Whether any name of a quota can count objects of this kind.
fn concerns(kind: &Kind, hard: &Usage) -> bool {
    hard.keys().any(|name| match name.strip_prefix("count/") {
        Some(resource) => resource == kind.qualified_resource(),
        None => match (kind.group, kind.plural) {
            ("", "pods") => !matches!(
                name.as_str(),
                "services"
                    | "configmaps"
                    | "secrets"
                    | "persistentvolumeclaims"
                    | "requests.storage"
                    | "resourcequotas"
            ),
            ("", "persistentvolumeclaims") => matches!(name.as_str(), "persistentvolumeclaims" | "requests.storage"),
            ("", "services") => name.starts_with("services"),
            ("", plural) => name == plural,
            _ => false,
        },
    })
}

/// Checks a new object against the quotas of its namespace.
///
/// # Errors
/// 403 naming the quota and what is exceeded or must be specified.
pub fn admit(store: &ObjectStore, kind: &Kind, object: &Value) -> Result<Charge, ApiError> {
    let Some(namespace) = object["metadata"]["namespace"].as_str() else {
        return Ok(Charge::default());
    };
    let mut charge = Charge { namespace: namespace.to_owned(), used: Vec::new() };
    if store.count(&kinds::RESOURCE_QUOTA, Some(namespace)) == 0 {
        return Ok(charge);
    }
    let name = object["metadata"]["name"].as_str().unwrap_or("");
    let added = usage(kind, object);
    for quota in store.list(&kinds::RESOURCE_QUOTA, Some(namespace)).0 {
        let hard = hard(&quota);
        if !concerns(kind, &hard) || !in_scope(&quota, kind, object) {
            continue;
        }
        let quota_name = quota["metadata"]["name"].as_str().unwrap_or("");
        if kind == &kinds::POD
            && let Some(missing) = unspecified(object, &hard)
        {
            let why = format!("failed quota: {quota_name}: must specify {missing}");
            return Err(ApiError::forbidden(kind, name, &why));
        }
        let mut used = recorded(&quota, &hard).unwrap_or_else(|| count(store, namespace, &quota, &hard));
        if let Some(exceeded) = exceeded(&hard, &used, &added) {
            return Err(ApiError::forbidden(kind, name, &format!("exceeded quota: {quota_name}, {exceeded}")));
        }
        for (name, value) in &added {
            if let Some(sum) = used.get_mut(name) {
                *sum += value;
            }
        }
        charge.used.push((quota_name.to_owned(), used));
    }
    Ok(charge)
}

/// `requested: …, used: …, limited: …` of what does not fit.
fn exceeded(hard: &Usage, used: &Usage, added: &Usage) -> Option<String> {
    let of = |usage: &Usage, name: &str| usage.get(name).copied().unwrap_or(0);
    let over: Vec<&String> =
        hard.keys().filter(|name| of(added, name) > 0 && of(used, name) + of(added, name) > of(hard, name)).collect();
    if over.is_empty() {
        return None;
    }
    let show = |usage: &Usage| {
        let parts = over.iter().map(|name| format!("{name}={}", amount::show(of(usage, name), name)));
        parts.collect::<Vec<_>>().join(",")
    };
    Some(format!("requested: {}, used: {}, limited: {}", show(added), show(used), show(hard)))
}

/// `cpu for: app,sidecar; memory for: app`, where a quota demands amounts that containers lack.
fn unspecified(pod: &Value, hard: &Usage) -> Option<String> {
    let mut parts = Vec::new();
    for name in hard.keys() {
        let (which, resource) = match name.as_str() {
            "cpu" | "memory" => ("requests", name.as_str()),
            "requests.cpu" | "requests.memory" | "limits.cpu" | "limits.memory" => name.split_once('.')?,
            _ => continue,
        };
        let mut lacking = BTreeSet::new();
        for list in ["containers", "initContainers"] {
            for container in pod["spec"][list].as_array().into_iter().flatten() {
                if container["resources"][which][resource].is_null() {
                    lacking.insert(container["name"].as_str().unwrap_or(""));
                }
            }
        }
        if !lacking.is_empty() {
            parts.push(format!("{name} for: {}", lacking.into_iter().collect::<Vec<_>>().join(",")));
        }
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Writes what [`admit`] counted, once the object is stored.
pub fn record(store: &ObjectStore, charge: Charge) {
    for (name, used) in charge.used {
        write(store, &charge.namespace, &name, &used);
    }
}

fn write(store: &ObjectStore, namespace: &str, quota: &str, used: &Usage) {
    // Gone meanwhile: then there is nothing to keep.
    let _ = store.update(&kinds::RESOURCE_QUOTA, Some(namespace), quota, |quota| {
        let shown = used.iter().map(|(name, value)| (name.clone(), amount::show(*value, name).into()));
        let shown: Map<String, Value> = shown.collect();
        let hard = quota["spec"]["hard"].clone();
        quota["status"] = serde_json::json!({"hard": hard, "used": shown});
    });
}

/// Counts a namespace anew for each of its quotas.
pub fn recount(cluster: &ClusterApi, namespace: &str) {
    let store = cluster.store();
    if store.count(&kinds::RESOURCE_QUOTA, Some(namespace)) == 0 {
        return;
    }
    let _guard = cluster.admission.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for quota in store.list(&kinds::RESOURCE_QUOTA, Some(namespace)).0 {
        let used = count(store, namespace, &quota, &hard(&quota));
        write(store, namespace, quota["metadata"]["name"].as_str().unwrap_or(""), &used);
    }
}

/// Recounts namespaces in which something quotas count has changed or gone, until the cluster is dropped.
pub async fn keep_current(cluster: Weak<ClusterApi>) {
    let counted = [
        &kinds::POD,
        &kinds::RESOURCE_QUOTA,
        &kinds::SERVICE,
        &kinds::PERSISTENT_VOLUME_CLAIM,
        &kinds::CONFIG_MAP,
        &kinds::SECRET,
        &kinds::DEPLOYMENT,
        &kinds::REPLICA_SET,
        &kinds::STATEFUL_SET,
        &kinds::JOB,
    ];
    let mut subscriptions = Vec::new();
    let mut every = tokio::time::interval(RECOUNT);
    loop {
        every.tick().await;
        let Some(cluster) = cluster.upgrade() else { return };
        let mut changed = BTreeSet::new();
        if subscriptions.is_empty() {
            subscriptions = subscribe(&cluster, &counted);
            changed.extend(namespaces_with_quota(cluster.store()));
        }
        let quotas = namespaces_with_quota(cluster.store());
        let mut lost = false;
        for subscription in &mut subscriptions {
            match subscription.pending() {
                Ok(batch) => changed.extend(batch.events.iter().filter_map(|e| e.object.namespace.clone())),
                Err(_) => lost = true,
            }
        }
        if lost {
            subscriptions.clear();
        }
        for namespace in changed.iter().filter(|n| quotas.contains(*n)) {
            recount(&cluster, namespace);
        }
    }
}

fn subscribe(cluster: &Arc<ClusterApi>, counted: &[&Kind]) -> Vec<crate::object_store::Subscription> {
    let store = cluster.store();
    let opened = counted.iter().map(|kind| store.subscribe(kind, None, store.resource_version()));
    opened.filter_map(Result::ok).collect()
}

fn namespaces_with_quota(store: &ObjectStore) -> BTreeSet<Box<str>> {
    let quotas = store.list_stored(&kinds::RESOURCE_QUOTA, None).objects;
    quotas.iter().filter_map(|q| q.namespace.clone()).collect()
}
