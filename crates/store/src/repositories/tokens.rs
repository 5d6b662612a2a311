//! API tokens, known by the digest of their secret.

use jiff::Timestamp;

use super::{found, repository};
use crate::{
    Digest, Page, PageRequest, ReadWrite, StoreError,
    value::{MaybeMillis, Millis, millis},
};

const LIST: &str = "tokens";

/// An API token.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Token {
    /// Immutable id.
    pub id: String,
    /// Whose rights it has.
    pub user_id: String,
    /// What it is for.
    pub label: String,
    /// SHA-256 of the secret.
    pub secret_hash: Digest,
    /// When it was made.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// When it ends.
    #[sqlx(try_from = "MaybeMillis")]
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    #[sqlx(try_from = "MaybeMillis")]
    pub last_used_at: Option<Timestamp>,
}

repository! {
    /// API tokens.
    Tokens
}

impl<M> Tokens<'_, M> {
    /// The token with this secret, if it has not ended at `now`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an ended or unknown one alike.
    pub async fn live(self, secret_hash: &Digest, now: Timestamp) -> Result<Token, StoreError> {
        sqlx::query_as(
            "SELECT * FROM tokens
             WHERE secret_hash = $1 AND (expires_at IS NULL OR expires_at > $2)",
        )
        .bind(secret_hash)
        .bind(Millis::from(now))
        .fetch_optional(self.conn)
        .await?
        .ok_or(StoreError::NotFound { what: "token" })
    }

    /// A token by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, id: &str) -> Result<Token, StoreError> {
        sqlx::query_as("SELECT * FROM tokens WHERE id = $1")
            .bind(id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "token" })
    }

    /// Tokens of one user or of all, newest first.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, user_id: Option<&str>, page: &PageRequest) -> Result<Page<Token>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT * FROM tokens
             WHERE ($1 IS NULL OR user_id = $1) AND ($2 IS NULL OR id < $2)
             ORDER BY id DESC LIMIT $3",
        )
        .bind(user_id)
        .bind(page.after(LIST)?)
        .bind(page.fetch())
        .fetch_all(self.conn)
        .await?;
        Ok(Page::of(rows, page, LIST, |token: &Token| token.id.clone()))
    }
}

impl Tokens<'_, ReadWrite> {
    /// Adds a token.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::Reference`] without such a user.
    pub async fn insert(self, token: &Token) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tokens (id, user_id, label, secret_hash, created_at, expires_at,
                                 last_used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&token.id)
        .bind(&token.user_id)
        .bind(&token.label)
        .bind(&token.secret_hash)
        .bind(Millis::from(token.created_at))
        .bind(millis(token.expires_at))
        .bind(millis(token.last_used_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Notes that the token was used.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn used(self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query("UPDATE tokens SET last_used_at = $2 WHERE id = $1")
            .bind(id)
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?;
        found(&outcome, "token")
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete(self, id: &str) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM tokens WHERE id = $1").bind(id).execute(self.conn).await?;
        found(&outcome, "token")
    }
}
