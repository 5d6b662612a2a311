//! How lists and maps of built-in kinds merge: the `listType`, `listMapKey` and `mapType` markers of
//! `k8s.io/api`.

use serde_json::{Map, Value, json};

use crate::object_store::{Kind, kinds};

/// What a list is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListType {
    /// One value.
    Atomic,
    /// Scalars without duplicates.
    Set,
    /// Objects told apart by these fields.
    Map(&'static [&'static str]),
}

/// The type of the list at `path`, field names only.
pub fn list_type(kind: &Kind, path: &[&str]) -> ListType {
    let Some(name) = path.last() else { return ListType::Atomic };
    let in_container = path.iter().any(|p| matches!(*p, "containers" | "initContainers" | "ephemeralContainers"));
    match *name {
        "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "imagePullSecrets" => {
            ListType::Map(&["name"])
        }
        "env" if in_container => ListType::Map(&["name"]),
        "secrets" if kind == &kinds::SERVICE_ACCOUNT => ListType::Map(&["name"]),
        "ports" if in_container => ListType::Map(&["containerPort", "protocol"]),
        "ports" if kind == &kinds::SERVICE => ListType::Map(&["port", "protocol"]),
        "volumeMounts" => ListType::Map(&["mountPath"]),
        "volumeDevices" => ListType::Map(&["devicePath"]),
        "hostAliases" | "podIPs" => ListType::Map(&["ip"]),
        "topologySpreadConstraints" => ListType::Map(&["topologyKey", "whenUnsatisfiable"]),
        "conditions" | "addresses" if path.first() == Some(&"status") => ListType::Map(&["type"]),
        "ownerReferences" => ListType::Map(&["uid"]),
        "finalizers" if path.first() == Some(&"metadata") => ListType::Set,
        _ => ListType::Atomic,
    }
}

/// Whether the object at `path` is one value, owned as a whole.
pub fn is_atomic_map(path: &[&str]) -> bool {
    match path {
        [.., "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"] => true,
        [.., last] => matches!(
            *last,
            "selector"
                | "labelSelector"
                | "namespaceSelector"
                | "podSelector"
                | "nodeSelector"
                | "fieldRef"
                | "resourceFieldRef"
                | "secretKeyRef"
                | "configMapKeyRef"
                | "roleRef"
                | "claimRef"
                | "scopeSelector"
                | "involvedObject"
        ),
        [] => false,
    }
}

/// The `k:{…}` element of a list item.
pub fn item_key(item: &Value, keys: &[&str]) -> String {
    let mut id = Map::new();
    for key in keys {
        let value = item.get(*key).cloned();
        let fallback = || if *key == "protocol" { json!("TCP") } else { Value::Null };
        id.insert((*key).to_owned(), value.unwrap_or_else(fallback));
    }
    format!("k:{}", Value::Object(id))
}
