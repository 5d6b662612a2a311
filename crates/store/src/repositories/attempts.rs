//! What was tried for a decision, cluster by cluster, and what each try left behind.

use jiff::Timestamp;

use super::{found, repository};
use crate::{
    Document, ReadWrite, StoreError,
    value::{MaybeMillis, Millis, millis},
};

/// One try to deploy.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    /// The decision it belongs to.
    pub decision_id: String,
    /// Its number within the decision, from 1.
    pub n: u32,
    /// Where it was tried.
    pub cluster_id: String,
    /// The cluster's name at that time.
    pub cluster_name: String,
    /// Phase, as the public contract spells it.
    pub phase: String,
    /// When it started.
    #[sqlx(try_from = "Millis")]
    pub started_at: Timestamp,
    /// When it ended.
    #[sqlx(try_from = "MaybeMillis")]
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<String>,
    /// Objects it created, with their UIDs.
    pub created: Document,
}

repository! {
    /// What was tried for a decision.
    Attempts
}

impl<M> Attempts<'_, M> {
    /// Attempts of one decision, in order.
    ///
    /// # Errors
    /// That of the database.
    pub async fn of_decision(self, decision_id: &str) -> Result<Vec<Attempt>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM attempts WHERE decision_id = $1 ORDER BY n")
            .bind(decision_id)
            .fetch_all(self.conn)
            .await?)
    }
}

impl Attempts<'_, ReadWrite> {
    /// Adds an attempt.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the number exists; [`StoreError::Reference`] without such a
    /// decision or cluster.
    pub async fn insert(self, attempt: &Attempt) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO attempts (decision_id, n, cluster_id, cluster_name, phase, started_at,
                                   ended_at, error, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&attempt.decision_id)
        .bind(i64::from(attempt.n))
        .bind(&attempt.cluster_id)
        .bind(&attempt.cluster_name)
        .bind(&attempt.phase)
        .bind(Millis::from(attempt.started_at))
        .bind(millis(attempt.ended_at))
        .bind(&attempt.error)
        .bind(&attempt.created)
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Saves phase, end, error and created objects of an attempt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn update(self, attempt: &Attempt) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE attempts SET phase = $3, ended_at = $4, error = $5, created = $6
             WHERE decision_id = $1 AND n = $2",
        )
        .bind(&attempt.decision_id)
        .bind(i64::from(attempt.n))
        .bind(&attempt.phase)
        .bind(millis(attempt.ended_at))
        .bind(&attempt.error)
        .bind(&attempt.created)
        .execute(self.conn)
        .await?;
        found(&outcome, "attempt")
    }
}
