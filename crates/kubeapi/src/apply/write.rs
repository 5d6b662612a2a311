//! The calls.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::object::{Gvk, ObjectError, metadata};
use super::outcome::{ApplyOutcome, DeleteOutcome, Refusal};
use crate::client::{CallError, CallLimits, ClusterClient, get, read_answer};
use crate::probe::ApiResource;

/// The name under which Pilothouse owns the fields it applies.
pub const FIELD_MANAGER: &str = "pilothouse";

/// Whether an apply lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyMode {
    /// The object is stored.
    Persist,
    /// Everything but storing: admission, quota, validation.
    DryRun,
}

/// Why a kind has no path: the call failed, or the object is at fault.
enum NoPath {
    Call(CallError),
    Object(ObjectError),
}

impl ClusterClient {
    /// Applies `object` (apiVersion, kind, metadata.name and so on) with server-side apply, never by force: a field
    /// that another manager owns is a 409 refusal. Asking twice changes nothing, so an unknown outcome may be asked again.
    pub async fn apply(&self, object: &Value, mode: ApplyMode, limits: CallLimits) -> ApplyOutcome {
        let Some(name) = metadata(object, "name") else {
            return ObjectError::Missing("metadata.name").into();
        };
        let path = match self.object_path(object, Some(name)).await {
            Ok(path) => path,
            Err(outcome) => return outcome,
        };
        let dry_run = if mode == ApplyMode::DryRun { "&dryRun=All" } else { "" };
        let query = format!("fieldManager={FIELD_MANAGER}&force=false&fieldValidation=Strict{dry_run}");
        let body = without_managed_fields(object).to_string();
        self.write(Method::PATCH, &format!("{path}?{query}"), "application/apply-patch+yaml", body, limits).await
    }

    /// Asks whether `pod` could be created in `namespace`: admission, quota, pod security; nothing is stored.
    pub async fn create_dry_run_pod(&self, namespace: &str, pod: &Value, limits: CallLimits) -> ApplyOutcome {
        let mut pod = pod.clone();
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        let pods = ApiResource { plural: "pods".to_owned(), namespaced: true, verbs: Vec::new() };
        let path = match Gvk::new("v1", "Pod").path(&pods, Some(namespace), None) {
            Ok(path) => path,
            Err(error) => return error.into(),
        };
        let path = format!("{path}?dryRun=All&fieldManager={FIELD_MANAGER}");
        self.write(Method::POST, &path, "application/json", pod.to_string(), limits).await
    }

    /// The object `name` as the cluster has it now; `None` where it is not there, or its kind is not served.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn get_object(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        limits: CallLimits,
    ) -> Result<Option<Value>, CallError> {
        let path = match self.kind_path(gvk, namespace, Some(name)).await {
            Ok(path) => path,
            Err(NoPath::Object(ObjectError::NotServed(_))) => return Ok(None),
            Err(NoPath::Object(_)) => return Err(CallError::Invalid),
            Err(NoPath::Call(error)) => return Err(error),
        };
        match self.request_json(limits, get(&path)?).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes the object `name` if its uid is `uid`, and in the background what it owns.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete_object(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        uid: &str,
        limits: CallLimits,
    ) -> Result<DeleteOutcome, CallError> {
        let path = match self.kind_path(gvk, namespace, Some(name)).await {
            Ok(path) => path,
            Err(NoPath::Object(ObjectError::NotServed(_))) => return Ok(DeleteOutcome::Gone),
            Err(NoPath::Object(_)) => return Err(CallError::Invalid),
            Err(NoPath::Call(error)) => return Err(error),
        };
        let options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": uid},
            "propagationPolicy": "Background",
        });
        let request = Request::delete(path)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(options.to_string())
            .map_err(|_| CallError::Invalid)?;
        match self.request_bytes(limits, request).await {
            Ok(_) => Ok(DeleteOutcome::Deleted),
            Err(error) if error.status() == Some(404) => Ok(DeleteOutcome::Gone),
            Err(error) if error.status() == Some(409) => Ok(DeleteOutcome::AnotherObject),
            Err(error) => Err(error),
        }
    }

    async fn object_path(&self, object: &Value, name: Option<&str>) -> Result<String, ApplyOutcome> {
        let gvk = Gvk::of(object)?;
        match self.kind_path(&gvk, metadata(object, "namespace"), name).await {
            Ok(path) => Ok(path),
            Err(NoPath::Object(error)) => Err(error.into()),
            Err(NoPath::Call(error)) => Err(of_discovery(error)),
        }
    }

    async fn kind_path(&self, gvk: &Gvk, namespace: Option<&str>, name: Option<&str>) -> Result<String, NoPath> {
        let resource = self.resolve_kind(&gvk.api_version, &gvk.kind).await.map_err(NoPath::Call)?;
        let resource = resource.ok_or_else(|| NoPath::Object(ObjectError::NotServed(gvk.clone())))?;
        gvk.path(&resource, namespace, name).map_err(NoPath::Object)
    }

    async fn write(
        &self,
        method: Method,
        path: &str,
        content_type: &'static str,
        body: String,
        limits: CallLimits,
    ) -> ApplyOutcome {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, HeaderValue::from_static(content_type))
            .body(Bytes::from(body));
        let Ok(request) = request else {
            return ApplyOutcome::of_error(CallError::Invalid);
        };
        match self.write_and_read(request, limits).await {
            Ok((created, object)) => ApplyOutcome::of_object(object, created),
            Err(error) => ApplyOutcome::of_error(error),
        }
    }

    async fn write_and_read(&self, request: Request<Bytes>, limits: CallLimits) -> Result<(bool, Value), CallError> {
        let until = Instant::now() + limits.deadline;
        let answer = self.open(request, limits.deadline).await?;
        let created = answer.status() == StatusCode::CREATED;
        let body = read_answer(answer, limits.max_body, until).await?;
        Ok((created, serde_json::from_slice(&body).map_err(|_| CallError::BadAnswer)?))
    }
}

/// Nothing was written when discovery fails, however it fails.
fn of_discovery(error: CallError) -> ApplyOutcome {
    match error {
        CallError::Status(status) if matches!(status.code, 401 | 403) => {
            ApplyOutcome::Refused(Refusal { status: status.code, reason: status.reason, message: status.message })
        }
        CallError::Status(status) => ApplyOutcome::Retryable { after: status.retry_after, error: status.into() },
        error => ApplyOutcome::Retryable { after: None, error },
    }
}

/// An object that was read from a cluster carries its managers, which an apply must not.
fn without_managed_fields(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    object
}
