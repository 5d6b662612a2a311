//! Questions about access and identity.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::access::{Attributes, Identity};
use super::content;
use super::dispatch::Call;
use super::request::Review;
use super::status::{ApiError, Cause};

/// Answers a create-only review with its `status` filled in.
pub async fn answer(call: Call, resource: Review, namespace: Option<String>) -> Result<Response, ApiError> {
    if call.verb != "create" {
        return Err(ApiError::method_not_allowed());
    }
    let body = content::read_body(call.body).await?;
    let mut review = content::decode(content::media_type(&call.headers), &body)?;
    if !review.is_object() {
        return Err(ApiError::bad_request("the body is not an object"));
    }
    review["kind"] = resource.kind().into();
    review["apiVersion"] = format!("{}/v1", resource.group()).into();
    if !review["metadata"].is_object() {
        review["metadata"] = json!({"creationTimestamp": null});
    }
    review["status"] = match resource {
        Review::SelfSubjectAccess => {
            if review["spec"]["nonResourceAttributes"].is_null() && review["spec"]["resourceAttributes"].is_null() {
                let cause = Cause::invalid(
                    "spec.resourceAttributes",
                    &Value::Null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified",
                );
                return Err(ApiError::invalid(resource.kind(), resource.group(), "", &[cause]));
            }
            decision(call.user.may(&attributes(&review["spec"], None)))
        }
        Review::SubjectAccess | Review::LocalSubjectAccess => {
            let known = call.cluster.identity_named(review["spec"]["user"].as_str().unwrap_or(""));
            let allowed = known.is_some_and(|user| user.may(&attributes(&review["spec"], namespace.as_deref())));
            decision(allowed)
        }
        Review::SelfSubjectRules => rules(&call.user, review["spec"]["namespace"].as_str().unwrap_or("default")),
        Review::SelfSubject => json!({"userInfo": call.user.user_info()}),
        Review::Token => match call.cluster.identity(review["spec"]["token"].as_str().unwrap_or("")) {
            Some(user) => json!({"authenticated": true, "user": user.user_info()}),
            None => json!({"authenticated": false, "error": "invalid bearer token"}),
        },
    };
    Ok(content::json(&call.headers, StatusCode::CREATED, review.to_string()))
}

fn decision(allowed: bool) -> Value {
    if allowed { json!({"allowed": true, "reason": "RBAC: allowed"}) } else { json!({"allowed": false}) }
}

fn rules(user: &Identity, namespace: &str) -> Value {
    let (resources, urls) = user.rules_in(namespace);
    json!({"resourceRules": resources, "nonResourceRules": urls, "incomplete": false})
}

fn attributes<'a>(spec: &'a Value, namespace: Option<&'a str>) -> Attributes<'a> {
    let text = |v: &'a Value| v.as_str().unwrap_or("");
    if spec["nonResourceAttributes"].is_object() {
        let ask = &spec["nonResourceAttributes"];
        return Attributes { verb: text(&ask["verb"]), path: Some(text(&ask["path"])), ..Attributes::default() };
    }
    let ask = &spec["resourceAttributes"];
    Attributes {
        verb: text(&ask["verb"]),
        group: text(&ask["group"]),
        resource: text(&ask["resource"]),
        subresource: text(&ask["subresource"]),
        namespace: namespace.or_else(|| ask["namespace"].as_str().filter(|n| !n.is_empty())),
        name: text(&ask["name"]),
        path: None,
    }
}
