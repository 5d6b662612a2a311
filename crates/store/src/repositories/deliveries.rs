//! The outbox: notifications written with the alert's change and delivered at least once.

use jiff::Timestamp;

use super::{alerts::AlertState, found, repository};
use crate::{
    Document, Page, PageRequest, ReadWrite, StoreError,
    dialect::Db,
    value::{MaybeMillis, Millis, text_enum},
};

const LIST: &str = "deliveries";

text_enum! {
    /// State of a delivery.
    DeliveryState {
        /// Waits for its next attempt.
        Pending = "pending",
        /// A worker has it.
        Delivering = "delivering",
        /// The receiver has accepted it.
        Delivered = "delivered",
        /// The receiver has refused it for good.
        Failed = "failed",
        /// Given up after too many attempts or too long a time.
        Dead = "dead",
    }
}

/// A notification to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    /// Id that stays the same over all attempts.
    pub id: String,
    /// The channel's name.
    pub channel: String,
    /// The alert it tells of.
    pub alert_id: String,
    /// The state it tells.
    pub alert_state: AlertState,
    /// The alert's revision it tells; once a channel.
    pub alert_revision: u32,
    /// What is told, in no channel's format yet.
    pub payload: Document,
    /// Its own state.
    pub state: DeliveryState,
    /// Attempts that have ended.
    pub attempts: u32,
    /// When to try next.
    #[sqlx(try_from = "Millis")]
    pub next_attempt_at: Timestamp,
    /// When a worker took it.
    #[sqlx(try_from = "MaybeMillis")]
    pub claimed_at: Option<Timestamp>,
    /// Why the last attempt failed, as a stable word.
    pub error_class: Option<String>,
    /// Start of the receiver's last answer.
    pub response: Option<String>,
    /// When it was written.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// When it was delivered, refused or given up.
    #[sqlx(try_from = "MaybeMillis")]
    pub done_at: Option<Timestamp>,
}

/// A notification to write into the outbox.
#[derive(Clone, Debug)]
pub struct NewDelivery<'a> {
    /// Stable id.
    pub id: &'a str,
    /// The channel's name.
    pub channel: &'a str,
    /// The alert it tells of.
    pub alert_id: &'a str,
    /// The state it tells.
    pub alert_state: AlertState,
    /// The alert's revision it tells.
    pub alert_revision: u32,
    /// What is told.
    pub payload: &'a Document,
    /// When to try first.
    pub due_at: Timestamp,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum AttemptResult<'a> {
    /// The receiver has accepted it.
    Delivered {
        /// Start of its answer.
        response: Option<&'a str>,
    },
    /// To be tried again.
    Retry {
        /// When.
        at: Timestamp,
        /// Why, as a stable word.
        error_class: &'a str,
        /// Start of the receiver's answer, if there was one.
        response: Option<&'a str>,
    },
    /// The receiver has refused it for good.
    Failed {
        /// Why, as a stable word.
        error_class: &'a str,
        /// Start of its answer, if there was one.
        response: Option<&'a str>,
    },
    /// Given up.
    Dead {
        /// Why the last attempt failed, as a stable word.
        error_class: &'a str,
        /// Start of the receiver's answer, if there was one.
        response: Option<&'a str>,
    },
}

/// Which deliveries to list.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// To this channel.
    pub channel: Option<String>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Of this alert.
    pub alert_id: Option<String>,
}

repository! {
    /// The outbox of notifications.
    Deliveries
}

impl<M> Deliveries<'_, M> {
    /// A delivery by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, id: &str) -> Result<Delivery, StoreError> {
        sqlx::query_as("SELECT * FROM deliveries WHERE id = $1")
            .bind(id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "delivery" })
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, filter: &DeliveryFilter, page: &PageRequest) -> Result<Page<Delivery>, StoreError> {
        let mut query = sqlx::QueryBuilder::<Db>::new("SELECT * FROM deliveries WHERE 1 = 1");
        if let Some(channel) = &filter.channel {
            query.push(" AND channel = ").push_bind(channel);
        }
        if let Some(state) = filter.state {
            query.push(" AND state = ").push_bind(state);
        }
        if let Some(alert_id) = &filter.alert_id {
            query.push(" AND alert_id = ").push_bind(alert_id);
        }
        if let Some(after) = page.after(LIST)? {
            query.push(" AND id < ").push_bind(after);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(page.fetch());
        let rows = query.build_query_as().fetch_all(self.conn).await?;
        Ok(Page::of(rows, page, LIST, |delivery: &Delivery| delivery.id.clone()))
    }

    /// When the next waiting delivery of a channel, or of any, is due.
    ///
    /// # Errors
    /// That of the database.
    pub async fn next_due(self, channel: Option<&str>) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> = sqlx::query_scalar(
            "SELECT min(next_attempt_at) FROM deliveries
             WHERE state = 'pending' AND ($1 IS NULL OR channel = $1)",
        )
        .bind(channel)
        .fetch_one(self.conn)
        .await?;
        due.map(|due| Timestamp::try_from(Millis(due)))
            .transpose()
            .map_err(|_| StoreError::Corrupt("time of a delivery".to_owned()))
    }
}

