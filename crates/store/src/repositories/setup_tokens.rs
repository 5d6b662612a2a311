//! Single-use tokens of the link that makes the first account.

use jiff::Timestamp;

use super::repository;
use crate::{Digest, ReadWrite, StoreError, value::Millis};

/// What came of redeeming a set-up token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It was good, and is used up now.
    Accepted,
    /// It was used before.
    AlreadyUsed,
    /// It has ended.
    Expired,
    /// There is no such token.
    Unknown,
}

repository! {
    /// Single-use set-up links.
    SetupTokens
}

impl SetupTokens<'_, ReadWrite> {
    /// Makes `secret_hash` the only token that can be redeemed.
    ///
    /// # Errors
    /// That of the database.
    pub async fn replace(self, secret_hash: &Digest, now: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM setup_tokens WHERE used_at IS NULL").execute(&mut *self.conn).await?;
        sqlx::query("INSERT INTO setup_tokens (secret_hash, created_at, expires_at) VALUES ($1, $2, $3)")
            .bind(secret_hash)
            .bind(Millis::from(now))
            .bind(Millis::from(expires_at))
            .execute(self.conn)
            .await?;
        Ok(())
    }

    /// Uses a token up, if it is good.
    ///
    /// # Errors
    /// That of the database.
    pub async fn redeem(self, secret_hash: &Digest, now: Timestamp) -> Result<Redeemed, StoreError> {
        let now = Millis::from(now);
        let used = sqlx::query(
            "UPDATE setup_tokens SET used_at = $2
             WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .bind(secret_hash)
        .bind(now)
        .execute(&mut *self.conn)
        .await?;
        if used.rows_affected() == 1 {
            return Ok(Redeemed::Accepted);
        }
        let used_at: Option<Option<i64>> =
            sqlx::query_scalar("SELECT used_at FROM setup_tokens WHERE secret_hash = $1")
                .bind(secret_hash)
                .fetch_optional(self.conn)
                .await?;
        Ok(match used_at {
            Some(Some(_)) => Redeemed::AlreadyUsed,
            Some(None) => Redeemed::Expired,
            None => Redeemed::Unknown,
        })
    }
}
