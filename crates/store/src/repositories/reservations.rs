//! Capacity set aside for decisions whose pods are not in the mirror yet.

use jiff::Timestamp;

use super::repository;
use crate::{Document, ReadWrite, StoreError, value::Millis};

/// Capacity set aside.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Reservation {
    /// For this decision.
    pub decision_id: String,
    /// On this cluster.
    pub cluster_id: String,
    /// In this namespace.
    pub namespace: String,
    /// What one replica needs.
    pub per_replica: Document,
    /// Number of replicas.
    pub replicas: u32,
    /// Until when.
    #[sqlx(try_from = "Millis")]
    pub expires_at: Timestamp,
}

repository! {
    /// Capacity set aside.
    Reservations
}

impl<M> Reservations<'_, M> {
    /// Reservations that hold at `now`.
    ///
    /// # Errors
    /// That of the database.
    pub async fn live(self, now: Timestamp) -> Result<Vec<Reservation>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM reservations WHERE expires_at > $1 ORDER BY cluster_id, decision_id")
            .bind(Millis::from(now))
            .fetch_all(self.conn)
            .await?)
    }
}

impl Reservations<'_, ReadWrite> {
    /// Sets capacity aside, instead of what the decision had on that cluster before.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without such a decision or cluster.
    pub async fn put(self, reservation: &Reservation) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO reservations (decision_id, cluster_id, namespace, per_replica, replicas,
                                       expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (decision_id, cluster_id) DO UPDATE
             SET namespace = excluded.namespace, per_replica = excluded.per_replica,
                 replicas = excluded.replicas, expires_at = excluded.expires_at",
        )
        .bind(&reservation.decision_id)
        .bind(&reservation.cluster_id)
        .bind(&reservation.namespace)
        .bind(&reservation.per_replica)
        .bind(i64::from(reservation.replicas))
        .bind(Millis::from(reservation.expires_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Gives back what a decision has set aside; returns on how many clusters.
    ///
    /// # Errors
    /// That of the database.
    pub async fn release(self, decision_id: &str) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM reservations WHERE decision_id = $1")
            .bind(decision_id)
            .execute(self.conn)
            .await?
            .rows_affected())
    }

    /// Removes reservations that have ended at `now`; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn prune(self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM reservations WHERE expires_at <= $1")
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}
