//! Accounts, with the back-off after failed logins.

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use super::{found, repository};
use crate::{
    Page, PageRequest, ReadWrite, StoreError,
    value::{MaybeMillis, Millis, text_enum},
};

const LIST: &str = "users";

text_enum! {
    /// What a user may do where no binding says otherwise.
    Role {
        /// Everything.
        Admin = "admin",
        /// Everything but users and credentials.
        Operator = "operator",
        /// Reading.
        Viewer = "viewer",
    }
}

/// An account.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// Immutable id.
    pub id: String,
    /// Name as it was typed; unique without regard to case and form.
    pub name: String,
    /// Role where no binding says otherwise.
    pub role: Role,
    /// Password hash in PHC form; none for accounts that cannot log in with one.
    pub password_hash: Option<String>,
    /// A disabled account can do nothing.
    pub disabled: bool,
    /// Failed logins since the last good one.
    pub failed_logins: u32,
    /// Before this time no password is looked at.
    #[sqlx(try_from = "MaybeMillis")]
    pub retry_at: Option<Timestamp>,
    /// Last good login.
    #[sqlx(try_from = "MaybeMillis")]
    pub last_login_at: Option<Timestamp>,
    /// When it was made.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[sqlx(try_from = "Millis")]
    pub updated_at: Timestamp,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .field("disabled", &self.disabled)
            .finish_non_exhaustive()
    }
}

/// A new account.
pub struct NewUser<'a> {
    /// Immutable id.
    pub id: &'a str,
    /// Name as typed.
    pub name: &'a str,
    /// Role where no binding says otherwise.
    pub role: Role,
    /// Password hash in PHC form.
    pub password_hash: Option<&'a str>,
}

/// The form of a name by which names are compared: NFKC, without case.
pub fn canonical_name(name: &str) -> String {
    name.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

repository! {
    /// Accounts.
    Users
}

impl<M> Users<'_, M> {
    /// An account by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, id: &str) -> Result<User, StoreError> {
        sqlx::query_as("SELECT * FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "user" })
    }

    /// An account by name, in any case and form.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn by_name(self, name: &str) -> Result<User, StoreError> {
        sqlx::query_as("SELECT * FROM users WHERE name_key = $1")
            .bind(canonical_name(name))
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "user" })
    }

    /// Accounts by name.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, page: &PageRequest) -> Result<Page<User>, StoreError> {
        let rows = sqlx::query_as("SELECT * FROM users WHERE $1 IS NULL OR name_key > $1 ORDER BY name_key LIMIT $2")
            .bind(page.after(LIST)?)
            .bind(page.fetch())
            .fetch_all(self.conn)
            .await?;
        Ok(Page::of(rows, page, LIST, |user: &User| canonical_name(&user.name)))
    }

    /// Number of accounts.
    ///
    /// # Errors
    /// That of the database.
    pub async fn count(self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(self.conn).await?;
        Ok(count.cast_unsigned())
    }

    /// Number of accounts that can administer: role admin and not disabled.
    ///
    /// # Errors
    /// That of the database.
    pub async fn count_admins(self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM users WHERE role = 'admin' AND disabled = 0")
            .fetch_one(self.conn)
            .await?;
        Ok(count.cast_unsigned())
    }
}

impl Users<'_, ReadWrite> {
    /// Adds an account.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the name is taken; [`StoreError::Invalid`] if it is empty.
    pub async fn insert(self, user: &NewUser<'_>, now: Timestamp) -> Result<(), StoreError> {
        let key = canonical_name(user.name);
        if key.trim().is_empty() {
            return Err(StoreError::Invalid { what: "user name", rule: "must not be empty" });
        }
        sqlx::query(
            "INSERT INTO users (id, name, name_key, role, password_hash, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)",
        )
        .bind(user.id)
        .bind(user.name)
        .bind(key)
        .bind(user.role)
        .bind(user.password_hash)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Sets role and whether the account is disabled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_access(self, id: &str, role: Role, disabled: bool, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query("UPDATE users SET role = $2, disabled = $3, updated_at = $4 WHERE id = $1")
            .bind(id)
            .bind(role)
            .bind(i64::from(disabled))
            .bind(Millis::from(now))
            .execute(self.conn)
            .await?;
        found(&outcome, "user")
    }

    /// Sets the password hash and forgets failed logins.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_password(self, id: &str, password_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE users SET password_hash = $2, failed_logins = 0, retry_at = NULL,
                              updated_at = $3
             WHERE id = $1",
        )
        .bind(id)
        .bind(password_hash)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        found(&outcome, "user")
    }

    /// Counts a failed login; passwords are not looked at again before `retry_at`. Returns how many
    /// have failed in a row.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn login_failed(self, id: &str, retry_at: Timestamp) -> Result<u32, StoreError> {
        sqlx::query_scalar(
            "UPDATE users SET failed_logins = failed_logins + 1, retry_at = $2
             WHERE id = $1 RETURNING failed_logins",
        )
        .bind(id)
        .bind(Millis::from(retry_at))
        .fetch_optional(self.conn)
        .await?
        .ok_or(StoreError::NotFound { what: "user" })
    }

    /// Notes a good login and forgets failed ones.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn login_succeeded(self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let outcome =
            sqlx::query("UPDATE users SET failed_logins = 0, retry_at = NULL, last_login_at = $2 WHERE id = $1")
                .bind(id)
                .bind(Millis::from(now))
                .execute(self.conn)
                .await?;
        found(&outcome, "user")
    }

    /// Removes an account with its sessions, tokens and bindings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete(self, id: &str) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM users WHERE id = $1").bind(id).execute(self.conn).await?;
        found(&outcome, "user")
    }
}

#[cfg(test)]
mod tests {
    use super::canonical_name;

    #[test]
    fn names_that_look_alike_are_one() {
        for (a, b) in [("Ada", "aDA"), ("ﬁn", "FIN"), ("Ａｄａ", "ada"), ("É", "e\u{301}")] {
            assert_eq!(canonical_name(a), canonical_name(b), "{a} {b}");
        }
        assert_ne!(canonical_name("ada"), canonical_name("adb"));
    }
}
