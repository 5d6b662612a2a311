//! Bringing the schema up to date.

use sqlx::{
    Connection,
    migrate::{MigrateError, Migrator},
};

use crate::{
    StoreError,
    dialect::{self, Conn},
};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// The newest schema this program knows.
pub(crate) fn known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The schema the file has; none if it is empty.
pub(crate) async fn found(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    if !dialect::has_table(conn, "_sqlx_migrations").await? {
        return Ok(None);
    }
    Ok(sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(conn).await?)
}

/// Refuses a file that a newer program has written.
pub(crate) async fn refuse_newer(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    let found = found(conn).await?;
    match found {
        Some(found) if found > known() => Err(StoreError::Newer { found, known: known() }),
        found => Ok(found),
    }
}

/// Applies what is missing, all of it or nothing; returns whether the database was empty before.
pub(crate) async fn run(conn: &mut Conn) -> Result<bool, StoreError> {
    // One transaction around them all, so that two programs starting at once take turns.
    let mut tx = conn.begin_with(dialect::BEGIN_WRITE).await?;
    let is_new = refuse_newer(&mut tx).await?.is_none();
    MIGRATIONS.run_direct(None, &mut *tx, false).await.map_err(failed)?;
    tx.commit().await?;
    Ok(is_new)
}

fn failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        error => StoreError::Corrupt(error.to_string()),
    }
}
