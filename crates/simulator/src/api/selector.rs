use super::status::ApiError;
use crate::object_store::{Kind, StoredObject, selectable_fields};

/// What a list or watch shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selector {
    labels: Vec<LabelRequirement>,
    fields: Vec<FieldRequirement>,
}

#[derive(Debug, Clone, PartialEq)]
struct LabelRequirement {
    key: String,
    operator: Operator,
}

#[derive(Debug, Clone, PartialEq)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
    GreaterThan(i64),
    LessThan(i64),
}

#[derive(Debug, Clone, PartialEq)]
struct FieldRequirement {
    path: String,
    value: String,
    equal: bool,
}

impl Selector {
    /// Reads `labelSelector` and `fieldSelector`.
    ///
    /// # Errors
    /// 400 for bad syntax or a field the kind does not support.
    pub fn parse(kind: &Kind, labels: &str, fields: &str) -> Result<Self, ApiError> {
        Ok(Self { labels: parse_labels(labels)?, fields: parse_fields(kind, fields)? })
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub fn matches(&self, object: &StoredObject) -> bool {
        self.labels.iter().all(|r| r.matches(object)) && self.fields.iter().all(|r| r.matches(object))
    }
}

impl LabelRequirement {
    fn matches(&self, object: &StoredObject) -> bool {
        let value = object.label(&self.key);
        let number = || value.and_then(|v| v.parse::<i64>().ok());
        match &self.operator {
            Operator::In(values) => value.is_some_and(|v| values.iter().any(|w| w == v)),
            Operator::NotIn(values) => value.is_none_or(|v| values.iter().all(|w| w != v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan(bound) => number().is_some_and(|n| n > *bound),
            Operator::LessThan(bound) => number().is_some_and(|n| n < *bound),
        }
    }
}

impl FieldRequirement {
    fn matches(&self, object: &StoredObject) -> bool {
        let found = match self.path.as_str() {
            "metadata.name" => &object.name,
            "metadata.namespace" => object.namespace.as_deref().unwrap_or(""),
            path => match (path, object.field(path)) {
                ("spec.unschedulable" | "spec.hostNetwork", "") => "false",
                ("status.successful" | "status.replicas", "") => "0",
                (_, found) => found,
            },
        };
        (found == self.value) == self.equal
    }
}

/// Splits at commas outside parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

fn parse_labels(text: &str) -> Result<Vec<LabelRequirement>, ApiError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    split(text).into_iter().map(parse_label).collect()
}

fn parse_label(text: &str) -> Result<LabelRequirement, ApiError> {
    let bad = || ApiError::bad_request(format!("unable to parse requirement: {text:?}"));
    let (key, operator) = if let Some(key) = text.strip_prefix('!') {
        (key, Operator::DoesNotExist)
    } else if let Some((key, value)) = text.split_once("!=") {
        (key, Operator::NotIn(vec![value.trim().to_owned()]))
    } else if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        (key, Operator::In(vec![value.trim().to_owned()]))
    } else if let Some((key, value)) = text.split_once('>') {
        (key, Operator::GreaterThan(value.trim().parse().map_err(|_| bad())?))
    } else if let Some((key, value)) = text.split_once('<') {
        (key, Operator::LessThan(value.trim().parse().map_err(|_| bad())?))
    } else if let Some((head, values)) = text.split_once('(') {
        let values = values.strip_suffix(')').ok_or_else(bad)?;
        let values = values.split(',').map(|v| v.trim().to_owned()).collect();
        match head.split_whitespace().collect::<Vec<_>>().as_slice() {
            [key, "in"] => (*key, Operator::In(values)),
            [key, "notin"] => (*key, Operator::NotIn(values)),
            _ => return Err(bad()),
        }
    } else {
        (text, Operator::Exists)
    };
    let key = key.trim();
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if key.is_empty() || !key.chars().all(valid) {
        return Err(bad());
    }
    Ok(LabelRequirement { key: key.to_owned(), operator })
}

fn parse_fields(kind: &Kind, text: &str) -> Result<Vec<FieldRequirement>, ApiError> {
    let parts = split(text).into_iter().filter(|p| !p.is_empty());
    parts.map(|part| parse_field(kind, part)).collect()
}

fn parse_field(kind: &Kind, text: &str) -> Result<FieldRequirement, ApiError> {
    let (path, value, equal) = if let Some((path, value)) = text.split_once("!=") {
        (path, value, false)
    } else if let Some((path, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        (path, value, true)
    } else {
        return Err(ApiError::bad_request(format!("invalid selector: {text:?}; can't understand {text:?}")));
    };
    let path = path.trim();
    let common = path == "metadata.name" || path == "metadata.namespace" && kind.namespaced;
    if !common && !selectable_fields(kind).contains(&path) {
        return Err(ApiError::bad_request(format!("field label not supported: {path}")));
    }
    Ok(FieldRequirement { path: path.to_owned(), value: value.trim().to_owned(), equal })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_store::{ObjectStore, kinds};
    use serde_json::json;

    #[test]
    fn selectors_choose_as_documented() {
        let store = ObjectStore::new();
        let pod = json!({
            "metadata": {"name": "a", "namespace": "n", "labels": {"app": "web", "tier": "3"}},
            "spec": {"nodeName": "n1"}, "status": {"phase": "Running"},
        });
        store.create(&kinds::POD, pod).unwrap();
        let pod = store.get_stored(&kinds::POD, Some("n"), "a").unwrap();
        for (labels, fields, expected) in [
            ("app=web", "", true),
            ("app==web,tier", "", true),
            ("app!=web", "", false),
            ("other!=web", "", true),
            ("app in (api, web)", "", true),
            ("app notin (api,web)", "", false),
            ("!app", "", false),
            ("!other", "", true),
            ("tier>2", "", true),
            ("tier<3", "", false),
            ("", "metadata.name=a", true),
            ("", "metadata.namespace!=n", false),
            ("", "spec.nodeName=n1,status.phase!=Failed", true),
            ("", "spec.nodeName=", false),
        ] {
            let selector = Selector::parse(&kinds::POD, labels, fields).unwrap();
            assert_eq!(selector.matches(&pod), expected, "{labels} {fields}");
        }
    }

    #[test]
    fn bad_selectors_name_what_is_wrong() {
        let error = Selector::parse(&kinds::POD, "", "spec.image=x").unwrap_err();
        assert_eq!(error.message, "field label not supported: spec.image");
        assert!(Selector::parse(&kinds::POD, "a in x", "").is_err());
        assert!(Selector::parse(&kinds::POD, "a=b,,c", "").is_err());
    }
}
