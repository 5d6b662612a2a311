//! Measured service levels of clusters over time.

use jiff::{SignedDuration, Timestamp};

use super::repository;
use crate::{ReadWrite, StoreError, dialect::Db, value::Millis};

/// Samples in one statement, well below SQLite's 32766 parameters.
const BATCH: usize = 1000;

/// One measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Of this cluster.
    pub cluster_id: String,
    /// Of this level.
    pub sli: String,
    /// When.
    pub at: Timestamp,
    /// In the level's own unit; none where it could not be measured.
    pub value: Option<f64>,
}

/// Measurements of one step of time.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct SamplePoint {
    /// Of this cluster.
    pub cluster_id: String,
    /// Of this level.
    pub sli: String,
    /// Start of the step.
    #[sqlx(try_from = "Millis")]
    pub at: Timestamp,
    /// Mean; none where nothing could be measured.
    pub mean: Option<f64>,
    /// Least.
    pub min: Option<f64>,
    /// Most.
    pub max: Option<f64>,
    /// Number of measurements that have a value.
    pub count: u32,
}

/// Which measurements to read.
#[derive(Clone, Debug)]
pub struct SampleRange {
    /// Of this cluster, or of all.
    pub cluster_id: Option<String>,
    /// Of this level, or of all.
    pub sli: Option<String>,
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
    /// Length of a step; at least a millisecond.
    pub step: SignedDuration,
}

/// The most points one range can have for one level of one cluster.
const MAX_POINTS: i128 = 11_000;

repository! {
    /// Measured service levels.
    Slis
}

impl<M> Slis<'_, M> {
    /// Measurements, step by step, ordered by cluster, level and time. Steps are counted from
    /// 1970, so that the same time always falls into the same step.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for an empty range, or one of more than 11 000 steps.
    pub async fn range(self, range: &SampleRange) -> Result<Vec<SamplePoint>, StoreError> {
        let (from, to) = (Millis::from(range.from), Millis::from(range.to));
        let step = range.step.as_millis();
        if step < 1 {
            return Err(StoreError::Invalid { what: "step", rule: "must be a millisecond or more" });
        }
        if to.0 <= from.0 {
            return Err(StoreError::Invalid { what: "to", rule: "must be after from" });
        }
        if i128::from(to.0 - from.0) / step > MAX_POINTS {
            return Err(StoreError::Invalid { what: "step", rule: "must give 11000 points or fewer" });
        }
        let step = i64::try_from(step).map_err(|_| StoreError::Invalid { what: "step", rule: "is too long" })?;
        let mut query = sqlx::QueryBuilder::<Db>::new("SELECT cluster_id, sli, (at / ");
        query.push_bind(step).push(") * ").push_bind(step);
        query.push(
            " AS at, avg(value) AS mean, min(value) AS min, max(value) AS max,
              count(value) AS count FROM sli_samples WHERE at >= ",
        );
        query.push_bind(from).push(" AND at < ").push_bind(to);
        if let Some(cluster_id) = &range.cluster_id {
            query.push(" AND cluster_id = ").push_bind(cluster_id);
        }
        if let Some(sli) = &range.sli {
            query.push(" AND sli = ").push_bind(sli);
        }
        query.push(" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
        Ok(query.build_query_as().fetch_all(self.conn).await?)
    }
}

impl Slis<'_, ReadWrite> {
    /// Adds measurements; one of the same time is replaced.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a value that is no finite number; [`StoreError::Reference`]
    /// without such a cluster.
    pub async fn insert(self, samples: &[Sample]) -> Result<(), StoreError> {
        if samples.iter().any(|sample| sample.value.is_some_and(|value| !value.is_finite())) {
            return Err(StoreError::Invalid { what: "value", rule: "must be a finite number" });
        }
        for samples in samples.chunks(BATCH) {
            let mut insert = sqlx::QueryBuilder::<Db>::new("INSERT INTO sli_samples (cluster_id, sli, at, value) ");
            insert.push_values(samples, |mut row, sample| {
                row.push_bind(&sample.cluster_id)
                    .push_bind(&sample.sli)
                    .push_bind(Millis::from(sample.at))
                    .push_bind(sample.value);
            });
            insert.push(" ON CONFLICT (cluster_id, sli, at) DO UPDATE SET value = excluded.value");
            insert.build().execute(&mut *self.conn).await?;
        }
        Ok(())
    }

    /// Removes up to `limit` measurements older than `before`; returns how many. Call it again
    /// while it returns `limit`: short units keep other writers going.
    ///
    /// # Errors
    /// That of the database.
    pub async fn prune(self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        Ok(sqlx::query(
            "DELETE FROM sli_samples WHERE (cluster_id, sli, at) IN
                 (SELECT cluster_id, sli, at FROM sli_samples WHERE at < $1 LIMIT $2)",
        )
        .bind(Millis::from(before))
        .bind(i64::from(limit))
        .execute(self.conn)
        .await?
        .rows_affected())
    }

    /// Removes every measurement of a cluster; returns how many.
    ///
    /// # Errors
    /// That of the database.
    pub async fn delete_cluster(self, cluster_id: &str) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM sli_samples WHERE cluster_id = $1")
            .bind(cluster_id)
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}
