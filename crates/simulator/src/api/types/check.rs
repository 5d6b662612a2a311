use serde_json::{Map, Value};

use super::{Field, Type, fields};

/// What does not fit a kind.
#[derive(Debug, Default, PartialEq)]
pub struct Findings {
    /// `spec.replica`
    pub unknown: Vec<String>,
    /// `cannot unmarshal string into Go struct field …`, the first.
    pub mismatch: Option<String>,
}

/// Compares an object with the fields of its message, and takes out those that do not exist.
pub fn check(message: &str, object: &mut Value) -> Findings {
    let mut findings = Findings::default();
    if let (Some(fields), Some(map)) = (fields(message), object.as_object_mut()) {
        check_map(message, fields, map, "", &mut findings);
    }
    findings
}

fn find(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find_map(|field| match (&field.kind, field.name) {
        (Type::Message(inner), "*") => find(super::fields(inner)?, name),
        (_, own) => (own == name).then_some(field),
    })
}

fn check_map(message: &str, fields: &'static [Field], map: &mut Map<String, Value>, at: &str, findings: &mut Findings) {
    let root = at.is_empty();
    map.retain(|name, value| {
        if root && matches!(name.as_str(), "kind" | "apiVersion") {
            return true;
        }
        let path = if root { name.clone() } else { format!("{at}.{name}") };
        match find(fields, name) {
            Some(field) => {
                check_value(message, &field.kind, value, &path, findings);
                true
            }
            None => {
                findings.unknown.push(path);
                false
            }
        }
    });
}

fn check_value(message: &str, kind: &Type, value: &mut Value, at: &str, findings: &mut Findings) {
    if value.is_null() {
        return;
    }
    let expected = match (kind, &mut *value) {
        (Type::Message(inner), Value::Object(map)) => {
            if let Some(fields) = fields(inner) {
                check_map(inner, fields, map, at, findings);
            }
            return;
        }
        (Type::List(item), Value::Array(list)) => {
            for (i, value) in list.iter_mut().enumerate() {
                check_value(message, item, value, &format!("{at}[{i}]"), findings);
            }
            return;
        }
        (Type::Map(item), Value::Object(map)) => {
            for (key, value) in map.iter_mut() {
                check_value(message, item, value, &format!("{at}.{key}"), findings);
            }
            return;
        }
        (Type::Text | Type::Bytes | Type::Time, Value::String(_)) | (Type::Bool, Value::Bool(_)) => return,
        (Type::Double, Value::Number(_)) => return,
        (Type::Int, Value::Number(number)) if number.is_i64() => return,
        (Type::Quantity | Type::IntOrString, Value::String(_) | Value::Number(_)) => return,
        (Type::Json | Type::Any, _) => return,
        (Type::Message(inner), _) => format!("v1.{}", inner.rsplit(':').next().unwrap_or(inner)),
        (Type::List(_), _) => "[]".to_owned(),
        (Type::Map(_), _) => "map[string]string".to_owned(),
        (Type::Text | Type::Bytes | Type::Time, _) => "string".to_owned(),
        (Type::Bool, _) => "bool".to_owned(),
        (Type::Double, _) => "float64".to_owned(),
        (Type::Int, _) => "int32".to_owned(),
        (Type::Quantity | Type::IntOrString, _) => "resource.Quantity".to_owned(),
    };
    let found = match value {
        Value::String(_) => "string".to_owned(),
        Value::Number(number) if number.is_i64() => "number".to_owned(),
        Value::Number(number) => format!("number {number}"),
        Value::Bool(_) => "bool".to_owned(),
        Value::Array(_) => "array".to_owned(),
        _ => "object".to_owned(),
    };
    let owner = message.rsplit(':').next().unwrap_or(message);
    findings.mismatch.get_or_insert_with(|| {
        format!("json: cannot unmarshal {found} into Go struct field {owner}.{at} of type {expected}")
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strange_fields_are_named_and_taken_out() {
        let mut object = json!({
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": "a", "labels": {"any": "thing"}},
            "spec": {"replica": 1, "template": {"spec": {
                "containers": [{"name": "a", "livenessProbe": {"httpGet": {"port": 80}, "foo": 1}}],
                "volumes": [{"name": "v", "emptyDir": {}}]}}},
        });
        let findings = check("apps:Deployment", &mut object);
        assert_eq!(findings.unknown, ["spec.replica", "spec.template.spec.containers[0].livenessProbe.foo"]);
        assert_eq!(findings.mismatch, None);
        assert_eq!(object["spec"].get("replica"), None);
        assert_eq!(object["spec"]["template"]["spec"]["volumes"][0]["emptyDir"], json!({}));
    }

    #[test]
    fn a_wrong_type_is_told_as_go_does() {
        let mut object = json!({"spec": {"replicas": "three"}});
        assert_eq!(
            check("apps:Deployment", &mut object).mismatch.unwrap(),
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
        );
    }
}
