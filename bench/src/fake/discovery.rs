//! What is served, in the aggregated form.

use serde_json::{Value, json};
use simulator::object_store::{Kind, kinds};

/// The answers of `/api` and `/apis`.
pub struct Groups {
    pub core: Value,
    pub named: Value,
}

/// Every kind of the simulator.
pub fn groups() -> Groups {
    let mut named: Vec<(&str, &str)> = Vec::new();
    for kind in kinds::ALL.iter().filter(|kind| !kind.group.is_empty()) {
        if !named.contains(&(kind.group, kind.version)) {
            named.push((kind.group, kind.version));
        }
    }
    Groups { core: list(&[("", "v1")]), named: list(&named) }
}

fn list(groups: &[(&str, &str)]) -> Value {
    let items: Vec<Value> = groups.iter().map(|(group, version)| item(group, version)).collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

fn item(group: &str, version: &str) -> Value {
    let of_group = kinds::ALL.iter().filter(|kind| kind.group == group && kind.version == version);
    let resources: Vec<Value> = of_group.map(|kind| resource(kind)).collect();
    let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
    let version = json!({"version": version, "resources": resources, "freshness": "Current"});
    json!({"metadata": metadata, "versions": [version]})
}

fn resource(kind: &Kind) -> Value {
    json!({
        "resource": kind.plural,
        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": kind.singular,
        "verbs": kind.verbs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_there_once() {
        let groups = groups();
        let named = groups.named["items"].as_array().unwrap();
        let apps = named.iter().filter(|item| item["metadata"]["name"] == "apps").count();
        assert_eq!((apps, groups.core["items"].as_array().unwrap().len()), (1, 1));
        let core = groups.core["items"][0]["versions"][0]["resources"].as_array().unwrap();
        assert!(core.iter().any(|resource| resource["resource"] == "pods" && resource["scope"] == "Namespaced"));
    }
}
