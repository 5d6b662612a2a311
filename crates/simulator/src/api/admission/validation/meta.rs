//! Names, labels, annotations. Upstream: `apimachinery/pkg/util/validation/validation.go`.

use serde_json::Value;

use crate::api::status::Cause;
use crate::object_store::Kind;

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/// What is wrong with an RFC 1123 label, if anything.
pub fn label_error(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if text.len() > 63 {
        return Some("must be no more than 63 characters".to_owned());
    }
    let fine = text.chars().all(|c| plain(c) || c == '-') && text.starts_with(plain) && text.ends_with(plain);
    (!fine).then(|| LABEL.to_owned())
}

fn subdomain_error(text: &str) -> Option<String> {
    if text.len() > 253 {
        return Some("must be no more than 253 characters".to_owned());
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let part = |p: &str| p.chars().all(|c| plain(c) || c == '-') && p.starts_with(plain) && p.ends_with(plain);
    (!text.split('.').all(part)).then(|| SUBDOMAIN.to_owned())
}

fn name_error(kind: &Kind, name: &str) -> Option<String> {
    match (kind.group, kind.plural) {
        ("rbac.authorization.k8s.io", _) => {
            let bad = name == "." || name == ".." || name.contains('/') || name.contains('%');
            bad.then(|| "may not contain '/' or '%'".to_owned())
        }
        ("", "namespaces" | "services") => label_error(name),
        _ => subdomain_error(name),
    }
}

/// Checks the metadata of a new object.
pub fn check(kind: &Kind, object: &Value) -> Vec<Cause> {
    let name = object["metadata"]["name"].as_str().unwrap_or("");
    let mut causes = Vec::new();
    if name.is_empty() {
        causes.push(Cause::required("metadata.name", "name or generateName is required"));
    } else if let Some(detail) = name_error(kind, name) {
        causes.push(Cause::invalid("metadata.name", &name.into(), &detail));
    }
    causes.extend(check_labels(object, "metadata"));
    causes
}

/// Checks the labels and annotation keys below `at`.
pub fn check_labels(object: &Value, at: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (key, value) in object["metadata"]["labels"].as_object().into_iter().flatten() {
        if let Some(detail) = key_error(key) {
            causes.push(Cause::invalid(format!("{at}.labels"), &key.as_str().into(), &detail));
        }
        match value.as_str() {
            Some(text) => {
                if let Some(detail) = value_error(text) {
                    causes.push(Cause::invalid(format!("{at}.labels"), value, &detail));
                }
            }
            None => causes.push(Cause::invalid(format!("{at}.labels"), value, "must be a string")),
        }
    }
    for (key, value) in object["metadata"]["annotations"].as_object().into_iter().flatten() {
        if let Some(detail) = key_error(&key.to_lowercase()) {
            causes.push(Cause::invalid(format!("{at}.annotations"), &key.as_str().into(), &detail));
        }
        if !value.is_string() {
            causes.push(Cause::invalid(format!("{at}.annotations"), value, "must be a string"));
        }
    }
    causes
}

fn edges_and_inside(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    text.chars().all(|c| edge(c) || matches!(c, '-' | '_' | '.')) && text.starts_with(edge) && text.ends_with(edge)
}

fn value_error(text: &str) -> Option<String> {
    if text.len() > 63 {
        return Some("must be no more than 63 bytes".to_owned());
    }
    (!text.is_empty() && !edges_and_inside(text)).then(|| LABEL_VALUE.to_owned())
}

fn key_error(key: &str) -> Option<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if let Some(detail) = prefix.and_then(subdomain_error) {
        return Some(format!("prefix part {detail}"));
    }
    if name.len() > 63 {
        return Some("name part must be no more than 63 bytes".to_owned());
    }
    (name.is_empty() || !edges_and_inside(name)).then(|| QUALIFIED.to_owned())
}
