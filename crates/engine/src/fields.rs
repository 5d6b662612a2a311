//! What serde says of a body, as the field and the rule of a problem.

use model::wire::problem::FieldError;

/// The field that broke a rule, with its whole path.
pub fn broken_field(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let (code, field, message) = broken_rule(&error.inner().to_string());
    let path = error.path().to_string();
    let path = match (path.as_str(), field) {
        (".", Some(field)) => field,
        // What stands beside a secret may be one.
        (path, Some(_)) if code == "unknown_field" && path.starts_with("credential") => "credential".to_string(),
        (path, Some(field)) if !path.ends_with(&field) => format!("{path}.{field}"),
        (path, _) => path.to_string(),
    };
    FieldError::new(path, code, message)
}

/// serde's words without the value they quote: that may be a secret in the wrong place.
pub fn broken_rule(message: &str) -> (&'static str, Option<String>, String) {
    let named = || message.split('`').nth(1).map(str::to_string);
    let expected = message.split_once(", expected ").map(|(_, rest)| rest.split(" at line ").next().unwrap_or(rest));
    if message.starts_with("missing field") {
        ("required", named(), "this field is required".into())
    } else if message.starts_with("duplicate field") {
        ("duplicate_field", named(), "this field stands here twice".into())
    } else if message.starts_with("unknown field") {
        let known = expected.unwrap_or("no fields");
        ("unknown_field", named(), format!("there is no such field; expected {known}"))
    } else if let Some(expected) = expected {
        ("wrong_type", None, format!("expected {expected}"))
    } else {
        ("invalid", None, "this value breaks a rule".into())
    }
}
