//! managedFields as the API server keeps them, for size and shape.

use serde_json::{Map, Value, json};

/// Who wrote what of a running pod: the controller its metadata and spec, the kubelet its status.
pub(super) fn of_pod(pod: &Value, at: &str) -> Value {
    let metadata = &pod["metadata"];
    let mut owned = Map::new();
    for field in ["annotations", "generateName", "labels"] {
        if let Some(value) = metadata.get(field) {
            owned.insert(format!("f:{field}"), fields(value));
        }
    }
    let mut owners = Map::new();
    owners.insert(".".to_owned(), json!({}));
    for owner in metadata["ownerReferences"].as_array().into_iter().flatten() {
        owners.insert(format!("k:{{\"uid\":{}}}", owner["uid"]), json!({}));
    }
    owned.insert("f:ownerReferences".to_owned(), owners.into());
    json!([
        {
            "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": at,
            "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": owned, "f:spec": fields(&pod["spec"])},
        },
        {
            "manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": at,
            "fieldsType": "FieldsV1", "fieldsV1": {"f:status": status(&pod["status"])}, "subresource": "status",
        },
    ])
}

/// Kubelets own status lists as a whole, apart from the conditions.
fn status(status: &Value) -> Value {
    let mut set = Map::new();
    for (key, value) in status.as_object().into_iter().flatten() {
        let owned = if key == "conditions" { fields(value) } else { json!({}) };
        set.insert(format!("f:{key}"), owned);
    }
    set.into()
}

fn fields(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut set = Map::new();
            set.insert(".".to_owned(), json!({}));
            set.extend(map.iter().map(|(key, value)| (format!("f:{key}"), fields(value))));
            set.into()
        }
        Value::Array(list) => {
            let mut set = Map::new();
            for item in list {
                let key =
                    ["name", "type", "containerPort", "mountPath"].into_iter().find(|key| item.get(key).is_some());
                let Some(key) = key else { return json!({}) };
                set.insert(format!("k:{{\"{key}\":{}}}", item[key]), fields(item));
            }
            set.into()
        }
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_keyed_and_scalars_are_leaves() {
        let spec = json!({"containers": [{"name": "web", "image": "x", "args": ["a"]}]});
        assert_eq!(
            fields(&spec),
            json!({".": {}, "f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}, "f:args": {}}}})
        );
    }
}
