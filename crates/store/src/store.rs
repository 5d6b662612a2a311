//! Opening and closing the database, and handing out units of work.

use std::{
    fs, io,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use crate::{
    AuditKey, ReadUnit, StoreError, WriteUnit,
    dialect::{self, Pool},
    migrate,
    unit::Unit,
};

/// How to open a database.
pub struct OpenOptions {
    /// Create the file if it is missing.
    pub create: bool,
    /// Number of connections that read.
    pub readers: u32,
    /// How long SQLite waits for a lock another process holds.
    pub busy_timeout: Duration,
    /// How long a caller waits for its turn before [`StoreError::Busy`].
    pub wait: Duration,
    /// Look for structural damage before anything else; costs a read of the whole file.
    pub quick_check: bool,
    /// The most pages of 4 KiB the file may have, to keep room for others on the same disk.
    pub max_pages: Option<u32>,
    /// Key of the audit chain; may be given later with [`Store::provide_audit_key`].
    pub audit_key: Option<AuditKey>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            create: true,
            readers: 4,
            busy_timeout: Duration::from_secs(5),
            wait: Duration::from_secs(10),
            quick_check: true,
            max_pages: None,
            audit_key: None,
        }
    }
}

/// The database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    path: PathBuf,
    writer: Pool,
    pub(crate) readers: Pool,
    is_new: bool,
    audit_key: Arc<OnceLock<AuditKey>>,
}

impl Store {
    /// Opens the database file and brings its schema up to date. The file can be read by its owner
    /// only.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`], [`StoreError::Corrupt`], [`StoreError::Newer`],
    /// [`StoreError::SqliteTooOld`], or that of a failed write.
    pub async fn open(path: impl AsRef<Path>, mut options: OpenOptions) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        prepare_file(&path, options.create)?;
        let writer = dialect::writer_pool(&path, &options);
        let is_new = {
            let mut conn = writer.acquire().await?;
            dialect::require_version(&mut conn).await?;
            if options.quick_check {
                dialect::quick_check(&mut conn).await?;
            }
            migrate::refuse_newer(&mut conn).await?;
            migrate::run(&mut conn).await?
        };
        let audit_key = OnceLock::new();
        if let Some(key) = options.audit_key.take() {
            // A lock just made is empty.
            let _ = audit_key.set(key);
        }
        let readers = dialect::reader_pool(&path, &options);
        let inner = Inner { path, writer, readers, is_new, audit_key: Arc::new(audit_key) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether the database was empty before this program opened it.
    pub fn is_new(&self) -> bool {
        self.inner.is_new
    }

    /// Gives the key of the audit chain, for callers that keep it, sealed, in the database itself.
    ///
    /// # Errors
    /// [`StoreError::AuditKey`] if a key was given before.
    pub fn provide_audit_key(&self, key: AuditKey) -> Result<(), StoreError> {
        self.inner.audit_key.set(key).map_err(|_| StoreError::AuditKey("was already given"))
    }

    /// Starts a unit of work that writes. Callers take turns; dropping the unit undoes it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the turn does not come in time.
    pub async fn begin(&self) -> Result<WriteUnit, StoreError> {
        let tx = self.inner.writer.begin_with(dialect::BEGIN_WRITE).await?;
        Ok(Unit { tx, audit_key: Arc::clone(&self.inner.audit_key), mode: PhantomData })
    }

    /// Starts reading one consistent state. Keep it short: the write-ahead log grows meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection comes free in time.
    pub async fn read(&self) -> Result<ReadUnit, StoreError> {
        let tx = self.inner.readers.begin_with(dialect::BEGIN_READ).await?;
        Ok(Unit { tx, audit_key: Arc::clone(&self.inner.audit_key), mode: PhantomData })
    }

    /// Size of the write-ahead log in bytes.
    ///
    /// # Errors
    /// That of reading the file's size.
    pub fn wal_bytes(&self) -> Result<u64, StoreError> {
        file_size(&dialect::wal_path(&self.inner.path))
    }

    /// Size of the database file in bytes, without the write-ahead log.
    ///
    /// # Errors
    /// That of reading the file's size.
    pub fn file_bytes(&self) -> Result<u64, StoreError> {
        file_size(&self.inner.path)
    }

    /// Moves the write-ahead log into the file and empties it; false if a reader stands in the way.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::Full`].
    pub async fn checkpoint(&self) -> Result<bool, StoreError> {
        let mut conn = self.inner.writer.acquire().await?;
        dialect::checkpoint(&mut conn).await
    }

    /// Waits for the units at work, tidies the file up and closes it. Later calls fail with
    /// [`StoreError::Closed`].
    ///
    /// # Errors
    /// That of tidying up; the database is closed all the same.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.readers.close().await;
        let tidied = self.tidy().await;
        self.inner.writer.close().await;
        tidied
    }

