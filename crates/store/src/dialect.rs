//! All that is particular to SQLite: connection options, error codes, upkeep statements.
//! Everything else in this crate is SQL that PostgreSQL understands as well.

use std::{path::Path, time::Duration};

use sqlx::{
    error::DatabaseError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{StoreError, Unique, store::OpenOptions};

pub(crate) type Db = sqlx::Sqlite;
pub(crate) type Conn = sqlx::SqliteConnection;
pub(crate) type Pool = sqlx::SqlitePool;
pub(crate) type Outcome = sqlx::sqlite::SqliteQueryResult;

/// Takes the write lock at once: a transaction that starts by reading and then writes fails without
/// waiting when another one has written meanwhile.
pub(crate) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(crate) const BEGIN_READ: &str = "BEGIN DEFERRED";

const OLDEST: (u32, u32, u32) = (3, 51, 3);
const OLDEST_TEXT: &str = "3.51.3";
const WAL_LIMIT_BYTES: &str = "67108864";

fn shared_options(path: &Path, busy_timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(busy_timeout)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "0")
}

/// The one connection that writes. No setting here may write to the file: with no room left a new
/// connection must still open, since its checkpoint is what makes room.
pub(crate) fn writer_pool(path: &Path, options: &OpenOptions) -> Pool {
    let mut connect = shared_options(path, options.busy_timeout)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .pragma("wal_autocheckpoint", "1000")
        .pragma("journal_size_limit", WAL_LIMIT_BYTES)
        .statement_cache_capacity(256);
    if let Some(pages) = options.max_pages {
        connect = connect.pragma("max_page_count", pages.to_string());
    }
    SqlitePoolOptions::new()
        .min_connections(0)
        .max_connections(1)
        .acquire_timeout(options.wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_release(|conn, _| {
            Box::pin(async move {
                // SQLite rolls a transaction back by itself when the disk is full; the driver then
                // still believes in it and would refuse the next one on this connection.
                sqlx::Connection::ping(&mut *conn).await?;
                Ok(!sqlx::Connection::is_in_transaction(&*conn))
            })
        })
        .connect_lazy_with(connect)
}

/// The connections that only read.
pub(crate) fn reader_pool(path: &Path, options: &OpenOptions) -> Pool {
    let connect = shared_options(path, options.busy_timeout).read_only(true).statement_cache_capacity(256);
    SqlitePoolOptions::new()
        .min_connections(0)
        .max_connections(options.readers)
        .acquire_timeout(options.wait)
        .connect_lazy_with(connect)
}

/// Options for a database no other process uses, such as a backup being made.
pub(crate) fn exclusive_options(path: &Path) -> SqliteConnectOptions {
    shared_options(path, Duration::from_secs(5))
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
}

/// Fails unless the linked SQLite is free of the WAL-reset corruption defect.
pub(crate) async fn require_version(conn: &mut Conn) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(conn).await?;
    if is_recent(&found) {
        return Ok(());
    }
    Err(StoreError::SqliteTooOld { found, needed: OLDEST_TEXT })
}

fn is_recent(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST
}

/// Looks for damage in the file's structure.
pub(crate) async fn quick_check(conn: &mut Conn) -> Result<(), StoreError> {
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(conn).await.map_err(unreadable)?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Corrupt(verdict)) }
}

fn unreadable(error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Database(text) => StoreError::Corrupt(text),
        other => other,
    }
}

/// Moves the WAL into the file and empties it; false if a reader stands in the way.
pub(crate) async fn checkpoint(conn: &mut Conn) -> Result<bool, StoreError> {
    let (blocked, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(conn).await?;
    Ok(blocked == 0)
}

/// Refreshes what the query planner knows.
pub(crate) async fn optimize(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query("PRAGMA optimize").execute(conn).await?;
    Ok(())
}

/// Writes a consistent copy into `to`, an empty file; writers go on meanwhile.
pub(crate) async fn copy_into(conn: &mut Conn, to: &str) -> Result<(), StoreError> {
    sqlx::query("VACUUM INTO $1").bind(to).execute(conn).await?;
    Ok(())
}

/// Shrinks a database that nobody else uses.
pub(crate) async fn shrink(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query("VACUUM").execute(conn).await?;
    Ok(())
}

/// Whether a table exists.
pub(crate) async fn has_table(conn: &mut Conn, name: &str) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1")
        .bind(name)
        .fetch_one(conn)
        .await
        .map_err(unreadable)?;
    Ok(count > 0)
}

/// The file in which SQLite keeps the write-ahead log of `path`.
pub(crate) fn wal_path(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Turns SQLite's result codes into our errors.
pub(crate) fn classify(error: &dyn DatabaseError) -> StoreError {
    let code: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    match code {
        787 => return StoreError::Reference,
        1811 => return StoreError::AppendOnly,
        1555 | 2067 | 2579 => {
            return StoreError::Conflict { what: unique(error.message()) };
        }
        _ => {}
    }
    match code & 0xff {
        5 | 6 => StoreError::Busy,
        8 | 10 | 13 => StoreError::Full(error.message().to_owned()),
        11 | 26 => StoreError::Corrupt(error.message().to_owned()),
        14 => StoreError::CannotOpen(error.message().to_owned()),
        18 => StoreError::Invalid { what: "value", rule: "is too large" },
        19 => StoreError::Invalid { what: "row", rule: "breaks a rule of its table" },
        _ => StoreError::Database(error.message().to_owned()),
    }
}

fn unique(message: &str) -> Unique {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    match columns {
        "users.name_key" => Unique::UserName,
        "clusters.name" => Unique::ClusterName,
        "clusters.uid" => Unique::ClusterUid,
        "alerts.fingerprint" => Unique::AlertFingerprint,
        "channels.name" => Unique::ChannelName,
        "alert_rules.name" => Unique::AlertRuleName,
        "profiles.name, profiles.version" => Unique::ProfileVersion,
        _ => Unique::Identity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_the_wal_defect_are_too_old() {
        for (version, recent) in
            [("3.46.0", false), ("3.51.2", false), ("3.51.3", true), ("3.52.0", true), ("4.0.0", true), ("", false)]
        {
            assert_eq!(is_recent(version), recent, "{version}");
        }
    }
}
