//! Deployments that were promised: written with their decision, carried out by a worker, picked up
//! again after a restart.

use jiff::Timestamp;

use super::{found, repository};
use crate::{
    Document, ReadWrite, StoreError,
    value::{Millis, text_enum},
};

text_enum! {
    /// How far an intent has come.
    IntentState {
        /// Waits for a worker.
        Pending = "pending",
        /// A worker has it.
        Active = "active",
        /// Carried out, whatever came of it.
        Done = "done",
        /// Given up by a user.
        Abandoned = "abandoned",
    }
}

/// A promised deployment.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Intent {
    /// The decision to carry out.
    pub decision_id: String,
    /// The objects to apply.
    pub manifest: Document,
    /// How far it has come.
    pub state: IntentState,
    /// When it was promised.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// When its state last changed.
    #[sqlx(try_from = "Millis")]
    pub updated_at: Timestamp,
}

repository! {
    /// Promised deployments.
    Intents
}

impl<M> Intents<'_, M> {
    /// The intent of a decision.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, decision_id: &str) -> Result<Intent, StoreError> {
        sqlx::query_as("SELECT * FROM intents WHERE decision_id = $1")
            .bind(decision_id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "intent" })
    }

    /// Number of intents that are neither done nor abandoned.
    ///
    /// # Errors
    /// That of the database.
    pub async fn count_open(self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM intents WHERE state IN ('pending', 'active')")
            .fetch_one(self.conn)
            .await?;
        Ok(count.cast_unsigned())
    }
}

impl Intents<'_, ReadWrite> {
    /// Promises a deployment; it waits for a worker.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the decision has one; [`StoreError::Reference`] without such a
    /// decision.
    pub async fn insert(self, decision_id: &str, manifest: &Document, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO intents (decision_id, manifest, state, created_at, updated_at)
             VALUES ($1, $2, 'pending', $3, $3)",
        )
        .bind(decision_id)
        .bind(manifest)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Takes up to `limit` waiting intents, oldest first; nobody else gets them.
    ///
    /// # Errors
    /// That of the database.
    pub async fn claim(self, limit: u32, now: Timestamp) -> Result<Vec<Intent>, StoreError> {
        let mut intents: Vec<Intent> = sqlx::query_as(
            "UPDATE intents SET state = 'active', updated_at = $2
             WHERE decision_id IN (SELECT decision_id FROM intents WHERE state = 'pending'
                                   ORDER BY decision_id LIMIT $1)
             RETURNING *",
        )
        .bind(i64::from(limit))
        .bind(Millis::from(now))
        .fetch_all(self.conn)
        .await?;
        intents.sort_by(|a, b| a.decision_id.cmp(&b.decision_id));
        Ok(intents)
    }

    /// Moves an intent to a state.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_state(self, decision_id: &str, state: IntentState, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query("UPDATE intents SET state = $2, updated_at = $3 WHERE decision_id = $1")
            .bind(decision_id)
            .bind(state)
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?;
        found(&outcome, "intent")
    }

    /// Puts intents back that a worker had when the program ended; call it before workers start.
    /// Returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn requeue_active(self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query("UPDATE intents SET state = 'pending', updated_at = $1 WHERE state = 'active'")
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}