impl Deliveries<'_, ReadWrite> {
    /// Writes a notification into the outbox, unless the channel has one of that alert and revision
    /// already; returns whether it did.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without such an alert.
    pub async fn enqueue(self, new: &NewDelivery<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let outcome = sqlx::query(
            "INSERT INTO deliveries (id, channel, alert_id, alert_state, alert_revision, payload,
                                     state, next_attempt_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8)
             ON CONFLICT (channel, alert_id, alert_revision) DO NOTHING",
        )
        .bind(new.id)
        .bind(new.channel)
        .bind(new.alert_id)
        .bind(new.alert_state)
        .bind(i64::from(new.alert_revision))
        .bind(new.payload)
        .bind(Millis::from(new.due_at))
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        Ok(outcome.rows_affected() == 1)
    }

    /// Takes up to `limit` due deliveries of a channel, or of any, the longest due first; nobody
    /// else gets them. Of one alert and channel only the oldest is handed out, so that its news
    /// arrive in order.
    ///
    /// # Errors
    /// That of the database.
    pub async fn claim_due(
        self,
        channel: Option<&str>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut claimed: Vec<Delivery> = sqlx::query_as(
            "UPDATE deliveries SET state = 'delivering', claimed_at = $3
             WHERE id IN (
                 SELECT d.id FROM deliveries AS d
                 WHERE d.state = 'pending' AND d.next_attempt_at <= $3
                     AND ($1 IS NULL OR d.channel = $1)
                     AND NOT EXISTS (
                         SELECT 1 FROM deliveries AS earlier
                         WHERE earlier.channel = d.channel AND earlier.alert_id = d.alert_id
                             AND earlier.alert_revision < d.alert_revision
                             AND earlier.state IN ('pending', 'delivering'))
                 ORDER BY d.next_attempt_at, d.id LIMIT $2)
             RETURNING *",
        )
        .bind(channel)
        .bind(i64::from(limit))
        .bind(Millis::from(now))
        .fetch_all(self.conn)
        .await?;
        claimed.sort_by(|a, b| (a.next_attempt_at, &a.id).cmp(&(b.next_attempt_at, &b.id)));
        Ok(claimed)
    }

    /// Notes how an attempt of a claimed delivery ended.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it is not claimed, or no longer.
    pub async fn attempted(self, id: &str, result: &AttemptResult<'_>, now: Timestamp) -> Result<(), StoreError> {
        let (state, next, class, response) = match *result {
            AttemptResult::Delivered { response } => (DeliveryState::Delivered, None, None, response),
            AttemptResult::Retry { at, error_class, response } => {
                (DeliveryState::Pending, Some(at), Some(error_class), response)
            }
            AttemptResult::Failed { error_class, response } => {
                (DeliveryState::Failed, None, Some(error_class), response)
            }
            AttemptResult::Dead { error_class, response } => (DeliveryState::Dead, None, Some(error_class), response),
        };
        let done_at = if next.is_none() { Some(Millis::from(now)) } else { None };
        let outcome = sqlx::query(
            "UPDATE deliveries
             SET state = $2, attempts = attempts + 1, claimed_at = NULL,
                 next_attempt_at = coalesce($3, next_attempt_at), error_class = $4, response = $5,
                 done_at = $6
             WHERE id = $1 AND state = 'delivering'",
        )
        .bind(id)
        .bind(state)
        .bind(next.map(Millis::from))
        .bind(class)
        .bind(response)
        .bind(done_at)
        .execute(self.conn)
        .await?;
        found(&outcome, "claimed delivery")
    }

    /// Puts deliveries back that were claimed before `before` and never ended, as after a crash.
    /// Returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn requeue_claimed(self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query(
            "UPDATE deliveries SET state = 'pending', claimed_at = NULL
             WHERE state = 'delivering' AND claimed_at < $1",
        )
        .bind(Millis::from(before))
        .execute(self.conn)
        .await?
        .rows_affected())
    }

    /// Tries a refused or given-up delivery again, at a user's wish.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it is in another state.
    pub async fn revive(self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE deliveries SET state = 'pending', next_attempt_at = $2, done_at = NULL
             WHERE id = $1 AND state IN ('failed', 'dead')",
        )
        .bind(id)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        found(&outcome, "refused or given-up delivery")
    }

    /// Removes deliveries that ended before `before`; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn prune(self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM deliveries WHERE done_at < $1")
            .bind(Millis::from(before))
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}
