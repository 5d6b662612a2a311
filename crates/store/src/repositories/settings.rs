//! Instance-wide values by key: the instance's id, the check value of its key, preferences.

use jiff::Timestamp;

use super::repository;
use crate::{Document, ReadWrite, StoreError, value::Millis};

repository! {
    /// Instance-wide values.
    Settings
}

impl<M> Settings<'_, M> {
    /// The value under `key`, if any.
    ///
    /// # Errors
    /// That of the database.
    pub async fn get(self, key: &str) -> Result<Option<Document>, StoreError> {
        Ok(sqlx::query_scalar("SELECT value FROM settings WHERE key = $1").bind(key).fetch_optional(self.conn).await?)
    }
}

impl Settings<'_, ReadWrite> {
    /// Sets the value under `key`.
    ///
    /// # Errors
    /// That of the database.
    pub async fn set(self, key: &str, value: &Document, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        )
        .bind(key)
        .bind(value)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Forgets `key`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it was not set.
    pub async fn delete(self, key: &str) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM settings WHERE key = $1").bind(key).execute(self.conn).await?;
        super::found(&outcome, "setting")
    }
}
