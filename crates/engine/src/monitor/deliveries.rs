//! What became of notifications.

use super::query::{self, DeliveryQuery};
use super::wire;
use crate::authorize::authorize;
use crate::{Engine, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::wire::alerting::Delivery;
use model::wire::list::Items;
use model::wire::problem::{FieldError, Problem};
use store::repositories::deliveries::{DeliveryFilter, DeliveryState};
use store::{Cursor, PageRequest};

impl Engine {
    /// Newest first.
    ///
    /// # Errors
    /// 400 for a bad state, limit or cursor.
    pub async fn deliveries(&self, caller: &Caller, query: DeliveryQuery) -> Result<Items<Delivery>, Problem> {
        authorize(caller, Action::ManageAlerting)?;
        let filter = DeliveryFilter {
            channel: query.channel,
            state: query.state.as_deref().map(kept_as).transpose()?,
            alert_id: query.alert,
        };
        let wanted = query::limit(query.limit);
        let (mut items, mut cursor) = (Vec::new(), query.cursor.map(Cursor::new));
        let mut unit = self.store().read().await.answer()?;
        // Two states of the contract are kept as one, so that a page may have to be filled from several.
        loop {
            let left = wanted - u32::try_from(items.len()).unwrap_or(wanted).min(wanted);
            let page = PageRequest::new(left, cursor).answer()?;
            let page = unit.deliveries().list(&filter, &page).await.answer()?;
            let fits = |row: &_| query.state.as_deref().is_none_or(|state| wire::delivery_state(row) == state);
            for row in page.items.into_iter().filter(fits) {
                let pause = self.monitor().courier().map(|courier| courier.pause(&row.channel));
                let mut told = wire::delivery(row)?;
                // A lane that is paused keeps its order, so that the row alone does not tell when.
                let resumes = Timestamp::now().checked_add(pause.unwrap_or_default()).ok();
                told.next_attempt_at = told.next_attempt_at.map(|at| resumes.map_or(at, |resumes| at.max(resumes)));
                items.push(told);
            }
            cursor = page.next;
            if cursor.is_none() || items.len() >= wanted as usize {
                return Ok(Items { items, next: cursor.map(|cursor| cursor.to_string()) });
            }
        }
    }
}

fn kept_as(state: &str) -> Result<DeliveryState, Problem> {
    match state {
        "pending" | "failed" => Ok(DeliveryState::Pending),
        "delivering" => Ok(DeliveryState::Delivering),
        "delivered" => Ok(DeliveryState::Delivered),
        "dead" => Ok(DeliveryState::Dead),
        _ => {
            let rule = "is one of pending, delivering, delivered, failed, dead";
            Err(Problem::malformed("bad_state", format!("state {rule}")).with_field(FieldError::new(
                "state",
                "bad_state",
                rule,
            )))
        }
    }
}
