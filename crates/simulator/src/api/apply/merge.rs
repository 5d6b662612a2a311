//! Merging an applied configuration into an object, and taking fields out of one.

use serde_json::{Map, Value};

use super::field_set::Path;
use super::schema::{ListType, is_atomic_map, item_key, list_type};
use crate::object_store::Kind;

/// `live` with everything `applied` states.
pub fn merge(kind: &Kind, live: &Value, applied: &Value) -> Value {
    let mut result = live.clone();
    merge_value(kind, &mut Vec::new(), &mut result, applied);
    result
}

fn merge_value<'a>(kind: &Kind, names: &mut Vec<&'a str>, live: &mut Value, applied: &'a Value) {
    match (&mut *live, applied) {
        (Value::Object(live), Value::Object(applied)) if !is_atomic_map(names) => {
            for (name, value) in applied {
                names.push(name);
                merge_value(kind, names, live.entry(name.clone()).or_insert(Value::Null), value);
                names.pop();
            }
        }
        (Value::Array(live), Value::Array(items)) => match list_type(kind, names) {
            ListType::Atomic => live.clone_from(items),
            ListType::Set => {
                for item in items {
                    if !live.contains(item) {
                        live.push(item.clone());
                    }
                }
            }
            ListType::Map(keys) => {
                for item in items {
                    let id = item_key(item, keys);
                    match live.iter_mut().find(|x| item_key(x, keys) == id) {
                        Some(found) => merge_value(kind, names, found, item),
                        None => live.push(item.clone()),
                    }
                }
            }
        },
        _ => live.clone_from(applied),
    }
}

/// Takes one field or list item out; containers it leaves empty go too.
pub fn remove(kind: &Kind, object: &mut Value, path: &Path) {
    remove_at(kind, &mut Vec::new(), object, path);
}

/// True when `value` has become empty by the removal.
fn remove_at<'p>(kind: &Kind, names: &mut Vec<&'p str>, value: &mut Value, path: &'p [String]) -> bool {
    let Some((element, rest)) = path.split_first() else { return false };
    match (element.split_once(':'), value) {
        (Some(("f", name)), Value::Object(map)) => {
            names.push(name);
            let gone = match map.get_mut(name) {
                None => false,
                Some(_) if rest.is_empty() => true,
                Some(child) => remove_at(kind, names, child, rest),
            };
            names.pop();
            if gone {
                map.shift_remove(name);
            }
            gone && map.is_empty()
        }
        (Some(("k", _)), Value::Array(list)) => {
            let ListType::Map(keys) = list_type(kind, names) else { return false };
            let Some(at) = list.iter().position(|x| item_key(x, keys) == *element) else { return false };
            let names_item =
                |path: &[String]| matches!(path, [field] if keys.iter().any(|k| field.strip_prefix("f:") == Some(k)));
            if rest.is_empty() {
                list.remove(at);
            } else if !names_item(rest) {
                // What tells an item apart stays as long as the item does.
                remove_at(kind, names, &mut list[at], rest);
            }
            list.is_empty()
        }
        (Some(("v", text)), Value::Array(list)) => {
            let gone: Value = serde_json::from_str(text).unwrap_or_default();
            list.retain(|item| *item != gone);
            list.is_empty()
        }
        _ => false,
    }
}

/// An apply states what is there: nulls state nothing.
pub fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, v)| !v.is_null());
            Value::Object(kept.map(|(k, v)| (k.clone(), without_nulls(v))).collect::<Map<_, _>>())
        }
        Value::Array(list) => list.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}
