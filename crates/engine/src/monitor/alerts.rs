//! Alerts and the rules they come from.

use super::query::{self, AlertQuery};
use super::wire;
use crate::authorize::authorize;
use crate::{Engine, Topic, audit, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller, Scope};
use model::ids::ClusterId;
use model::wire::alerting::{Alert, AlertRule};
use model::wire::list::Items;
use model::wire::problem::{FieldError, Problem};
use serde_json::json;
use store::repositories::alerts as stored;

const MAX_NOTE: usize = 1000;

impl Engine {
    /// Newest first.
    ///
    /// # Errors
    /// 400 for a bad limit or cursor.
    pub async fn alerts(&self, caller: &Caller, query: AlertQuery) -> Result<Items<Alert>, Problem> {
        authorize(caller, Action::Read)?;
        let page = query::page(query.limit, query.cursor)?;
        let filter = stored::AlertFilter {
            state: query.state.map(wire::stored_state),
            cluster: query.cluster,
            severity: query.severity.map(|severity| severity.as_str().to_string()),
            rule: None,
            from: query.from,
            to: query.to,
        };
        let page = self.store().read().await.answer()?.alerts().list(&filter, &page).await.answer()?;
        let seen = page.items.into_iter().filter(|alert| sees(&caller.scope, alert));
        Ok(Items { items: seen.map(wire::alert).collect::<Result<_, _>>()?, next: page.next.map(|c| c.to_string()) })
    }

    /// Notes that somebody takes care of an alert. It changes neither its state nor who is told.
    ///
    /// # Errors
    /// 404; 422 for a note of more than 1000 characters.
    pub async fn ack_alert(&self, caller: &Caller, id: &str, note: &str) -> Result<Alert, Problem> {
        authorize(caller, Action::HandleAlert)?;
        if note.chars().count() > MAX_NOTE {
            let message = format!("a note has at most {MAX_NOTE} characters");
            return Err(Problem::invalid(vec![FieldError::new("note", "too_long", message)]));
        }
        let mut unit = self.store().begin().await.answer()?;
        let row = unit.alerts().get(id).await.answer()?;
        if !sees(&caller.scope, &row) {
            return Err(Problem::not_found("alert"));
        }
        unit.alerts().acknowledge(id, &caller.name, note, Timestamp::now()).await.answer()?;
        let detail = json!({ "rule": row.rule, "cluster": row.cluster_name, "note": note });
        audit::record(&mut unit, caller, "alert.ack", format!("alert/{id}"), detail).await?;
        let row = unit.alerts().get(id).await.answer()?;
        unit.commit().await.answer()?;
        self.announce(Topic::Alerts, row.cluster_name.as_deref(), Some(id));
        wire::alert(row)
    }

    /// Every rule, by name.
    pub async fn alert_rules(&self, caller: &Caller) -> Result<Items<AlertRule>, Problem> {
        authorize(caller, Action::Read)?;
        let rows = self.store().read().await.answer()?.alert_rules().all().await.answer()?;
        Ok(Items::all(rows.into_iter().map(wire::rule).collect::<Result<_, _>>()?))
    }
}

/// Alerts about no cluster are everyone's.
fn sees(scope: &Scope, alert: &stored::Alert) -> bool {
    alert.cluster_id.as_deref().is_none_or(|id| scope.sees_cluster(&ClusterId::new(id)))
}
