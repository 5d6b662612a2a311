//! Member clusters. All history hangs on a cluster's id; a removed cluster keeps its row and frees
//! its name.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::QueryBuilder;
use sqlx::types::Json;

use super::{found, repository};
use crate::{
    Document, Page, PageRequest, ReadWrite, StoreError,
    dialect::Db,
    value::{MaybeMillis, Millis},
};

const LIST: &str = "clusters";

/// A member cluster.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Cluster {
    /// Immutable id.
    pub id: String,
    /// Name, unique among live clusters.
    pub name: String,
    /// UID of the cluster itself, unique among live ones; none before the first contact.
    pub uid: Option<String>,
    /// Labels.
    #[sqlx(json)]
    pub labels: BTreeMap<String, String>,
    /// Taints.
    pub taints: Document,
    /// Namespaces the credential is limited to; none stands for all.
    #[sqlx(json)]
    pub namespaces: Vec<String>,
    /// Where metrics come from that API servers do not have.
    pub metrics_sources: Document,
    /// Weight in placement.
    pub weight: u32,
    /// Takes no new workloads.
    pub cordoned: bool,
    /// TLS is not verified.
    pub insecure: bool,
    /// When it was added.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[sqlx(try_from = "Millis")]
    pub updated_at: Timestamp,
    /// When it was removed.
    #[sqlx(try_from = "MaybeMillis")]
    pub deleted_at: Option<Timestamp>,
    /// Goes up with every change.
    pub version: i64,
}

repository! {
    /// Member clusters.
    Clusters
}

impl<M> Clusters<'_, M> {
    /// A cluster by id, removed ones included.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, id: &str) -> Result<Cluster, StoreError> {
        sqlx::query_as("SELECT * FROM clusters WHERE id = $1")
            .bind(id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "cluster" })
    }

    /// A live cluster by name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn by_name(self, name: &str) -> Result<Cluster, StoreError> {
        sqlx::query_as("SELECT * FROM clusters WHERE name = $1 AND deleted_at IS NULL")
            .bind(name)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "cluster" })
    }

    /// A live cluster by the cluster's own UID, if known.
    ///
    /// # Errors
    /// That of the database.
    pub async fn by_uid(self, uid: &str) -> Result<Option<Cluster>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM clusters WHERE uid = $1 AND deleted_at IS NULL")
            .bind(uid)
            .fetch_optional(self.conn)
            .await?)
    }

    /// Live clusters by name.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, page: &PageRequest) -> Result<Page<Cluster>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT * FROM clusters
             WHERE deleted_at IS NULL AND ($1 IS NULL OR name > $1) ORDER BY name LIMIT $2",
        )
        .bind(page.after(LIST)?)
        .bind(page.fetch())
        .fetch_all(self.conn)
        .await?;
        Ok(Page::of(rows, page, LIST, |cluster: &Cluster| cluster.name.clone()))
    }

    /// Which of these ids are those of live clusters.
    ///
    /// # Errors
    /// That of the database.
    pub async fn registered(self, ids: impl IntoIterator<Item = &str>) -> Result<BTreeSet<String>, StoreError> {
        let mut query = QueryBuilder::<Db>::new("SELECT id FROM clusters WHERE deleted_at IS NULL AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id);
        }
        query.push(")");
        let ids: Vec<String> = query.build_query_scalar().fetch_all(self.conn).await?;
        Ok(ids.into_iter().collect())
    }

    /// Every live cluster, by name.
    ///
    /// # Errors
    /// That of the database.
    pub async fn all(self) -> Result<Vec<Cluster>, StoreError> {
        Ok(sqlx::query_as("SELECT * FROM clusters WHERE deleted_at IS NULL ORDER BY name").fetch_all(self.conn).await?)
    }
}

impl Clusters<'_, ReadWrite> {
    /// Adds a live cluster, of version 1 whatever the row says.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with [`ClusterName`](crate::Unique::ClusterName) or
    /// [`ClusterUid`](crate::Unique::ClusterUid).
    pub async fn insert(self, cluster: &Cluster) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO clusters (id, name, uid, labels, taints, namespaces, metrics_sources,
                                   weight, cordoned, insecure, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&cluster.id)
        .bind(&cluster.name)
        .bind(&cluster.uid)
        .bind(Json(&cluster.labels))
        .bind(&cluster.taints)
        .bind(Json(&cluster.namespaces))
        .bind(&cluster.metrics_sources)
        .bind(i64::from(cluster.weight))
        .bind(i64::from(cluster.cordoned))
        .bind(i64::from(cluster.insecure))
        .bind(Millis::from(cluster.created_at))
        .bind(Millis::from(cluster.updated_at))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Saves a changed row, if it still has the version that was read; returns the new version.
    /// Id and times of creation and removal are not changed.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it was changed meanwhile; [`StoreError::NotFound`] if it was
    /// removed; [`StoreError::Conflict`] as when adding.
    pub async fn update(self, cluster: &Cluster, now: Timestamp) -> Result<i64, StoreError> {
        let version: Option<i64> = sqlx::query_scalar(
            "UPDATE clusters
             SET name = $3, uid = $4, labels = $5, taints = $6, namespaces = $7,
                 metrics_sources = $8, weight = $9, cordoned = $10, insecure = $11,
                 updated_at = $12, version = version + 1
             WHERE id = $1 AND version = $2 AND deleted_at IS NULL
             RETURNING version",
        )
        .bind(&cluster.id)
        .bind(cluster.version)
        .bind(&cluster.name)
        .bind(&cluster.uid)
        .bind(Json(&cluster.labels))
        .bind(&cluster.taints)
        .bind(Json(&cluster.namespaces))
        .bind(&cluster.metrics_sources)
        .bind(i64::from(cluster.weight))
        .bind(i64::from(cluster.cordoned))
        .bind(i64::from(cluster.insecure))
        .bind(Millis::from(now))
        .fetch_optional(&mut *self.conn)
        .await?;
        if let Some(version) = version {
            return Ok(version);
        }
        let live: i64 = sqlx::query_scalar("SELECT count(*) FROM clusters WHERE id = $1 AND deleted_at IS NULL")
            .bind(&cluster.id)
            .fetch_one(self.conn)
            .await?;
        Err(if live == 0 { StoreError::NotFound { what: "cluster" } } else { StoreError::Stale { what: "cluster" } })
    }

    /// Removes a cluster: its credential and saved mirror are erased, its name and UID are free,
    /// its row and history stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete(self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE clusters SET deleted_at = $2, updated_at = $2, version = version + 1
             WHERE id = $1 AND deleted_at IS NULL",
        )
        .bind(id)
        .bind(Millis::from(now))
        .execute(&mut *self.conn)
        .await?;
        found(&outcome, "cluster")?;
        for statement in [
            "DELETE FROM credentials WHERE cluster_id = $1",
            "DELETE FROM mirror_checkpoints WHERE cluster_id = $1",
            "DELETE FROM reservations WHERE cluster_id = $1",
        ] {
            sqlx::query(statement).bind(id).execute(&mut *self.conn).await?;
        }
        Ok(())
    }
}
