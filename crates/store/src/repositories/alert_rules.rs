//! Alert rules.

use jiff::Timestamp;

use super::{found, repository};
use crate::{Document, ReadWrite, StoreError, value::Millis};

/// An alert rule.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AlertRule {
    /// Unique name.
    pub name: String,
    /// Expression, durations, severity, labels and annotations.
    pub body: Document,
    /// Comes with the program and cannot be deleted.
    pub builtin: bool,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// When it was last changed.
    #[sqlx(try_from = "Millis")]
    pub updated_at: Timestamp,
}

repository! {
    /// Alert rules.
    AlertRules
}

impl<M> AlertRules<'_, M> {
    /// A rule by name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, name: &str) -> Result<AlertRule, StoreError> {
        sqlx::query_as("SELECT * FROM alert_rules WHERE name = $1")
            .bind(name)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "alert rule" })
    }

    /// Every rule, by name.
    ///
    /// # Errors
    /// That of the database.
    pub async fn all(self) -> Result<Vec<AlertRule>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM alert_rules ORDER BY name").fetch_all(self.conn).await?)
    }
}

impl AlertRules<'_, ReadWrite> {
    /// Adds a rule.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the name is taken.
    pub async fn insert(self, rule: &AlertRule) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO alert_rules (name, body, builtin, enabled, updated_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&rule.name)
        .bind(&rule.body)
        .bind(i64::from(rule.builtin))
        .bind(i64::from(rule.enabled))
        .bind(Millis::from(rule.updated_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Adds a rule that comes with the program, unless there is one of that name, which a user may
    /// have changed. Returns whether it was added.
    ///
    /// # Errors
    /// That of the database.
    pub async fn ensure_builtin(self, name: &str, body: &Document, now: Timestamp) -> Result<bool, StoreError> {
        let outcome = sqlx::query(
            "INSERT INTO alert_rules (name, body, builtin, enabled, updated_at)
             VALUES ($1, $2, 1, 1, $3) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(body)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        Ok(outcome.rows_affected() == 1)
    }

    /// Changes a rule's body and whether it is evaluated.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn update(self, name: &str, body: &Document, enabled: bool, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query("UPDATE alert_rules SET body = $2, enabled = $3, updated_at = $4 WHERE name = $1")
            .bind(name)
            .bind(body)
            .bind(i64::from(enabled))
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?;
        found(&outcome, "alert rule")
    }

    /// Deletes a rule.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Invalid`] for one that comes with the program.
    pub async fn delete(self, name: &str) -> Result<(), StoreError> {
        let builtin: Option<bool> = sqlx::query_scalar("SELECT builtin FROM alert_rules WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *self.conn)
            .await?;
        if builtin == Some(true) {
            return Err(StoreError::Invalid { what: "alert rule", rule: "comes with the program; disable it instead" });
        }
        let outcome = sqlx::query("DELETE FROM alert_rules WHERE name = $1").bind(name).execute(self.conn).await?;
        found(&outcome, "alert rule")
    }
}
