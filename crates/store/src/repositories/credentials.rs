//! The one active credential of a cluster, sealed.

use jiff::Timestamp;

use super::{found, repository};
use crate::{
    ReadWrite, Sealed, StoreError,
    value::{MaybeMillis, Millis, millis},
};

/// A cluster's credential.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Credential {
    /// Whose it is.
    pub cluster_id: String,
    /// Kind: `kubeconfig`, `token` and so on.
    pub kind: String,
    /// The credential itself, encrypted.
    pub sealed: Sealed,
    /// Who the cluster takes us for.
    pub identity: Option<String>,
    /// When it ends.
    #[sqlx(try_from = "MaybeMillis")]
    pub expires_at: Option<Timestamp>,
    /// The API server.
    pub server_url: String,
    /// SHA-256 of the CA, in hexadecimal.
    pub ca_fingerprint: Option<String>,
    /// When it was put in.
    #[sqlx(try_from = "Millis")]
    pub updated_at: Timestamp,
}

repository! {
    /// Credentials of member clusters.
    Credentials
}

impl<M> Credentials<'_, M> {
    /// The credential of a cluster.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, cluster_id: &str) -> Result<Credential, StoreError> {
        sqlx::query_as("SELECT * FROM credentials WHERE cluster_id = $1")
            .bind(cluster_id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "credential" })
    }

    /// Every credential, by cluster.
    ///
    /// # Errors
    /// That of the database.
    pub async fn all(self) -> Result<Vec<Credential>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM credentials ORDER BY cluster_id").fetch_all(self.conn).await?)
    }
}

impl Credentials<'_, ReadWrite> {
    /// Makes this the cluster's credential; the one before is overwritten.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without such a cluster.
    pub async fn put(self, credential: &Credential) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO credentials (cluster_id, kind, sealed, identity, expires_at, server_url,
                                      ca_fingerprint, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (cluster_id) DO UPDATE
             SET kind = excluded.kind, sealed = excluded.sealed, identity = excluded.identity,
                 expires_at = excluded.expires_at, server_url = excluded.server_url,
                 ca_fingerprint = excluded.ca_fingerprint, updated_at = excluded.updated_at",
        )
        .bind(&credential.cluster_id)
        .bind(&credential.kind)
        .bind(&credential.sealed)
        .bind(&credential.identity)
        .bind(millis(credential.expires_at))
        .bind(&credential.server_url)
        .bind(&credential.ca_fingerprint)
        .bind(Millis::from(credential.updated_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Puts the same credential in again under another key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn reseal(self, cluster_id: &str, sealed: &Sealed) -> Result<(), StoreError> {
        let outcome = sqlx::query("UPDATE credentials SET sealed = $2 WHERE cluster_id = $1")
            .bind(cluster_id)
            .bind(sealed)
            .execute(self.conn)
            .await?;
        found(&outcome, "credential")
    }
}
