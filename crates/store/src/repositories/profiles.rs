//! Scheduling profiles. A version never changes, so that an old decision can still be explained.

use jiff::Timestamp;

use super::repository;
use crate::{Document, ReadWrite, StoreError, value::Millis};

/// One version of a profile.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// Version, from 1.
    pub version: u32,
    /// Scorers, weights and filters.
    pub body: Document,
    /// When the version was made.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
}

repository! {
    /// Scheduling profiles.
    Profiles
}

impl<M> Profiles<'_, M> {
    /// The newest version of a profile.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn latest(self, name: &str) -> Result<Profile, StoreError> {
        sqlx::query_as("SELECT * FROM profiles WHERE name = $1 ORDER BY version DESC LIMIT 1")
            .bind(name)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "profile" })
    }

    /// One version of a profile.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn at(self, name: &str, version: u32) -> Result<Profile, StoreError> {
        sqlx::query_as("SELECT * FROM profiles WHERE name = $1 AND version = $2")
            .bind(name)
            .bind(i64::from(version))
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "profile version" })
    }

    /// The newest version of every profile, by name.
    ///
    /// # Errors
    /// That of the database.
    pub async fn all(self) -> Result<Vec<Profile>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT * FROM profiles AS p
             WHERE version = (SELECT max(version) FROM profiles WHERE name = p.name)
             ORDER BY name",
        )
        .fetch_all(self.conn)
        .await?)
    }
}

impl Profiles<'_, ReadWrite> {
    /// Adds the next version of a profile and returns its number. With `expected`, the version the
    /// change was made from, a change made meanwhile is not run over.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the newest version is not `expected`.
    pub async fn put(
        self,
        name: &str,
        body: &Document,
        expected: Option<u32>,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let newest: u32 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM profiles WHERE name = $1")
            .bind(name)
            .fetch_one(&mut *self.conn)
            .await?;
        if expected.is_some_and(|expected| expected != newest) {
            return Err(StoreError::Stale { what: "profile" });
        }
        sqlx::query("INSERT INTO profiles (name, version, body, created_at) VALUES ($1, $2, $3, $4)")
            .bind(name)
            .bind(i64::from(newest) + 1)
            .bind(body)
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?;
        Ok(newest + 1)
    }
}
