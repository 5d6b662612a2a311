//! What the cluster serves, in the legacy and the aggregated form.

use axum::response::Response;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::content;
use super::dispatch::Call;
use super::request::Review;
use super::status::ApiError;
use crate::object_store::{Kind, Subresource, kinds};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// `/api`, `/apis`, `/api/v1`, `/apis/{group}`, `/apis/{group}/{version}`.
pub fn serve(call: &Call, path: &str) -> Result<Response, ApiError> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let body = match segments.as_slice() {
        [root @ ("api" | "apis")] if wants_aggregated(call) => {
            let body = aggregated(*root == "api");
            return Ok(content::typed(&call.headers, StatusCode::OK, AGGREGATED, body.to_string().into()));
        }
        ["api"] => json!({
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "10.0.0.1:6443"}],
        }),
        ["apis"] => {
            let groups: Vec<Value> = groups().into_iter().map(|(g, v)| group(g, v)).collect();
            json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        }
        ["apis", name] => {
            let (name, version) = groups().into_iter().find(|(g, _)| g == name).ok_or_else(ApiError::no_such_path)?;
            let mut body = json!({"kind": "APIGroup", "apiVersion": "v1"});
            merge(&mut body, group(name, version));
            body
        }
        ["api", "v1"] => resource_list("", "v1"),
        ["apis", name, version] if groups().contains(&(name, version)) => resource_list(name, version),
        _ => return Err(ApiError::no_such_path()),
    };
    Ok(content::json(&call.headers, StatusCode::OK, body.to_string()))
}

fn wants_aggregated(call: &Call) -> bool {
    let accept = call.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    accept.split(',').any(|entry| {
        let has = |p: &str| entry.split(';').any(|part| part.trim() == p);
        has("as=APIGroupDiscoveryList") && has("v=v2") && has("g=apidiscovery.k8s.io")
    })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

/// Named groups with their only version.
pub fn groups() -> Vec<(&'static str, &'static str)> {
    let stored = kinds::ALL.iter().map(|k| (k.group, k.version));
    let reviews = Review::ALL.iter().map(|r| (r.group(), "v1"));
    let mut found = Vec::new();
    for entry in stored.chain(reviews).filter(|(group, _)| !group.is_empty()) {
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
    found
}

fn group(name: &str, version: &str) -> Value {
    let version = json!({"groupVersion": format!("{name}/{version}"), "version": version});
    json!({"name": name, "versions": [version], "preferredVersion": version})
}

fn reviews_of(group: &str) -> impl Iterator<Item = Review> {
    Review::ALL.into_iter().filter(move |r| r.group() == group)
}

/// Kind, group and version of what a subresource speaks.
fn response_kind(kind: &Kind, sub: Subresource) -> (&'static str, &'static str, &'static str) {
    match sub {
        Subresource::Status | Subresource::Log => (kind.kind, kind.group, kind.version),
        Subresource::Scale => ("Scale", "autoscaling", "v1"),
        Subresource::Eviction => ("Eviction", "policy", "v1"),
        Subresource::Binding => ("Binding", "", "v1"),
        Subresource::Token => ("TokenRequest", "authentication.k8s.io", "v1"),
    }
}

fn subresource_verbs(sub: Subresource) -> &'static [&'static str] {
    match sub {
        Subresource::Status | Subresource::Scale => &["get", "patch", "update"],
        Subresource::Log => &["get"],
        Subresource::Eviction | Subresource::Binding | Subresource::Token => &["create"],
    }
}

fn resource_list(group: &str, version: &str) -> Value {
    let mut resources = Vec::new();
    for kind in kinds::ALL.iter().filter(|k| k.group == group && k.version == version) {
        let mut entry = json!({
            "name": kind.plural,
            "singularName": kind.singular,
            "namespaced": kind.namespaced,
            "kind": kind.kind,
            "verbs": kind.verbs,
        });
        if !kind.short_names.is_empty() {
            entry["shortNames"] = json!(kind.short_names);
        }
        if !kind.categories.is_empty() {
            entry["categories"] = json!(kind.categories);
        }
        resources.push(entry);
        for sub in kind.subresources {
            let (name, sub_group, sub_version) = response_kind(kind, *sub);
            let mut entry = json!({
                "name": format!("{}/{}", kind.plural, sub.path()),
                "singularName": "",
                "namespaced": kind.namespaced,
                "kind": name,
                "verbs": subresource_verbs(*sub),
            });
            if (sub_group, sub_version) != (group, version) {
                entry["group"] = sub_group.into();
                entry["version"] = sub_version.into();
            }
            resources.push(entry);
        }
    }
    resources.extend(reviews_of(group).map(|r| {
        json!({
            "name": r.plural(),
            "singularName": r.kind().to_lowercase(),
            "namespaced": r.namespaced(),
            "kind": r.kind(),
            "verbs": ["create"],
        })
    }));
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources})
}

fn aggregated(core: bool) -> Value {
    let groups = if core { vec![("", "v1")] } else { groups() };
    let items: Vec<Value> = groups
        .into_iter()
        .map(|(group, version)| {
            let mut metadata = json!({"creationTimestamp": null});
            if !group.is_empty() {
                metadata["name"] = group.into();
            }
            json!({
                "metadata": metadata,
                "versions": [{
                    "version": version,
                    "resources": aggregated_resources(group, version),
                    "freshness": "Current",
                }],
            })
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    })
}

fn scope(namespaced: bool) -> &'static str {
    if namespaced { "Namespaced" } else { "Cluster" }
}

fn aggregated_resources(group: &str, version: &str) -> Vec<Value> {
    let stored = kinds::ALL.iter().filter(|k| k.group == group && k.version == version).map(|kind| {
        let mut entry = json!({
            "resource": kind.plural,
            "responseKind": {"group": group, "version": version, "kind": kind.kind},
            "scope": scope(kind.namespaced),
            "singularResource": kind.singular,
            "verbs": kind.verbs,
        });
        for (key, list) in [("shortNames", kind.short_names), ("categories", kind.categories)] {
            if !list.is_empty() {
                entry[key] = json!(list);
            }
        }
        let subresources: Vec<Value> = kind
            .subresources
            .iter()
            .map(|sub| {
                let (name, group, version) = response_kind(kind, *sub);
                json!({
                    "subresource": sub.path(),
                    "responseKind": {"group": group, "version": version, "kind": name},
                    "verbs": subresource_verbs(*sub),
                })
            })
            .collect();
        if !subresources.is_empty() {
            entry["subresources"] = subresources.into();
        }
        entry
    });
    let reviews = reviews_of(group).map(|r| {
        json!({
            "resource": r.plural(),
            "responseKind": {"group": group, "version": version, "kind": r.kind()},
            "scope": scope(r.namespaced()),
            "singularResource": r.kind().to_lowercase(),
            "verbs": ["create"],
        })
    });
    stored.chain(reviews).collect()
}
