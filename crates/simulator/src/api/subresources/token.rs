//! `TokenRequest` of service accounts.

use axum::response::Response;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::owner;
use crate::api::access::Identity;
use crate::api::content;
use crate::api::dispatch::Call;
use crate::api::request::ResourcePath;
use crate::api::status::{ApiError, Cause};
use crate::api::write;

/// The shortest life of a token in seconds, as upstream.
const SHORTEST: i64 = 600;

/// POST: issues a token that stands for the account, with the rules its role bindings grant.
pub async fn serve(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    let bytes = write::body(&mut call).await?;
    let mut request = content::decode(content::media_type(&call.headers), &bytes)?;
    owner(&call, &path)?;
    let (namespace, name) = (path.namespace().unwrap_or(""), path.name.as_deref().unwrap_or(""));
    let seconds = request["spec"]["expirationSeconds"].as_i64().unwrap_or(3600);
    if seconds < SHORTEST {
        let value = request["spec"]["expirationSeconds"].clone();
        let cause = Cause::invalid("spec.expirationSeconds", &value, "may not specify a duration less than 10 minutes");
        return Err(ApiError::invalid("TokenRequest", "authentication.k8s.io", "", &[cause]));
    }
    let token = format!("sim-{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
    let expires = Timestamp::now() + SignedDuration::from_secs(seconds);
    let identity = Identity::service_account(namespace, name, call.cluster.bound_rules(namespace, name));
    call.cluster.add_expiring_token(token.clone(), identity, expires);
    if !request["metadata"].is_object() {
        request["metadata"] = json!({});
    }
    request["kind"] = "TokenRequest".into();
    request["apiVersion"] = "authentication.k8s.io/v1".into();
    request["metadata"]["name"] = name.into();
    request["metadata"]["namespace"] = namespace.into();
    request["spec"]["expirationSeconds"] = seconds.into();
    request["status"] = json!({
        "token": token,
        "expirationTimestamp": expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    });
    Ok(content::json(&call.headers, StatusCode::CREATED, request.to_string()))
}
