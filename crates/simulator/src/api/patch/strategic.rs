//! Strategic merge patch. Upstream: `apimachinery/pkg/util/strategicpatch/patch.go`.

use serde_json::{Map, Value};

use crate::api::status::ApiError;
use crate::object_store::{Kind, kinds};

const DIRECTIVE: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE_PRIMITIVES: &str = "$deleteFromPrimitiveList/";

/// How a list is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merge {
    Replace,
    Primitives,
    By(&'static str),
}

/// Upstream: the `patchStrategy` and `patchMergeKey` tags of `k8s.io/api`.
fn strategy(kind: &Kind, path: &[&str]) -> Merge {
    let Some(name) = path.last() else { return Merge::Replace };
    let in_container = path.iter().any(|p| matches!(*p, "containers" | "initContainers" | "ephemeralContainers"));
    match *name {
        "containers" | "initContainers" | "ephemeralContainers" | "env" | "volumes" | "imagePullSecrets" => {
            Merge::By("name")
        }
        "secrets" if kind == &kinds::SERVICE_ACCOUNT => Merge::By("name"),
        "ports" if in_container => Merge::By("containerPort"),
        "ports" if kind == &kinds::SERVICE => Merge::By("port"),
        "volumeMounts" => Merge::By("mountPath"),
        "volumeDevices" => Merge::By("devicePath"),
        "hostAliases" | "podIPs" => Merge::By("ip"),
        "topologySpreadConstraints" => Merge::By("topologyKey"),
        "conditions" | "addresses" => Merge::By("type"),
        "ownerReferences" => Merge::By("uid"),
        "finalizers" if path.first() == Some(&"metadata") => Merge::Primitives,
        _ => Merge::Replace,
    }
}

/// Patches `target`.
///
/// # Errors
/// 400 for unknown directives and list items without their merge key.
pub fn apply(kind: &Kind, target: &mut Value, patch: &Value) -> Result<(), ApiError> {
    let Value::Object(patch) = patch else {
        return Err(ApiError::bad_request("a strategic merge patch is an object"));
    };
    merge_map(kind, &mut Vec::new(), target, patch)
}

