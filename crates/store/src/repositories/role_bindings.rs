//! Roles that hold for some clusters and namespaces only.

use jiff::Timestamp;
use sqlx::types::Json;

use super::{found, repository, users::Role};
use crate::{Document, ReadWrite, StoreError, value::Millis};

/// A role within a scope.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RoleBinding {
    /// Immutable id.
    pub id: String,
    /// Whose role it is.
    pub user_id: String,
    /// What they may do there.
    pub role: Role,
    /// Which clusters: names or a selector.
    pub clusters: Document,
    /// Which namespaces; none stands for all.
    #[sqlx(json)]
    pub namespaces: Vec<String>,
    /// When it was made.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
}

repository! {
    /// Roles limited to clusters and namespaces.
    RoleBindings
}

impl<M> RoleBindings<'_, M> {
    /// Bindings of one user, oldest first.
    ///
    /// # Errors
    /// That of the database.
    pub async fn of_user(self, user_id: &str) -> Result<Vec<RoleBinding>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM role_bindings WHERE user_id = $1 ORDER BY id")
            .bind(user_id)
            .fetch_all(self.conn)
            .await?)
    }

    /// Every binding, by user.
    ///
    /// # Errors
    /// That of the database.
    pub async fn all(self) -> Result<Vec<RoleBinding>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM role_bindings ORDER BY user_id, id").fetch_all(self.conn).await?)
    }
}

impl RoleBindings<'_, ReadWrite> {
    /// Adds a binding.
    ///
    /// # Errors
    /// [`StoreError::Reference`] if there is no such user.
    pub async fn insert(self, binding: &RoleBinding) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO role_bindings (id, user_id, role, clusters, namespaces, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&binding.id)
        .bind(&binding.user_id)
        .bind(binding.role)
        .bind(&binding.clusters)
        .bind(Json(&binding.namespaces))
        .bind(Millis::from(binding.created_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Removes a binding.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete(self, id: &str) -> Result<(), StoreError> {
        let outcome = sqlx::query("DELETE FROM role_bindings WHERE id = $1").bind(id).execute(self.conn).await?;
        found(&outcome, "role binding")
    }

    /// Removes every binding of a user; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn delete_of_user(self, user_id: &str) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM role_bindings WHERE user_id = $1")
            .bind(user_id)
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}
