//! The peer for lists: whole objects in SQLite with a table of fields and one of labels, an index for each field, as
//! Rancher's vai has it. In memory, which favours it.

use super::list::Ask;
use crate::corpus::{Contents, Corpus};
use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::Value;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, QueryBuilder, Row, Sqlite};
use std::sync::Arc;

/// The name of this peer in figures.
pub const NAME: &str = "SQLite, blob + indexed fields + labels";

/// Rows of one INSERT.
const ROWS: usize = 200;

const TABLES: &str = "
CREATE TABLE objects (key INTEGER PRIMARY KEY, object BLOB NOT NULL);
CREATE TABLE fields (key INTEGER PRIMARY KEY, cluster TEXT, namespace TEXT, name TEXT, phase TEXT, node TEXT,
  restarts INTEGER, created TEXT);
CREATE TABLE labels (key INTEGER NOT NULL, label TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, label));
";
const INDICES: &str = "
CREATE INDEX by_cluster ON fields (cluster);
CREATE INDEX by_namespace ON fields (namespace);
CREATE INDEX by_name ON fields (name);
CREATE INDEX by_phase ON fields (phase);
CREATE INDEX by_node ON fields (node);
CREATE INDEX by_restarts ON fields (restarts);
CREATE INDEX by_created ON fields (created);
CREATE INDEX by_label ON labels (label, value);
ANALYZE;
";

pub struct Database(SqliteConnection);

impl Database {
    /// A database with the pods of every cluster.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub async fn fill(corpus: &Corpus) -> Result<Self> {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
        sqlx::raw_sql(TABLES).execute(&mut connection).await?;
        let mut all = connection.begin().await?;
        let mut key = 0;
        for (at, contents) in corpus.clusters().enumerate() {
            key = insert(&mut all, key, &format!("cluster-{at:03}"), contents).await?;
        }
        all.commit().await?;
        sqlx::raw_sql(INDICES).execute(&mut connection).await?;
        Ok(Self(connection))
    }

    /// Fetches a page of whole objects and counts all that match; gives the count.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub async fn list(&mut self, ask: Ask, limit: usize) -> Result<u64> {
        let mut count = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM fields f");
        matching(&mut count, ask);
        let total: i64 = count.build_query_scalar().fetch_one(&mut self.0).await?;
        let mut page = QueryBuilder::<Sqlite>::new("SELECT o.object FROM fields f JOIN objects o ON o.key = f.key");
        matching(&mut page, ask);
        page.push(if matches!(ask, Ask::Sorted) { " ORDER BY f.restarts DESC, f.name" } else { " ORDER BY f.name" });
        page.push(" LIMIT ").push_bind(limit as i64);
        let rows = page.build().fetch_all(&mut self.0).await?;
        for row in &rows {
            std::hint::black_box(row.try_get::<&[u8], _>(0)?);
        }
        if let Ask::Facets(columns) = ask {
            for column in columns {
                let mut facet = QueryBuilder::<Sqlite>::new("SELECT ");
                facet.push(column).push(", count(*) FROM fields GROUP BY 1 ORDER BY 2 DESC LIMIT 50");
                std::hint::black_box(facet.build().fetch_all(&mut self.0).await?);
            }
        }
        Ok(total as u64)
    }
}

fn matching(query: &mut QueryBuilder<Sqlite>, ask: Ask) {
    match ask {
        Ask::Sorted | Ask::Facets(_) => {}
        Ask::Substring(text) => {
            query.push(" WHERE f.name LIKE ").push_bind(format!("%{text}%"));
        }
        Ask::Label(label, value) => {
            query.push(" JOIN labels l ON l.key = f.key WHERE l.label = ").push_bind(label);
            query.push(" AND l.value = ").push_bind(value);
        }
    }
}

/// Inserts a cluster's pods with the keys after `key`; gives the last.
async fn insert(all: &mut SqliteConnection, mut key: i64, cluster: &str, contents: &Arc<Contents>) -> Result<i64> {
    for pods in contents.pods().chunks(ROWS) {
        let pods: Vec<(i64, &Bytes, Value)> = (key + 1..)
            .zip(pods)
            .map(|(key, json)| Ok((key, json, serde_json::from_slice(json).context("a generated pod is JSON")?)))
            .collect::<Result<_>>()?;
        key += pods.len() as i64;
        let mut objects = QueryBuilder::<Sqlite>::new("INSERT INTO objects ");
        objects.push_values(&pods, |mut row, (key, json, _)| {
            row.push_bind(*key).push_bind(json.to_vec());
        });
        objects.build().execute(&mut *all).await?;
        let mut fields = QueryBuilder::<Sqlite>::new("INSERT INTO fields ");
        fields.push_values(&pods, |mut row, (key, _, pod)| {
            row.push_bind(*key).push_bind(cluster.to_owned());
            for path in ["/metadata/namespace", "/metadata/name", "/status/phase", "/spec/nodeName"] {
                row.push_bind(pod.pointer(path).and_then(Value::as_str).map(str::to_owned));
            }
            row.push_bind(restarts(pod));
            row.push_bind(pod.pointer("/metadata/creationTimestamp").and_then(Value::as_str).map(str::to_owned));
        });
        fields.build().execute(&mut *all).await?;
        insert_labels(all, &pods).await?;
    }
    Ok(key)
}

async fn insert_labels(all: &mut SqliteConnection, pods: &[(i64, &Bytes, Value)]) -> Result<()> {
    let pairs: Vec<(i64, String, String)> = pods
        .iter()
        .flat_map(|(key, _, pod)| {
            let labels = pod.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
            labels.map(|(label, value)| (*key, label.clone(), value.as_str().unwrap_or_default().to_owned()))
        })
        .collect();
    for pairs in pairs.chunks(ROWS) {
        let mut labels = QueryBuilder::<Sqlite>::new("INSERT INTO labels ");
        labels.push_values(pairs, |mut row, (key, label, value)| {
            row.push_bind(*key).push_bind(label.clone()).push_bind(value.clone());
        });
        labels.build().execute(&mut *all).await?;
    }
    Ok(())
}

fn restarts(pod: &Value) -> i64 {
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    statuses.into_iter().flatten().filter_map(|status| status["restartCount"].as_i64()).sum()
}
