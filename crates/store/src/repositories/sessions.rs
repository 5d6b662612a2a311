//! Browser sessions, known by the digest of their id.

use jiff::Timestamp;

use super::{found, repository};
use crate::{Digest, ReadWrite, StoreError, value::Millis};

/// A browser session.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// SHA-256 of the id in the cookie.
    pub id_hash: Digest,
    /// Who is logged in.
    pub user_id: String,
    /// Time of the login.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// Last request.
    #[sqlx(try_from = "Millis")]
    pub last_seen_at: Timestamp,
    /// End unless it is used before.
    #[sqlx(try_from = "Millis")]
    pub idle_expires_at: Timestamp,
    /// End in any case.
    #[sqlx(try_from = "Millis")]
    pub absolute_expires_at: Timestamp,
    /// The browser, as it calls itself.
    pub user_agent: Option<String>,
    /// Address of the login.
    pub ip: Option<String>,
}

repository! {
    /// Browser sessions.
    Sessions
}

impl<M> Sessions<'_, M> {
    /// The session, if it has not ended at `now`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an ended or unknown one alike.
    pub async fn live(self, id_hash: &Digest, now: Timestamp) -> Result<Session, StoreError> {
        sqlx::query_as(
            "SELECT * FROM sessions
             WHERE id_hash = $1 AND idle_expires_at > $2 AND absolute_expires_at > $2",
        )
        .bind(id_hash)
        .bind(Millis::from(now))
        .fetch_optional(self.conn)
        .await?
        .ok_or(StoreError::NotFound { what: "session" })
    }

    /// Live sessions of one user, newest first.
    ///
    /// # Errors
    /// That of the database.
    pub async fn of_user(self, user_id: &str, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT * FROM sessions
             WHERE user_id = $1 AND idle_expires_at > $2 AND absolute_expires_at > $2
             ORDER BY created_at DESC",
        )
        .bind(user_id)
        .bind(Millis::from(now))
        .fetch_all(self.conn)
        .await?)
    }
}

impl Sessions<'_, ReadWrite> {
    /// Adds a session.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id exists; [`StoreError::Reference`] without such a user.
    pub async fn insert(self, session: &Session) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sessions (id_hash, user_id, created_at, last_seen_at, idle_expires_at,
                                   absolute_expires_at, user_agent, ip)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&session.id_hash)
        .bind(&session.user_id)
        .bind(Millis::from(session.created_at))
        .bind(Millis::from(session.last_seen_at))
        .bind(Millis::from(session.idle_expires_at))
        .bind(Millis::from(session.absolute_expires_at))
        .bind(&session.user_agent)
        .bind(&session.ip)
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Notes that the session was used, which moves its idle end. A session that has ended at `now`
    /// stays ended.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn touch(self, id_hash: &Digest, now: Timestamp, idle_expires_at: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE sessions SET last_seen_at = $2, idle_expires_at = $3
             WHERE id_hash = $1 AND idle_expires_at > $2 AND absolute_expires_at > $2",
        )
        .bind(id_hash)
        .bind(Millis::from(now))
        .bind(Millis::from(idle_expires_at))
        .execute(self.conn)
        .await?;
        found(&outcome, "session")
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete(self, id_hash: &Digest) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM sessions WHERE id_hash = $1").bind(id_hash).execute(self.conn).await?;
        found(&outcome, "session")
    }

    /// Ends all sessions of a user, but for `keep`; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn delete_of_user(self, user_id: &str, keep: Option<&Digest>) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR id_hash <> $2)")
            .bind(user_id)
            .bind(keep)
            .execute(self.conn)
            .await?
            .rows_affected())
    }

    /// Removes sessions that have ended at `now`; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn prune(self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM sessions WHERE idle_expires_at <= $1 OR absolute_expires_at <= $1")
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}
