//! Media types, bodies, compression.

use std::io::Write as _;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::status::ApiError;

/// Bodies below this many bytes are never compressed, as upstream.
const GZIP_FROM: usize = 128 * 1024;

/// Largest request body in bytes, as upstream.
const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// How a client wants objects shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Object,
    Table,
    /// Only `metadata`.
    Partial,
}

/// Reads `Accept`: the first entry that can be served.
///
/// # Errors
/// 406 when none can.
pub fn view(headers: &HeaderMap) -> Result<View, ApiError> {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    if accept.trim().is_empty() {
        return Ok(View::Object);
    }
    for entry in accept.split(',') {
        let mut parts = entry.split(';').map(str::trim);
        let media = parts.next().unwrap_or("");
        if !matches!(media, "application/json" | "application/*" | "*/*" | "text/plain") {
            continue;
        }
        let parameters: Vec<&str> = parts.collect();
        let target = parameters.iter().find_map(|p| p.strip_prefix("as="));
        let version = parameters.iter().find_map(|p| p.strip_prefix("v="));
        return Ok(match (target, version) {
            (Some("Table"), Some("v1")) => View::Table,
            (Some("PartialObjectMetadata" | "PartialObjectMetadataList"), Some("v1")) => View::Partial,
            (Some(_), _) => continue,
            (None, _) => View::Object,
        });
    }
    Err(ApiError::new(406, "NotAcceptable", "only the following media types are accepted: application/json"))
}

/// `application/json` of a `Content-Type`, without parameters.
pub fn media_type(headers: &HeaderMap) -> &str {
    let full = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    full.split(';').next().unwrap_or("").trim()
}

/// # Errors
/// 413 when it is too long, 400 when it breaks off.
pub async fn read_body(body: Body) -> Result<Bytes, ApiError> {
    axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|e| {
        let too_long = std::error::Error::source(&e).is_some_and(|s| s.to_string().contains("length limit"));
        if too_long {
            let message = format!("Request entity too large: limit is {BODY_LIMIT}");
            ApiError::new(413, "RequestEntityTooLarge", message)
        } else {
            ApiError::bad_request("error reading the request body")
        }
    })
}

/// Decodes a JSON or YAML object.
///
/// # Errors
/// 415 for another media type, 400 for what cannot be decoded.
pub fn decode(media: &str, body: &[u8]) -> Result<Value, ApiError> {
    let bad = |e: String| ApiError::bad_request(format!("error decoding the body: {e}"));
    match media {
        "" | "application/json" | "text/plain" => serde_json::from_slice(body).map_err(|e| bad(e.to_string())),
        "application/yaml" => yaml(body),
        "application/vnd.kubernetes.protobuf" => super::types::decode(body),
        other => Err(ApiError::unsupported_media_type(&["application/json", "application/yaml"], other)),
    }
}

/// # Errors
/// 400 for what is not YAML.
pub fn yaml(body: &[u8]) -> Result<Value, ApiError> {
    // JSON is YAML, and much quicker to read as what it is.
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    serde_saphyr::from_slice(body).map_err(|e| ApiError::bad_request(format!("error decoding YAML: {e}")))
}

/// A JSON response, compressed when large and wanted.
pub fn json(headers: &HeaderMap, code: StatusCode, body: impl Into<Bytes>) -> Response {
    typed(headers, code, "application/json", body.into())
}

/// A response of any media type, compressed when large and wanted.
pub fn typed(headers: &HeaderMap, code: StatusCode, media: &'static str, body: Bytes) -> Response {
    let accepts = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|e| e.trim().split(';').next() == Some("gzip")));
    let compressed = (accepts && body.len() >= GZIP_FROM).then(|| gzip(&body)).flatten();
    let encoded = compressed.is_some();
    let mut response = Response::new(Body::from(compressed.unwrap_or(body)));
    *response.status_mut() = code;
    let map = response.headers_mut();
    map.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    map.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    if encoded {
        map.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        map.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    response
}

fn gzip(body: &[u8]) -> Option<Bytes> {
    let buffer = Vec::with_capacity(body.len() / 6);
    let mut encoder = flate2::write::GzEncoder::new(buffer, flate2::Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_chooses_the_first_view_that_exists() {
        for (accept, expected) in [
            ("", Some(View::Object)),
            ("application/json", Some(View::Object)),
            ("application/vnd.kubernetes.protobuf, application/json", Some(View::Object)),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", Some(View::Table)),
            ("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", Some(View::Object)),
            ("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", Some(View::Partial)),
            ("application/vnd.kubernetes.protobuf", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(view(&headers).ok(), expected, "{accept}");
        }
    }
}
