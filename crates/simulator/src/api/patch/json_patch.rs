use serde_json::Value;

use crate::api::status::ApiError;

/// RFC 6902; all or nothing.
///
/// # Errors
/// 400 for a malformed patch, 422 for one that does not fit the object.
pub fn apply(target: &mut Value, patch: &Value) -> Result<(), ApiError> {
    let operations = patch.as_array().ok_or_else(|| ApiError::bad_request("a JSON patch is an array"))?;
    let mut result = target.clone();
    for operation in operations {
        step(&mut result, operation)?;
    }
    *target = result;
    Ok(())
}

fn unfit(message: String) -> ApiError {
    ApiError::new(422, "Invalid", format!("the server rejected our request due to an error in our request: {message}"))
}

fn step(target: &mut Value, operation: &Value) -> Result<(), ApiError> {
    let text = |field: &str| {
        operation[field]
            .as_str()
            .ok_or_else(|| ApiError::bad_request(format!("JSON patch operation lacks {field:?}: {operation}")))
    };
    let value = || {
        operation
            .get("value")
            .cloned()
            .ok_or_else(|| ApiError::bad_request(format!("JSON patch operation lacks \"value\": {operation}")))
    };
    let path = text("path")?;
    match text("op")? {
        "add" => add(target, path, value()?),
        "remove" => remove(target, path).map(drop),
        "replace" => {
            let value = value()?;
            *target.pointer_mut(path).ok_or_else(|| missing(path))? = value;
            Ok(())
        }
        "move" => {
            let moved = remove(target, text("from")?)?;
            add(target, path, moved)
        }
        "copy" => {
            let from = text("from")?;
            let copied = target.pointer(from).cloned().ok_or_else(|| missing(from))?;
            add(target, path, copied)
        }
        "test" => {
            let expected = value()?;
            let found = target.pointer(path).unwrap_or(&Value::Null);
            if *found == expected {
                Ok(())
            } else {
                Err(unfit(format!("testing path {path} failed: {found} is not {expected}")))
            }
        }
        other => Err(ApiError::bad_request(format!("unknown JSON patch operation {other:?}"))),
    }
}

fn missing(path: &str) -> ApiError {
    unfit(format!("path {path:?} does not exist"))
}

fn parent<'a>(target: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), ApiError> {
    let (parent, last) = path.rsplit_once('/').ok_or_else(|| missing(path))?;
    let found = target.pointer_mut(parent).ok_or_else(|| missing(path))?;
    Ok((found, last.replace("~1", "/").replace("~0", "~")))
}

fn index(text: &str, end: usize) -> Option<usize> {
    let canonical = text == "0" || !text.starts_with('0');
    text.parse().ok().filter(|i| canonical && *i < end)
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), ApiError> {
    if path.is_empty() {
        *target = value;
        return Ok(());
    }
    match parent(target, path)? {
        (Value::Object(map), key) => {
            map.insert(key, value);
        }
        (Value::Array(list), key) if key == "-" => list.push(value),
        (Value::Array(list), key) => {
            let at = index(&key, list.len() + 1).ok_or_else(|| missing(path))?;
            list.insert(at, value);
        }
        _ => return Err(missing(path)),
    }
    Ok(())
}

fn remove(target: &mut Value, path: &str) -> Result<Value, ApiError> {
    match parent(target, path)? {
        (Value::Object(map), key) => map.shift_remove(&key).ok_or_else(|| missing(path)),
        (Value::Array(list), key) => {
            let at = index(&key, list.len()).ok_or_else(|| missing(path))?;
            Ok(list.remove(at))
        }
        _ => Err(missing(path)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    /// Appendix A of RFC 6902; `None` is an error.
    #[test]
    fn vectors_of_the_rfc_hold() {
        let table: Vec<(Value, Value, Option<Value>)> = vec![
            (
                json!({"foo": "bar"}),
                json!([{"op": "add", "path": "/baz", "value": 1}]),
                Some(json!({"foo": "bar", "baz": 1})),
            ),
            (
                json!({"foo": [1, 3]}),
                json!([{"op": "add", "path": "/foo/1", "value": 2}]),
                Some(json!({"foo": [1, 2, 3]})),
            ),
            (json!({"foo": [1]}), json!([{"op": "add", "path": "/foo/-", "value": 2}]), Some(json!({"foo": [1, 2]}))),
            (json!({"a": 1, "b": 2}), json!([{"op": "remove", "path": "/a"}]), Some(json!({"b": 2}))),
            (json!({"a": [1, 2]}), json!([{"op": "remove", "path": "/a/0"}]), Some(json!({"a": [2]}))),
            (json!({"a": 1}), json!([{"op": "replace", "path": "/a", "value": 2}]), Some(json!({"a": 2}))),
            (
                json!({"a": {"x": 1}}),
                json!([{"op": "move", "from": "/a/x", "path": "/b"}]),
                Some(json!({"a": {}, "b": 1})),
            ),
            (json!({"a~/b": 9}), json!([{"op": "test", "path": "/a~0~1b", "value": 9}]), Some(json!({"a~/b": 9}))),
            (json!({"a": 1}), json!([{"op": "test", "path": "/a", "value": 2}]), None),
            (json!({"a": 1}), json!([{"op": "add", "path": "/b/c", "value": 2}]), None),
            (json!({"a": 1}), json!([{"op": "remove", "path": "/b"}]), None),
            (
                json!({"a": 1}),
                json!([{"op": "remove", "path": "/a"}, {"op": "replace", "path": "/a", "value": 1}]),
                None,
            ),
        ];
        for (before, patch, after) in table {
            let mut target = before.clone();
            let done = super::apply(&mut target, &patch);
            assert_eq!(done.is_ok(), after.is_some(), "{patch}");
            assert_eq!(target, after.unwrap_or(before), "{patch}");
        }
    }
}
