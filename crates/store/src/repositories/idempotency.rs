//! Keys by which a caller can repeat a request without it being done twice.

use jiff::Timestamp;

use super::{found, repository};
use crate::{Digest, ReadWrite, StoreError, value::Millis};

/// What a key means for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// New: go on, and complete or release it.
    New,
    /// The same request is being worked on.
    InFlight,
    /// The same request led to this decision.
    Done {
        /// Its id.
        decision_id: String,
    },
    /// The key was used for another request.
    Mismatch,
}

repository! {
    /// Keys of requests.
    Idempotency
}

impl Idempotency<'_, ReadWrite> {
    /// Takes `key` within `scope` for the request whose body has this digest, or tells why not.
    ///
    /// # Errors
    /// That of the database.
    pub async fn claim(self, scope: &str, key: &str, body_hash: &Digest, now: Timestamp) -> Result<Claim, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO idempotency (scope, key, body_hash, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (scope, key) DO NOTHING",
        )
        .bind(scope)
        .bind(key)
        .bind(body_hash)
        .bind(Millis::from(now))
        .execute(&mut *self.conn)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(Claim::New);
        }
        let (stored, decision_id): (Digest, Option<String>) =
            sqlx::query_as("SELECT body_hash, decision_id FROM idempotency WHERE scope = $1 AND key = $2")
                .bind(scope)
                .bind(key)
                .fetch_one(self.conn)
                .await?;
        Ok(match decision_id {
            _ if stored != *body_hash => Claim::Mismatch,
            Some(decision_id) => Claim::Done { decision_id },
            None => Claim::InFlight,
        })
    }

    /// Notes the decision that a claimed request led to.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the key is not in flight.
    pub async fn complete(self, scope: &str, key: &str, decision_id: &str) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE idempotency SET decision_id = $3
             WHERE scope = $1 AND key = $2 AND decision_id IS NULL",
        )
        .bind(scope)
        .bind(key)
        .bind(decision_id)
        .execute(self.conn)
        .await?;
        found(&outcome, "idempotency key in flight")
    }

    /// Frees a key whose request led to nothing, so that it can be tried again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the key is not in flight.
    pub async fn release(self, scope: &str, key: &str) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM idempotency WHERE scope = $1 AND key = $2 AND decision_id IS NULL")
            .bind(scope)
            .bind(key)
            .execute(self.conn)
            .await?;
        found(&outcome, "idempotency key in flight")
    }

    /// Frees every key in flight: after a restart nobody works on them. Returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn release_in_flight(self) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM idempotency WHERE decision_id IS NULL").execute(self.conn).await?.rows_affected())
    }

    /// Forgets keys first used before `before`; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn prune(self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM idempotency WHERE created_at < $1 AND decision_id IS NOT NULL")
            .bind(Millis::from(before))
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}
