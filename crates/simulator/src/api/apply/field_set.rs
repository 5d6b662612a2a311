//! Sets of fields, and their `FieldsV1` form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::schema::{ListType, is_atomic_map, item_key, list_type};
use crate::object_store::{Kind, Subresource};

/// Elements as `FieldsV1` writes them: `f:spec`, `k:{"name":"app"}`, `v:"finalizer"`.
pub type Path = Vec<String>;

/// Owned fields.
pub type FieldSet = BTreeSet<Path>;

/// Every field of an object that can be owned, with its value where it has one of its own.
pub fn fields<'v>(kind: &Kind, object: &'v Value) -> BTreeMap<Path, Option<&'v Value>> {
    let mut walk = Walk { kind, names: Vec::new(), path: Vec::new(), found: BTreeMap::new() };
    walk.map(object);
    walk.found.retain(|path, _| !is_identity(path));
    walk.found
}

/// What the API server sets itself and nobody owns.
fn is_identity(path: &[String]) -> bool {
    let parts: Vec<&str> = path.iter().map(String::as_str).take(2).collect();
    match parts.as_slice() {
        ["f:apiVersion" | "f:kind", ..] => true,
        ["f:metadata", field] => matches!(
            *field,
            "f:name"
                | "f:namespace"
                | "f:generateName"
                | "f:uid"
                | "f:resourceVersion"
                | "f:generation"
                | "f:creationTimestamp"
                | "f:deletionTimestamp"
                | "f:deletionGracePeriodSeconds"
                | "f:selfLink"
                | "f:managedFields"
        ),
        _ => false,
    }
}

/// Keeps what a write to this endpoint can own: `status` belongs to `/status` alone.
pub fn within(kind: &Kind, subresource: Option<Subresource>, path: &[String]) -> bool {
    let status = path.first().is_some_and(|p| p == "f:status");
    match subresource {
        Some(Subresource::Status) => status,
        _ => !(status && kind.has(Subresource::Status)),
    }
}

struct Walk<'k, 'v> {
    kind: &'k Kind,
    names: Vec<&'v str>,
    path: Path,
    found: BTreeMap<Path, Option<&'v Value>>,
}

impl<'v> Walk<'_, 'v> {
    fn leaf(&mut self, value: &'v Value) {
        self.found.insert(self.path.clone(), Some(value));
    }

    fn value(&mut self, value: &'v Value) {
        match value {
            Value::Object(map) if !map.is_empty() && !is_atomic_map(&self.names) => self.map(value),
            Value::Array(list) if !list.is_empty() => self.list(value, list),
            _ => self.leaf(value),
        }
    }

    fn map(&mut self, value: &'v Value) {
        for (name, child) in value.as_object().into_iter().flatten() {
            self.names.push(name);
            self.path.push(format!("f:{name}"));
            self.value(child);
            self.path.pop();
            self.names.pop();
        }
    }

    fn list(&mut self, value: &'v Value, list: &'v [Value]) {
        match list_type(self.kind, &self.names) {
            ListType::Atomic => self.leaf(value),
            ListType::Set => {
                for item in list {
                    self.path.push(format!("v:{item}"));
                    self.leaf(item);
                    self.path.pop();
                }
            }
            ListType::Map(keys) => {
                for item in list {
                    self.path.push(item_key(item, keys));
                    self.found.insert(self.path.clone(), None);
                    self.map(item);
                    self.path.pop();
                }
            }
        }
    }
}

/// What differs between two versions of an object.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Added or with another value.
    pub changed: FieldSet,
    pub removed: FieldSet,
}

/// Compares two versions of an object.
pub fn compare(kind: &Kind, old: &Value, new: &Value) -> Comparison {
    let (old, new) = (fields(kind, old), fields(kind, new));
    let changed = new.iter().filter(|(path, value)| old.get(*path) != Some(value)).map(|(path, _)| path.clone());
    let removed = old.keys().filter(|path| !new.contains_key(*path)).cloned();
    Comparison { changed: changed.collect(), removed: removed.collect() }
}

