//! Registering a cluster, trying its credential, and swapping it.

use super::fields::Fields;
use super::reply::{done, refused};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use crate::rest::Who;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use engine::registry::{CredentialRequest, NewCluster, NewCredential, parse_labels, parse_taints};
use model::wire::cluster::MetricsSources;
use model::wire::problem::{FieldError, Problem};

const SHOWN: [&str; 8] = ["name", "labels", "taints", "weight", "namespaces", "kind", "context", "server"];

pub async fn add(State(shared): State<Shared>, Who(caller): Who, headers: HeaderMap, mut fields: Fields) -> Response {
    let typed = fields.shown(&SHOWN);
    let new = match new_cluster(&mut fields) {
        Ok(new) => new,
        Err(problem) => return refused(&headers, problem, "/clusters?add=1", typed),
    };
    match shared.engine.add_cluster(&caller, new).await {
        Ok(cluster) => done(&headers, &format!("/clusters/{}", cluster.name)),
        Err(problem) => refused(&headers, problem, "/clusters?add=1", typed),
    }
}

/// Always JSON: the page that asks without a script shows it as it is.
pub async fn validate(State(shared): State<Shared>, Who(caller): Who, mut fields: Fields) -> Response {
    let (insecure, namespaces) = (fields.ticked("insecure"), fields.lines("namespaces"));
    let credential = match credential(&mut fields) {
        Ok(credential) => credential,
        Err(problem) => return ApiError(problem).into_response(),
    };
    match shared.engine.validate_cluster(&caller, credential, insecure, namespaces).await {
        Ok(validation) => Json(validation).into_response(),
        Err(problem) => ApiError(problem).into_response(),
    }
}

pub async fn replace_credential(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
    headers: HeaderMap,
    mut fields: Fields,
) -> Response {
    let page = format!("/clusters/{name}");
    let typed = fields.shown(&["kind", "context", "server"]);
    let insecure = fields.ticked("insecure");
    let new = match credential(&mut fields) {
        Ok(credential) => NewCredential { credential, insecure },
        Err(problem) => return refused(&headers, problem, &page, typed),
    };
    match shared.engine.replace_credential(&caller, &name, new).await {
        Ok(_) => done(&headers, &page),
        Err(problem) => refused(&headers, problem, &page, typed),
    }
}

fn new_cluster(fields: &mut Fields) -> Result<NewCluster, Problem> {
    let namespaces = fields.lines("namespaces");
    Ok(NewCluster {
        name: fields.text("name").unwrap_or_default(),
        labels: parse_labels(&fields.text("labels").unwrap_or_default())?,
        taints: parse_taints(&fields.text("taints").unwrap_or_default())?,
        weight: weight(fields.text("weight"))?,
        credential: credential(fields)?,
        insecure: fields.ticked("insecure"),
        namespaces: (!namespaces.is_empty()).then_some(namespaces),
        metrics_sources: fields.text("etcdMetrics").map(|etcd| MetricsSources { etcd: Some(etcd), prometheus: None }),
    })
}

fn credential(fields: &mut Fields) -> Result<CredentialRequest, Problem> {
    match fields.text("kind").as_deref() {
        None | Some("kubeconfig") => {
            Ok(CredentialRequest::kubeconfig(fields.take_required("kubeconfig")?, fields.text("context")))
        }
        Some("token") => Ok(CredentialRequest::token(
            fields.required("server")?,
            fields.text("caData"),
            fields.take_required("token")?,
        )),
        Some(_) => Err(wrong("kind", "bad_kind", "a credential is a kubeconfig or a token")),
    }
}

fn weight(text: Option<String>) -> Result<u32, Problem> {
    match text {
        None => Ok(1),
        Some(text) => text.parse().map_err(|_| wrong("weight", "bad_weight", "a weight is a whole number")),
    }
}

fn wrong(field: &str, code: &str, message: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(field, code, message)])
}
