//! Alerts, current and past.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::types::Json;

use super::{found, repository};
use crate::{
    Page, PageRequest, ReadWrite, StoreError,
    dialect::Db,
    value::{MaybeMillis, Millis, millis, text_enum},
};

const LIST: &str = "alerts";

text_enum! {
    /// State of an alert.
    AlertState {
        /// Its condition holds, not yet for long enough.
        Pending = "pending",
        /// It was raised.
        Firing = "firing",
        /// It is over.
        Resolved = "resolved",
    }
}

/// An alert.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Alert {
    /// Immutable id, a UUID of version 7, by which alerts are ordered.
    pub id: String,
    /// The rule it comes from.
    pub rule: String,
    /// What makes it the same alert again; one unresolved alert a fingerprint.
    pub fingerprint: String,
    /// Its state.
    pub state: AlertState,
    /// Its severity.
    pub severity: String,
    /// The cluster it is about.
    pub cluster_id: Option<String>,
    /// The cluster's name at that time.
    pub cluster_name: Option<String>,
    /// Labels.
    #[sqlx(json)]
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    #[sqlx(json)]
    pub annotations: BTreeMap<String, String>,
    /// The value that raised it.
    pub value: Option<f64>,
    /// Since when its condition holds.
    #[sqlx(try_from = "Millis")]
    pub starts_at: Timestamp,
    /// When it was raised.
    #[sqlx(try_from = "MaybeMillis")]
    pub fired_at: Option<Timestamp>,
    /// When it was over.
    #[sqlx(try_from = "MaybeMillis")]
    pub ends_at: Option<Timestamp>,
    /// Who has acknowledged it.
    pub ack_by: Option<String>,
    /// When.
    #[sqlx(try_from = "MaybeMillis")]
    pub ack_at: Option<Timestamp>,
    /// With which words.
    pub ack_note: Option<String>,
    /// Goes up with every change that is to be told, from 1.
    pub revision: u32,
}

/// Which alerts to list.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// In this state.
    pub state: Option<AlertState>,
    /// About the cluster of this name.
    pub cluster: Option<String>,
    /// Of this severity.
    pub severity: Option<String>,
    /// From this rule.
    pub rule: Option<String>,
    /// Not over before.
    pub from: Option<Timestamp>,
    /// Started before.
    pub to: Option<Timestamp>,
}

repository! {
    /// Alerts.
    Alerts
}

impl<M> Alerts<'_, M> {
    /// An alert by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, id: &str) -> Result<Alert, StoreError> {
        sqlx::query_as("SELECT * FROM alerts WHERE id = $1")
            .bind(id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "alert" })
    }

    /// The unresolved alert of a fingerprint, if any.
    ///
    /// # Errors
    /// That of the database.
    pub async fn current(self, fingerprint: &str) -> Result<Option<Alert>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM alerts WHERE fingerprint = $1 AND state <> 'resolved'")
            .bind(fingerprint)
            .fetch_optional(self.conn)
            .await?)
    }

    /// Every unresolved alert, oldest first: what a restart goes on from.
    ///
    /// # Errors
    /// That of the database.
    pub async fn all_current(self) -> Result<Vec<Alert>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM alerts WHERE state IN ('pending', 'firing') ORDER BY id")
            .fetch_all(self.conn)
            .await?)
    }

    /// Alerts, newest first.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, filter: &AlertFilter, page: &PageRequest) -> Result<Page<Alert>, StoreError> {
        let mut query = sqlx::QueryBuilder::<Db>::new("SELECT * FROM alerts WHERE 1 = 1");
        if let Some(state) = filter.state {
            query.push(" AND state = ").push_bind(state);
        }
        for (column, wanted) in [
            (" AND cluster_name = ", &filter.cluster),
            (" AND severity = ", &filter.severity),
            (" AND rule = ", &filter.rule),
        ] {
            if let Some(wanted) = wanted {
                query.push(column).push_bind(wanted);
            }
        }
        if let Some(from) = millis(filter.from) {
            query.push(" AND (ends_at IS NULL OR ends_at >= ").push_bind(from).push(")");
        }
        if let Some(to) = millis(filter.to) {
            query.push(" AND starts_at < ").push_bind(to);
        }
        if let Some(after) = page.after(LIST)? {
            query.push(" AND id < ").push_bind(after);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(page.fetch());
        let rows = query.build_query_as().fetch_all(self.conn).await?;
        Ok(Page::of(rows, page, LIST, |alert: &Alert| alert.id.clone()))
    }
}

impl Alerts<'_, ReadWrite> {
    /// Adds an alert, or saves the one of that id: state, severity, annotations, value, times and
    /// revision. The acknowledgement is not touched.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`AlertFingerprint`](crate::Unique::AlertFingerprint) if
    /// another alert of that fingerprint is unresolved; [`StoreError::Stale`] if the stored
    /// revision is newer.
    pub async fn put(self, alert: &Alert) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "INSERT INTO alerts (id, rule, fingerprint, state, severity, cluster_id, cluster_name,
                                 labels, annotations, value, starts_at, fired_at, ends_at, ack_by,
                                 ack_at, ack_note, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
             ON CONFLICT (id) DO UPDATE
             SET state = excluded.state, severity = excluded.severity,
                 annotations = excluded.annotations, value = excluded.value,
                 starts_at = excluded.starts_at, fired_at = excluded.fired_at,
                 ends_at = excluded.ends_at, revision = excluded.revision
             WHERE alerts.revision <= excluded.revision",
        )
        .bind(&alert.id)
        .bind(&alert.rule)
        .bind(&alert.fingerprint)
        .bind(alert.state)
        .bind(&alert.severity)
        .bind(&alert.cluster_id)
        .bind(&alert.cluster_name)
        .bind(Json(&alert.labels))
        .bind(Json(&alert.annotations))
        .bind(alert.value)
        .bind(Millis::from(alert.starts_at))
        .bind(millis(alert.fired_at))
        .bind(millis(alert.ends_at))
        .bind(&alert.ack_by)
        .bind(millis(alert.ack_at))
        .bind(&alert.ack_note)
        .bind(i64::from(alert.revision))
        .execute(self.conn)
        .await?;
        if outcome.rows_affected() == 0 {
            return Err(StoreError::Stale { what: "alert" });
        }
        Ok(())
    }

    /// Acknowledges an alert.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn acknowledge(self, id: &str, by: &str, note: &str, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query("UPDATE alerts SET ack_by = $2, ack_at = $3, ack_note = $4 WHERE id = $1")
            .bind(id)
            .bind(by)
            .bind(Millis::from(now))
            .bind(note)
            .execute(self.conn)
            .await?;
        found(&outcome, "alert")
    }

    /// Forgets a pending alert whose condition ended before it was raised.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none, or it was raised.
    pub async fn discard_pending(self, id: &str) -> Result<(), StoreError> {
        let outcome =
            sqlx::query("DELETE FROM alerts WHERE id = $1 AND state = 'pending'").bind(id).execute(self.conn).await?;
        found(&outcome, "pending alert")
    }

    /// Removes alerts that were over before `before`, with their deliveries, unless one of those is
    /// still to be made; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn prune(self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query(
            "DELETE FROM alerts WHERE state = 'resolved' AND ends_at < $1
                 AND NOT EXISTS (SELECT 1 FROM deliveries
                                 WHERE alert_id = alerts.id AND state IN ('pending', 'delivering'))",
        )
        .bind(Millis::from(before))
        .execute(self.conn)
        .await?
        .rows_affected())
    }
}