/// A set as a tree.
#[derive(Default)]
struct Node<'s> {
    member: bool,
    below: BTreeMap<&'s str, Node<'s>>,
}

impl Node<'_> {
    fn to_json(&self) -> Value {
        let mut map = Map::new();
        // A member without members below it is written `{}`.
        if self.member && !self.below.is_empty() {
            map.insert(".".to_owned(), Value::Object(Map::new()));
        }
        map.extend(self.below.iter().map(|(element, node)| ((*element).to_owned(), node.to_json())));
        Value::Object(map)
    }
}

/// The `fieldsV1` of a managed fields entry.
pub fn to_fields_v1(set: &FieldSet) -> Value {
    let mut root = Node::default();
    for path in set {
        let node = path.iter().fold(&mut root, |node, element| node.below.entry(element).or_default());
        node.member = true;
    }
    root.to_json()
}

/// Reads `fieldsV1`.
pub fn from_fields_v1(value: &Value) -> FieldSet {
    let mut set = FieldSet::new();
    collect(value, &mut Vec::new(), &mut set);
    set
}

fn collect(value: &Value, path: &mut Path, set: &mut FieldSet) {
    let Some(map) = value.as_object() else { return };
    if map.is_empty() && !path.is_empty() {
        set.insert(path.clone());
    }
    for (element, child) in map {
        if element == "." {
            set.insert(path.clone());
            continue;
        }
        path.push(canonical(element));
        collect(child, path, set);
        path.pop();
    }
}

/// Keys may come with spaces or in another order.
fn canonical(element: &str) -> String {
    let Some((tag @ ("k" | "v"), text)) = element.split_once(':') else {
        return element.to_owned();
    };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(mut map)) => {
            map.sort_keys();
            format!("{tag}:{}", Value::Object(map))
        }
        Ok(other) => format!("{tag}:{other}"),
        Err(_) => element.to_owned(),
    }
}

/// `.spec.template.spec.containers[name="app"].image`
pub fn display(path: &[String]) -> String {
    let mut text = String::new();
    for element in path {
        match element.split_once(':') {
            Some(("f", name)) => {
                text.push('.');
                text.push_str(name);
            }
            Some(("k", key)) => {
                let parsed: Value = serde_json::from_str(key).unwrap_or_default();
                let parts = parsed.as_object().into_iter().flatten().map(|(k, v)| format!("{k}={v}"));
                text.push_str(&format!("[{}]", parts.collect::<Vec<_>>().join(",")));
            }
            Some((_, value)) => text.push_str(&format!("[={value}]")),
            None => text.push_str(element),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_store::kinds;
    use serde_json::json;

    #[test]
    fn fields_v1_has_the_published_form_and_reads_back() {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "labels": {"app": "web"}},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {"spec": {"containers": [
                {"name": "app", "image": "nginx", "ports": [{"containerPort": 80}], "args": ["a"]}]}}},
        });
        let set: FieldSet = fields(&kinds::DEPLOYMENT, &object).into_keys().collect();
        let text = to_fields_v1(&set);
        assert_eq!(
            text,
            json!({
                "f:metadata": {"f:labels": {"f:app": {}}},
                "f:spec": {"f:replicas": {}, "f:selector": {}, "f:template": {"f:spec": {"f:containers": {
                    "k:{\"name\":\"app\"}": {".": {}, "f:args": {}, "f:image": {}, "f:name": {}, "f:ports": {
                        "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}}}}}}},
            })
        );
        assert_eq!(from_fields_v1(&text), set);
        let image = set.iter().map(|p| display(p)).find(|p| p.ends_with("image")).unwrap();
        assert_eq!(image, ".spec.template.spec.containers[name=\"app\"].image");
    }
}