fn merge_map<'p>(
    kind: &Kind,
    path: &mut Vec<&'p str>,
    target: &mut Value,
    patch: &'p Map<String, Value>,
) -> Result<(), ApiError> {
    match patch.get(DIRECTIVE).map(Value::as_str) {
        None | Some(Some("merge")) => {}
        Some(Some("replace")) => {
            *target = Value::Object(without_directives(patch));
            return Ok(());
        }
        Some(Some("delete")) => {
            *target = Value::Object(Map::new());
            return Ok(());
        }
        Some(other) => return Err(ApiError::bad_request(format!("unknown $patch directive {other:?}"))),
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(map) = target.as_object_mut() else { return Ok(()) };
    if let Some(retain) = patch.get(RETAIN).and_then(Value::as_array) {
        map.retain(|key, _| retain.iter().any(|r| r == key));
    }
    for (key, change) in patch.iter().filter(|(k, _)| !k.starts_with('$')) {
        if change.is_null() {
            map.shift_remove(key);
            continue;
        }
        path.push(key);
        let slot = map.entry(key.clone()).or_insert(Value::Null);
        match change {
            Value::Object(change) => merge_map(kind, path, slot, change)?,
            Value::Array(change) => merge_list(kind, path, slot, change)?,
            scalar => *slot = scalar.clone(),
        }
        path.pop();
    }
    for (directive, value) in patch {
        if let Some(key) = directive.strip_prefix(DELETE_PRIMITIVES)
            && let (Some(Value::Array(list)), Some(gone)) = (map.get_mut(key), value.as_array())
        {
            list.retain(|item| !gone.contains(item));
        }
        if let Some(key) = directive.strip_prefix(ORDER)
            && let (Some(Value::Array(list)), Some(order)) = (map.get_mut(key), value.as_array())
        {
            path.push(key);
            reorder(strategy(kind, path), list, order);
            path.pop();
        }
    }
    Ok(())
}

fn without_directives(patch: &Map<String, Value>) -> Map<String, Value> {
    patch.iter().filter(|(k, v)| !k.starts_with('$') && !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn merge_list<'p>(
    kind: &Kind,
    path: &mut Vec<&'p str>,
    target: &mut Value,
    patch: &'p [Value],
) -> Result<(), ApiError> {
    let replace = patch.iter().any(|item| item[DIRECTIVE] == "replace");
    let how = strategy(kind, path);
    if replace || how == Merge::Replace || !target.is_array() && how == Merge::Primitives {
        let kept = patch.iter().filter(|item| item.get(DIRECTIVE).is_none());
        *target = kept.cloned().collect();
        return Ok(());
    }
    if !target.is_array() {
        *target = Value::Array(Vec::new());
    }
    let Some(list) = target.as_array_mut() else { return Ok(()) };
    for item in patch {
        match (how, item) {
            (Merge::By(key), Value::Object(change)) => {
                let id = change.get(key).ok_or_else(|| {
                    ApiError::bad_request(format!("map: {item} does not contain declared merge key: {key}"))
                })?;
                let at = list.iter().position(|x| x.get(key) == Some(id));
                match (change.get(DIRECTIVE).and_then(Value::as_str), at) {
                    (Some("delete"), _) => list.retain(|x| x.get(key) != Some(id)),
                    (_, Some(at)) => merge_map(kind, path, &mut list[at], change)?,
                    (_, None) => {
                        let mut fresh = Value::Object(Map::new());
                        merge_map(kind, path, &mut fresh, change)?;
                        list.push(fresh);
                    }
                }
            }
            _ => {
                if !list.contains(item) {
                    list.push(item.clone());
                }
            }
        }
    }
    Ok(())
}

/// Listed items come in the order given; what only the server has stays behind them.
fn reorder(how: Merge, list: &mut [Value], order: &[Value]) {
    let place = |item: &Value| {
        order
            .iter()
            .position(|wanted| match how {
                Merge::By(key) => wanted.get(key).is_some() && wanted.get(key) == item.get(key),
                _ => wanted == item,
            })
            .unwrap_or(usize::MAX)
    };
    list.sort_by_key(place);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(mut target: Value, patch: Value) -> Value {
        apply(&kinds::POD, &mut target, &patch).unwrap();
        target
    }

    #[test]
    fn lists_merge_by_their_key() {
        let pod = json!({"spec": {"containers": [
            {"name": "a", "image": "x:1", "env": [{"name": "E", "value": "1"}],
             "ports": [{"containerPort": 80}]},
            {"name": "b", "image": "y:1"},
        ], "tolerations": [{"key": "t"}]}});
        let patch = json!({"spec": {"containers": [
            {"name": "a", "image": "x:2", "env": [{"name": "F", "value": "2"}],
             "ports": [{"containerPort": 80, "name": "http"}]},
            {"name": "b", "$patch": "delete"},
            {"name": "c", "image": "z:1"},
        ], "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}], "tolerations": [{"key": "u"}]}});
        assert_eq!(
            patched(pod, patch),
            json!({"spec": {"containers": [
                {"name": "c", "image": "z:1"},
                {"name": "a", "image": "x:2",
                 "env": [{"name": "E", "value": "1"}, {"name": "F", "value": "2"}],
                 "ports": [{"containerPort": 80, "name": "http"}]},
            ], "tolerations": [{"key": "u"}]}})
        );
    }

    #[test]
    fn directives_replace_delete_and_retain() {
        let object = json!({
            "metadata": {"labels": {"a": "1", "b": "2"}, "finalizers": ["x", "y"]},
            "spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}},
        });
        let patch = json!({
            "metadata": {"labels": {"$patch": "replace", "c": "3"}, "$deleteFromPrimitiveList/finalizers": ["x"]},
            "spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}},
        });
        assert_eq!(
            patched(object, patch),
            json!({
                "metadata": {"labels": {"c": "3"}, "finalizers": ["y"]},
                "spec": {"strategy": {"type": "Recreate"}},
            })
        );
    }

    #[test]
    fn an_item_without_its_key_is_refused() {
        let error = apply(&kinds::POD, &mut json!({}), &json!({"spec": {"containers": [{"image": "x"}]}}));
        assert!(error.unwrap_err().message.contains("merge key: name"));
    }
}
