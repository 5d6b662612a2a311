//! Silences: alerts that are kept but not delivered for a while.

use jiff::Timestamp;

use super::{found, repository};
use crate::{Document, Page, PageRequest, ReadWrite, StoreError, value::Millis};

const LIST: &str = "silences";

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Silence {
    /// Immutable id, a UUID of version 7, by which silences are ordered.
    pub id: String,
    /// Which alerts.
    pub matchers: Document,
    /// From when.
    #[sqlx(try_from = "Millis")]
    pub starts_at: Timestamp,
    /// Until when; after the start.
    #[sqlx(try_from = "Millis")]
    pub ends_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Why.
    pub comment: String,
    /// When it was made.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
}

repository! {
    /// Silences.
    Silences
}

impl<M> Silences<'_, M> {
    /// A silence by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, id: &str) -> Result<Silence, StoreError> {
        sqlx::query_as("SELECT * FROM silences WHERE id = $1")
            .bind(id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "silence" })
    }

    /// Silences that have not ended at `now`, future ones included, by end.
    ///
    /// # Errors
    /// That of the database.
    pub async fn current(self, now: Timestamp) -> Result<Vec<Silence>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM silences WHERE ends_at > $1 ORDER BY ends_at, id")
            .bind(Millis::from(now))
            .fetch_all(self.conn)
            .await?)
    }

    /// Silences, newest first, ended ones included.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, page: &PageRequest) -> Result<Page<Silence>, StoreError> {
        let rows = sqlx::query_as("SELECT * FROM silences WHERE $1 IS NULL OR id < $1 ORDER BY id DESC LIMIT $2")
            .bind(page.after(LIST)?)
            .bind(page.fetch())
            .fetch_all(self.conn)
            .await?;
        Ok(Page::of(rows, page, LIST, |silence: &Silence| silence.id.clone()))
    }
}

impl Silences<'_, ReadWrite> {
    /// Adds a silence.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] unless it ends after it starts.
    pub async fn insert(self, silence: &Silence) -> Result<(), StoreError> {
        let (starts_at, ends_at) = (Millis::from(silence.starts_at), Millis::from(silence.ends_at));
        if ends_at.0 <= starts_at.0 {
            return Err(StoreError::Invalid { what: "endsAt", rule: "must be after startsAt" });
        }
        sqlx::query(
            "INSERT INTO silences (id, matchers, starts_at, ends_at, created_by, comment, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&silence.id)
        .bind(&silence.matchers)
        .bind(starts_at)
        .bind(ends_at)
        .bind(&silence.created_by)
        .bind(&silence.comment)
        .bind(Millis::from(silence.created_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Deletes a silence.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete(self, id: &str) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM silences WHERE id = $1").bind(id).execute(self.conn).await?;
        found(&outcome, "silence")
    }
}
