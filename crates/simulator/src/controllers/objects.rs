//! Small readers and writers of untyped objects.

use jiff::Timestamp;
use serde_json::{Value, json};

/// Namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ObjectKey {
    pub namespace: String,
    pub name: String,
}

impl ObjectKey {
    pub(crate) fn of(object: &Value) -> Self {
        Self { namespace: text(&object["metadata"]["namespace"]), name: text(&object["metadata"]["name"]) }
    }

    pub(crate) fn namespace(&self) -> Option<&str> {
        Some(&self.namespace)
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The time as Kubernetes writes it: whole seconds, UTC.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(crate) fn now() -> String {
    rfc3339(Timestamp::now())
}

pub(crate) fn parse_time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// The `ownerReference` of the managing controller.
pub(crate) fn controller_of(object: &Value) -> Option<&Value> {
    items(&object["metadata"]["ownerReferences"]).find(|owner| owner["controller"] == true)
}

pub(crate) fn owner_reference(owner: &Value) -> Value {
    json!({
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
    })
}

pub(crate) fn is_deleting(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

pub(crate) fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    items(&object["status"]["conditions"]).find(|condition| condition["type"] == kind)
}

pub(crate) fn is_condition_true(object: &Value, kind: &str) -> bool {
    condition(object, kind).is_some_and(|condition| condition["status"] == "True")
}

/// Sets a condition under `status`, moving `lastTransitionTime` only when the status flips. `clock` names the
/// second time that the kind keeps: `lastUpdateTime`, `lastProbeTime`, `lastHeartbeatTime`.
pub(crate) fn set_condition(
    object: &mut Value,
    (kind, status): (&str, &str),
    reason: &str,
    message: &str,
    clock: Option<&str>,
) {
    if !object["status"]["conditions"].is_array() {
        object["status"]["conditions"] = json!([]);
    }
    let Some(list) = object["status"]["conditions"].as_array_mut() else { return };
    let at = now();
    let old = list.iter().position(|condition| condition["type"] == kind);
    if let Some(index) = old {
        let known = &list[index];
        let same_reason = if reason.is_empty() { known.get("reason").is_none() } else { known["reason"] == reason };
        let same_message =
            if message.is_empty() { known.get("message").is_none() } else { known["message"] == message };
        if known["status"] == status && same_reason && same_message {
            return;
        }
    }
    let transition = match old {
        Some(index) if list[index]["status"] == status => list[index]["lastTransitionTime"].clone(),
        _ => at.clone().into(),
    };
    let mut condition = json!({"type": kind, "status": status, "lastTransitionTime": transition});
    match clock {
        Some("lastProbeTime") => condition["lastProbeTime"] = Value::Null,
        Some(field) => condition[field] = at.into(),
        None => {}
    }
    if !reason.is_empty() {
        condition["reason"] = reason.into();
    }
    if !message.is_empty() {
        condition["message"] = message.into();
    }
    match old {
        Some(index) => list[index] = condition,
        None => list.push(condition),
    }
}

pub(crate) fn drop_condition(object: &mut Value, kind: &str) {
    if let Some(list) = object["status"]["conditions"].as_array_mut() {
        list.retain(|condition| condition["type"] != kind);
    }
}

/// Removes a key of a map below `object`, if it is there.
pub(crate) fn drop_key(object: &mut Value, key: &str) {
    if let Some(map) = object.as_object_mut() {
        map.shift_remove(key);
    }
}

/// An amount that may be a number or a percentage of `total`. Upstream: `intstr.GetScaledValueFromIntOrPercent`.
pub(crate) fn int_or_percent(value: &Value, total: i64, round_up: bool) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let scaled = percent * total;
    Some(if round_up { (scaled + 99).div_euclid(100) } else { scaled.div_euclid(100) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_as_asked() {
        let cases = [(json!(2), 10, 2, 2), (json!("25%"), 10, 3, 2), (json!("0%"), 10, 0, 0), (json!("100%"), 7, 7, 7)];
        for (value, total, up, down) in cases {
            assert_eq!(int_or_percent(&value, total, true), Some(up), "{value}");
            assert_eq!(int_or_percent(&value, total, false), Some(down), "{value}");
        }
        assert_eq!(int_or_percent(&json!("x"), 10, true), None);
    }

    #[test]
    fn transition_time_moves_only_when_the_status_flips() {
        let mut object = json!({"status": {"conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}
        ]}});
        set_condition(&mut object, ("Ready", "True"), "Again", "", None);
        assert_eq!(condition(&object, "Ready").unwrap()["lastTransitionTime"], "2020-01-01T00:00:00Z");
        set_condition(&mut object, ("Ready", "False"), "Gone", "", None);
        assert_ne!(condition(&object, "Ready").unwrap()["lastTransitionTime"], "2020-01-01T00:00:00Z");
    }
}
