//! Fields that do not exist, and values of the wrong type.

use serde_json::Value;

use crate::api::status::{ApiError, Cause};
use crate::api::types;
use crate::object_store::Kind;

/// Refuses values of the wrong type, and unknown fields when `fieldValidation` is `Strict`; otherwise
/// takes those out, as the decoder of a real server does.
///
/// # Errors
/// 400 naming the fields.
pub fn check_fields(kind: &Kind, object: &mut Value, validation: Option<&str>) -> Result<(), ApiError> {
    if !matches!(validation, None | Some("Ignore" | "Warn" | "Strict")) {
        let supported = ["Ignore", "Strict", "Warn"];
        let cause = Cause::unsupported("fieldValidation", &validation.into(), &supported);
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &[cause]));
    }
    let findings = types::check(&types::message_of(kind), object);
    let (version, name) = (kind.version, kind.kind);
    let head = format!("{name} in version {version:?} cannot be handled as a {name}: ");
    if let Some(mismatch) = findings.mismatch {
        return Err(ApiError::bad_request(format!("{head}{mismatch}")));
    }
    if validation != Some("Strict") || findings.unknown.is_empty() {
        return Ok(());
    }
    let unknown: Vec<String> = findings.unknown.iter().map(|path| format!("unknown field \"{path}\"")).collect();
    Err(ApiError::bad_request(format!("{head}strict decoding error: {}", unknown.join(", "))))
}
