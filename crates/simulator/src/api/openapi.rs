//! As much OpenAPI as clients need to find out what writes may ask for.

use axum::response::Response;
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::content;
use super::discovery::groups;
use super::dispatch::Call;
use super::status::ApiError;
use crate::object_store::{Kind, kinds};

const V2_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// `/openapi/v2`, `/openapi/v3` and its documents.
pub fn serve(call: &Call, path: &str) -> Result<Response, ApiError> {
    let version = &call.cluster.settings().git_version;
    let body = match path {
        "/openapi/v2" => {
            let accept = call.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
            if accept.contains("proto-openapi") {
                let body = v2_protobuf(version);
                return Ok(content::typed(&call.headers, StatusCode::OK, V2_PROTOBUF, body.into()));
            }
            json!({"swagger": "2.0", "info": info(version), "paths": {}, "definitions": {}})
        }
        "/openapi/v3" => index(),
        _ => {
            let name = path.strip_prefix("/openapi/v3/").unwrap_or("");
            let (group, group_version) = match name.split('/').collect::<Vec<_>>().as_slice() {
                ["api", "v1"] => ("", "v1"),
                ["apis", group, version] => {
                    *groups().iter().find(|g| **g == (*group, *version)).ok_or_else(ApiError::no_such_path)?
                }
                _ => return Err(ApiError::no_such_path()),
            };
            document(version, group, group_version)
        }
    };
    Ok(content::json(&call.headers, StatusCode::OK, body.to_string()))
}

fn info(version: &str) -> Value {
    json!({"title": "Kubernetes", "version": version})
}

fn index() -> Value {
    let mut paths = Map::new();
    let mut add = |name: String| {
        let url = format!("/openapi/v3/{name}");
        paths.insert(name, json!({"serverRelativeURL": url}));
    };
    add("api/v1".to_owned());
    for (group, version) in groups() {
        add(format!("apis/{group}/{version}"));
    }
    json!({"paths": paths})
}

fn document(version: &str, group: &str, group_version: &str) -> Value {
    let mut paths = Map::new();
    for kind in kinds::ALL.iter().filter(|k| k.group == group && k.version == group_version) {
        paths.insert(object_path(kind), operations(kind));
    }
    json!({"openapi": "3.0.0", "info": info(version), "paths": paths, "components": {"schemas": {}}})
}

fn object_path(kind: &Kind) -> String {
    let root =
        if kind.group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{}/{}", kind.group, kind.version) };
    let namespace = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
    format!("{root}{namespace}/{}/{{name}}", kind.plural)
}

/// kubectl looks at PATCH to learn whether the server validates fields and knows dry run.
fn operations(kind: &Kind) -> Value {
    let parameter = |name: &str, schema: &str| json!({"name": name, "in": "query", "schema": {"type": schema, "uniqueItems": true}});
    let gvk = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
    json!({
        "patch": {
            "description": format!("partially update the specified {}", kind.kind),
            "operationId": format!("patch{}", kind.kind),
            "parameters": [
                parameter("dryRun", "string"),
                parameter("fieldManager", "string"),
                parameter("fieldValidation", "string"),
                parameter("force", "boolean"),
            ],
            "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": gvk,
        },
        "get": {
            "description": format!("read the specified {}", kind.kind),
            "operationId": format!("read{}", kind.kind),
            "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": "get",
            "x-kubernetes-group-version-kind": gvk,
        },
    })
}

/// `openapi.v2.Document` of gnostic: swagger = 1, info = 2 {title = 1, version = 2}, paths = 8.
fn v2_protobuf(version: &str) -> Vec<u8> {
    fn field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
        out.push(number << 3 | 2);
        // Every field here is far below the 128 bytes of a one-byte length.
        out.push(bytes.len().min(127) as u8);
        out.extend_from_slice(&bytes[..bytes.len().min(127)]);
    }
    let mut info = Vec::new();
    field(&mut info, 1, b"Kubernetes");
    field(&mut info, 2, version.as_bytes());
    let mut document = Vec::new();
    field(&mut document, 1, b"2.0");
    field(&mut document, 2, &info);
    field(&mut document, 8, b"");
    document
}
