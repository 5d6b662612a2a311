//! The fields of a posted form. Each is kept as a secret until somebody asks for its text.

use crate::http::problem::ApiError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use model::wire::problem::{FieldError, Problem};
use secrets::Secret;
use std::collections::BTreeMap;

/// The fields of a form, `application/x-www-form-urlencoded` or `multipart/form-data`.
pub struct Fields(BTreeMap<String, Secret>);

impl Fields {
    /// A field's text, trimmed; None where it is missing or empty.
    pub fn text(&self, name: &str) -> Option<String> {
        let text = self.0.get(name)?.expose_str()?.trim();
        (!text.is_empty()).then(|| text.to_string())
    }

    /// A field as it came, out of the form.
    pub fn take(&mut self, name: &str) -> Option<Secret> {
        self.0.remove(name).filter(|secret| !secret.is_empty())
    }

    /// # Errors
    /// 422 naming the field.
    pub fn required(&self, name: &str) -> Result<String, Problem> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// # Errors
    /// 422 naming the field.
    pub fn take_required(&mut self, name: &str) -> Result<Secret, Problem> {
        self.take(name).ok_or_else(|| missing(name))
    }

    /// Whether a checkbox is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.as_str(), "on" | "true" | "1"))
    }

    /// The lines of a text area, or the pieces between commas.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty()).map(str::to_string).collect()
    }

    /// The named fields that are filled, for showing a refused form again.
    pub fn shown(&self, names: &[&str]) -> Vec<(String, String)> {
        names.iter().filter_map(|name| Some((name.to_string(), self.text(name)?))).collect()
    }
}

fn missing(name: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(name, "required", "this field is required")])
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = content_type.and_then(|text| text.split(';').next()).map(str::trim).unwrap_or_default();
        match kind {
            "multipart/form-data" => multipart(request, state).await,
            "application/x-www-form-urlencoded" => {
                let bytes = crate::rest::body_bytes(request, state).await?;
                let pairs: Vec<(String, Secret)> = serde_urlencoded::from_bytes(&bytes)
                    .map_err(|_| Problem::malformed("malformed", "The form could not be read."))?;
                Ok(Fields(pairs.into_iter().collect()))
            }
            _ => Err(Problem::new(415, "unsupported_media_type", "Send a form.").into()),
        }
    }
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, ApiError> {
    let unreadable = || ApiError(Problem::malformed("malformed", "The form could not be read."));
    let mut form = Multipart::from_request(request, state).await.map_err(|_| unreadable())?;
    let mut fields = BTreeMap::new();
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        let Some(name) = field.name().map(str::to_string) else { continue };
        let bytes = field.bytes().await.map_err(|error| match error.status().as_u16() {
            413 => ApiError(Problem::new(413, "too_large", "A form has at most 1 MiB.")),
            _ => unreadable(),
        })?;
        let secret = Secret::from_bytes(bytes.to_vec());
        // An empty file field must not hide the text field of the same name.
        if !(secret.is_empty() && fields.contains_key(&name)) {
            fields.insert(name, secret);
        }
    }
    Ok(Fields(fields))
}
