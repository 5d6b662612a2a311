//! Audit rows, written in the unit of work of the change they tell of.

use crate::problem::Answer;
use jiff::Timestamp;
use model::access::{Caller, Via};
use model::wire::problem::Problem;
use serde_json::Value;
use store::repositories::audit::AuditEvent;
use store::{Document, WriteUnit};

/// Records that `caller` did `action` to `object`. `detail` must hold no secret.
pub(crate) async fn record(
    unit: &mut WriteUnit,
    caller: &Caller,
    action: &str,
    object: impl Into<String>,
    detail: Value,
) -> Result<(), Problem> {
    record_outcome(unit, &actor(caller), action, object, "ok", detail).await
}

/// The same where the outcome is not `ok`, or nobody is signed in.
pub(crate) async fn record_outcome(
    unit: &mut WriteUnit,
    actor: &str,
    action: &str,
    object: impl Into<String>,
    outcome: &str,
    detail: Value,
) -> Result<(), Problem> {
    let event = AuditEvent {
        actor: actor.to_string(),
        action: action.to_string(),
        object: object.into(),
        outcome: outcome.to_string(),
        detail: Document::of(&detail).answer()?,
    };
    unit.audit().append(&event, Timestamp::now()).await.answer()?;
    Ok(())
}

fn actor(caller: &Caller) -> String {
    match &caller.via {
        Via::Token { id } => format!("{} (token {id})", caller.name),
        Via::Session | Via::System => caller.name.clone(),
    }
}
