//! Applying one attempt's objects, with every doubt resolved by reading back.

use super::objects::{is_of, kind, label, name};
use kubeapi::apply::{ApplyMode, ApplyOutcome, DeleteOutcome, Gvk, Refusal};
use kubeapi::client::{CallLimits, ClusterClient};
use model::wire::schedule::AppliedObject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Tries of one write that the cluster asks to repeat, or that certainly did not happen.
const TRIES: u32 = 3;
/// How long an unknown outcome is read back before somebody must decide.
const READ_BACK: Duration = Duration::from_secs(60);
/// How long deletion may take to be confirmed.
const GONE: Duration = Duration::from_secs(60);

/// An object on its way into a cluster; stored before it is sent and after the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Write {
    pub object: String,
    /// It was there before this attempt, so it is never deleted by it. None until looked at.
    pub existed: Option<bool>,
    pub uid: Option<String>,
    pub state: WriteState,
    pub message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WriteState {
    Pending,
    /// Sent, the answer not seen.
    Unknown,
    Applied,
    Refused,
    Deleted,
}

impl Write {
    pub(super) fn pending(object: &Value) -> Write {
        Write { object: label(object), existed: None, uid: None, state: WriteState::Pending, message: None }
    }

    pub(super) fn told(&self) -> AppliedObject {
        let result = match self.state {
            WriteState::Pending => "pending",
            WriteState::Unknown => "unknown",
            WriteState::Applied => "applied",
            WriteState::Refused => "refused",
            WriteState::Deleted => "deleted",
        };
        AppliedObject {
            object: self.object.clone(),
            uid: self.uid.clone(),
            result: result.to_string(),
            message: self.message.clone(),
        }
    }

    /// Whether it may have left something of ours in the cluster.
    pub(super) fn left_something(&self) -> bool {
        matches!(self.state, WriteState::Applied | WriteState::Unknown) && self.existed != Some(true)
    }
}

/// Why an object was not applied.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NotApplied {
    /// The cluster refuses it; asking again changes nothing.
    Refused(Refusal),
    /// It certainly was not carried out.
    Unreachable(String),
    /// It may have been carried out, and cannot be read back.
    Unknown(String),
}

/// Applies one object for `decision` and returns its uid.
pub(super) async fn apply(client: &ClusterClient, object: &Value, decision: &str) -> Result<String, NotApplied> {
    let mut last = String::new();
    for attempt in 0..TRIES {
        match client.apply(object, ApplyMode::Persist, CallLimits::OBJECT).await {
            ApplyOutcome::Applied { uid, .. } => return Ok(uid),
            ApplyOutcome::Refused(refusal) => return Err(NotApplied::Refused(refusal)),
            ApplyOutcome::Retryable { after, error } => {
                last = error.to_string();
                sleep(after.unwrap_or(Duration::from_millis(500 << attempt))).await;
            }
            ApplyOutcome::Unknown(error) => match read_back(client, object, decision).await {
                Ok(Some(uid)) => return Ok(uid),
                Ok(None) => last = error.to_string(),
                Err(reason) => return Err(NotApplied::Unknown(reason)),
            },
        }
    }
    Err(NotApplied::Unreachable(last))
}

/// After a write whose answer was lost: the uid if it happened, None if it did not.
async fn read_back(client: &ClusterClient, object: &Value, decision: &str) -> Result<Option<String>, String> {
    let until = Instant::now() + READ_BACK;
    let mut pause = Duration::from_millis(500);
    loop {
        match look(client, object).await {
            Ok(found) => {
                let ours = found.filter(|found| is_of(found, decision));
                return Ok(ours.and_then(|found| uid(&found)));
            }
            Err(reason) if Instant::now() + pause >= until => return Err(reason),
            Err(_) => sleep(pause).await,
        }
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// The object as the cluster has it.
pub(super) async fn look(client: &ClusterClient, object: &Value) -> Result<Option<Value>, String> {
    let gvk = Gvk::of(object).map_err(|error| error.to_string())?;
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
    client.get_object(&gvk, namespace, name(object), CallLimits::OBJECT).await.map_err(|error| error.to_string())
}

pub(super) fn uid(object: &Value) -> Option<String> {
    object.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_string)
}

/// Deletes what `write` made and waits until it is gone.
///
/// # Errors
/// Why it could not be confirmed.
pub(super) async fn undo(client: &ClusterClient, object: &Value, write: &Write) -> Result<(), String> {
    let Some(uid) = &write.uid else {
        return Err(format!("the uid of {} is not known", write.object));
    };
    let gvk = Gvk::of(object).map_err(|error| error.to_string())?;
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
    let until = Instant::now() + GONE;
    loop {
        match client.delete_object(&gvk, namespace, name(object), uid, CallLimits::OBJECT).await {
            Ok(DeleteOutcome::Gone | DeleteOutcome::AnotherObject) => return Ok(()),
            // Deletion may wait for finalizers; asking again tells when it is over.
            Ok(DeleteOutcome::Deleted) if Instant::now() < until => sleep(Duration::from_millis(500)).await,
            Err(error) if Instant::now() < until => {
                tracing::debug!(kind = kind(object), %error, "delete is asked for again");
                sleep(Duration::from_secs(1)).await;
            }
            Ok(DeleteOutcome::Deleted) => return Err(format!("{} is still being deleted", write.object)),
            Err(error) => return Err(error.to_string()),
        }
    }
}
