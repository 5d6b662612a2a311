//! Where notifications go. Address and secret are sealed, since the address holds a token.

use jiff::Timestamp;

use super::{found, repository};
use crate::{Document, ReadWrite, Sealed, StoreError, value::Millis};

/// A notification channel.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Channel {
    /// Unique name.
    pub name: String,
    /// Kind: `slack`, `webhook` and so on.
    pub kind: String,
    /// Its address, encrypted.
    pub sealed_url: Sealed,
    /// Its signing secret, encrypted.
    pub sealed_secret: Option<Sealed>,
    /// Matchers, language and the like.
    pub settings: Document,
    /// Whether anything is sent to it.
    pub enabled: bool,
    /// When it was made.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[sqlx(try_from = "Millis")]
    pub updated_at: Timestamp,
}

repository! {
    /// Notification channels.
    Channels
}

impl<M> Channels<'_, M> {
    /// A channel by name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, name: &str) -> Result<Channel, StoreError> {
        sqlx::query_as("SELECT * FROM channels WHERE name = $1")
            .bind(name)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "channel" })
    }

    /// Every channel, by name.
    ///
    /// # Errors
    /// That of the database.
    pub async fn all(self) -> Result<Vec<Channel>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM channels ORDER BY name").fetch_all(self.conn).await?)
    }
}

impl Channels<'_, ReadWrite> {
    /// Adds a channel.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the name is taken.
    pub async fn insert(self, channel: &Channel) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO channels (name, kind, sealed_url, sealed_secret, settings, enabled,
                                   created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&channel.name)
        .bind(&channel.kind)
        .bind(&channel.sealed_url)
        .bind(&channel.sealed_secret)
        .bind(&channel.settings)
        .bind(i64::from(channel.enabled))
        .bind(Millis::from(channel.created_at))
        .bind(Millis::from(channel.updated_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Saves everything of a channel but its name and time of creation.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn update(self, channel: &Channel) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE channels SET kind = $2, sealed_url = $3, sealed_secret = $4, settings = $5,
                                 enabled = $6, updated_at = $7
             WHERE name = $1",
        )
        .bind(&channel.name)
        .bind(&channel.kind)
        .bind(&channel.sealed_url)
        .bind(&channel.sealed_secret)
        .bind(&channel.settings)
        .bind(i64::from(channel.enabled))
        .bind(Millis::from(channel.updated_at))
        .execute(self.conn)
        .await?;
        found(&outcome, "channel")
    }

    /// Puts the same address and secret in again under another key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn reseal(self, name: &str, url: &Sealed, secret: Option<&Sealed>) -> Result<(), StoreError> {
        let outcome = sqlx::query("UPDATE channels SET sealed_url = $2, sealed_secret = $3 WHERE name = $1")
            .bind(name)
            .bind(url)
            .bind(secret)
            .execute(self.conn)
            .await?;
        found(&outcome, "channel")
    }

    /// Deletes a channel; what was still to be delivered to it is given up.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete(self, name: &str, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM channels WHERE name = $1").bind(name).execute(&mut *self.conn).await?;
        found(&outcome, "channel")?;
        sqlx::query(
            "UPDATE deliveries SET state = 'dead', error_class = 'channel_deleted', done_at = $2
             WHERE channel = $1 AND state IN ('pending', 'delivering')",
        )
        .bind(name)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        Ok(())
    }
}
