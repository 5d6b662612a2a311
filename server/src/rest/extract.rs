//! Reading bodies and parameters, with problems that name the field and the rule and never echo a value.

use crate::http::problem::ApiError;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use engine::fields::{broken_field, broken_rule};
use model::access::Caller;
use model::wire::problem::{FieldError, Problem};
use serde::de::DeserializeOwned;

/// The most bytes of a body.
pub const MAX_BODY: usize = 1 << 20;

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if content_type.and_then(|text| text.split(';').next()).map(str::trim) != Some("application/json") {
            return Err(Problem::new(415, "unsupported_media_type", "Send application/json.").into());
        }
        let bytes = bytes(request, state).await?;
        Ok(Json(from_json(&bytes)?))
    }
}

/// The whole body, at most [`MAX_BODY`] bytes of it.
///
/// # Errors
/// 413, or 400 where the sender stopped half way.
pub async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        ApiError(match rejection.status().as_u16() {
            413 => Problem::new(413, "too_large", "A body has at most 1 MiB."),
            _ => Problem::malformed("malformed", "The body could not be read."),
        })
    })
}

/// # Errors
/// 400 with line and column for what is no JSON, 422 naming the field for what breaks a rule.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let deserializer = &mut serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let inner = error.inner();
        match inner.classify() {
            serde_json::error::Category::Data => Problem::invalid(vec![broken_field(&error)]),
            _ => Problem::malformed("malformed", "This is not JSON.").at(inner.line(), inner.column()),
        }
    })
}

/// The parameters of the query string.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Query::<T>::try_from_uri(&parts.uri).map(|Query(params)| Params(params)).map_err(|rejection| {
            let text = rejection.body_text();
            let (code, field, message) = broken_rule(text.rsplit(": ").next().unwrap_or(&text));
            let detail = format!("query string: {message}");
            ApiError(Problem::malformed(code, detail).with_field(FieldError::new(
                field.unwrap_or_default(),
                code,
                message,
            )))
        })
    }
}

/// The caller that the guard found.
pub struct Who(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Caller>().cloned().map(Who).ok_or(ApiError(Problem::unauthenticated()))
    }
}

/// `a,b,c` as a list; empty pieces are left out.
pub fn list(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_string).collect()
}

/// The `limit` of a list that is kept in the database.
pub fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        name: String,
        inner: Inner,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        weight: u32,
    }

    #[test]
    fn each_broken_body_names_its_field_and_rule_and_echoes_nothing() {
        let table = [
            (r#"{"name":"a"}"#, 422, "required", "inner"),
            (r#"{"name":"a","inner":{}}"#, 422, "required", "inner.weight"),
            (r#"{"name":"a","inner":{"weight":"SECRET"}}"#, 422, "wrong_type", "inner.weight"),
            (r#"{"name":"a","inner":{"weight":1,"extra":"SECRET"}}"#, 422, "unknown_field", "inner.extra"),
            (r#"{"name":"a","name":"SECRET"}"#, 422, "duplicate_field", "name"),
            (r#"{"name":"#, 400, "malformed", ""),
            (r#"{"name":"SECRET" oops"#, 400, "malformed", ""),
        ];
        for (body, status, code, path) in table {
            let problem = from_json::<Outer>(body.as_bytes()).unwrap_err();
            assert_eq!((problem.status, problem.code.as_str()), (status, code), "{body}");
            assert_eq!(problem.fields.first().map_or("", |f| f.path.as_str()), path, "{body}");
            assert!(!serde_json::to_string(&problem).unwrap().contains("SECRET"), "{body}");
        }
    }
}