    async fn tidy(&self) -> Result<(), StoreError> {
        let mut conn = self.inner.writer.acquire().await?;
        dialect::optimize(&mut conn).await?;
        if !dialect::checkpoint(&mut conn).await? {
            tracing::warn!("another process reads the database; its write-ahead log stays");
        }
        Ok(())
    }
}

fn file_size(path: &Path) -> Result<u64, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// SQLite gives the files beside the database the database's own mode, so that it must be right
/// before SQLite opens it.
fn prepare_file(path: &Path, create: bool) -> Result<(), StoreError> {
    if create {
        match create_private(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return Ok(created.map(drop)?),
        }
    }
    if !fs::metadata(path)?.is_file() {
        return Err(StoreError::CannotOpen("not a regular file".to_owned()));
    }
    Ok(restrict(path)?)
}

/// Makes a new, empty file that its owner alone can read.
pub(crate) fn create_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path)?.permissions().mode() & 0o777 == 0o600 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;

    async fn setting(pool: &Pool, statement: &'static str) -> String {
        let row = sqlx::query(statement).fetch_one(pool).await.unwrap();
        row.try_get::<i64, _>(0).map_or_else(|_| row.get(0), |number| number.to_string())
    }

    #[tokio::test]
    async fn every_connection_has_the_promised_settings() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("a.db"), OpenOptions::default()).await.unwrap();
        for (statement, writer, reader) in [
            ("PRAGMA journal_mode", "wal", "wal"),
            ("PRAGMA synchronous", "2", "2"),
            ("PRAGMA foreign_keys", "1", "1"),
            ("PRAGMA secure_delete", "1", "0"),
            ("PRAGMA busy_timeout", "5000", "5000"),
            ("PRAGMA trusted_schema", "0", "0"),
            ("PRAGMA cell_size_check", "1", "1"),
            ("PRAGMA mmap_size", "0", "0"),
            ("PRAGMA journal_size_limit", "67108864", "-1"),
        ] {
            assert_eq!(setting(&store.inner.writer, statement).await, writer, "writer: {statement}");
            assert_eq!(setting(&store.inner.readers, statement).await, reader, "reader: {statement}");
        }
    }

    #[tokio::test]
    async fn a_reading_connection_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("a.db"), OpenOptions::default()).await.unwrap();
        let written = sqlx::query("DELETE FROM users").execute(&store.inner.readers).await;
        assert!(written.is_err());
    }

    #[tokio::test]
    async fn the_linked_sqlite_is_free_of_the_wal_defect() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("a.db"), OpenOptions::default()).await.unwrap();
        let version = setting(&store.inner.readers, "SELECT sqlite_version()").await;
        let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
        assert!(parts.as_slice() >= [3, 51, 3].as_slice(), "{version}");
    }

    #[tokio::test]
    async fn frequent_queries_use_an_index() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("a.db"), OpenOptions::default()).await.unwrap();
        for (statement, index) in [
            ("EXPLAIN QUERY PLAN SELECT * FROM sessions WHERE id_hash = x'00'", "sqlite_autoindex_sessions_1"),
            ("EXPLAIN QUERY PLAN SELECT * FROM tokens WHERE secret_hash = x'00'", "sqlite_autoindex_tokens_2"),
            ("EXPLAIN QUERY PLAN SELECT * FROM clusters WHERE name = 'a' AND deleted_at IS NULL", "clusters_live_name"),
            (
                "EXPLAIN QUERY PLAN SELECT * FROM alerts WHERE fingerprint = 'a' AND state <> 'resolved'",
                "alerts_current",
            ),
            (
                "EXPLAIN QUERY PLAN SELECT * FROM deliveries
                 WHERE state = 'pending' AND channel = 'a' AND next_attempt_at <= 1",
                "deliveries_due",
            ),
            ("EXPLAIN QUERY PLAN SELECT * FROM decisions WHERE phase = 'a' ORDER BY id DESC", "decisions_phase"),
            ("EXPLAIN QUERY PLAN SELECT * FROM audit ORDER BY seq DESC LIMIT 1", "SCAN audit"),
            ("EXPLAIN QUERY PLAN DELETE FROM deliveries WHERE alert_id = 'a'", "deliveries_alert"),
        ] {
            let rows = sqlx::query(statement).fetch_all(&store.inner.writer).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            let plan = plan.join("; ");
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{statement}: {plan}");
        }
    }
}
