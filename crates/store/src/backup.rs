//! Copies of the database that can be restored.

use std::{fs, path::Path};

use sqlx::{ConnectOptions, Connection};

use crate::{Store, StoreError, dialect, migrate, store::create_private};

impl Store {
    /// Writes a consistent copy to `to`, a path that does not exist yet, while work goes on.
    /// Sessions and set-up links are left out, and so is the mirror, which the clusters give again.
    /// Sealed values stay sealed. An interrupted backup leaves nothing under the name `to`.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if `to` exists or is no UTF-8; [`StoreError::Full`] without room.
    pub async fn backup(&self, to: impl AsRef<Path>) -> Result<(), StoreError> {
        let to = to.as_ref();
        if to.exists() {
            return Err(StoreError::Invalid { what: "backup file", rule: "must not exist yet" });
        }
        let mut partial = to.as_os_str().to_owned();
        partial.push(".partial");
        let partial = Path::new(&partial);
        remove_if_there(partial)?;
        drop(create_private(partial)?);
        let written = self.write_copy(partial).await;
        if let Err(error) = written {
            remove_if_there(partial)?;
            return Err(error);
        }
        fs::rename(partial, to)?;
        sync_parent(to)
    }

    async fn write_copy(&self, to: &Path) -> Result<(), StoreError> {
        let name = to.to_str().ok_or(StoreError::Invalid { what: "backup file", rule: "must be UTF-8" })?;
        let mut reader = self.inner.readers.acquire().await?;
        dialect::copy_into(&mut reader, name).await?;
        drop(reader);
        let mut copy = dialect::exclusive_options(to).connect().await?;
        for statement in [
            "DELETE FROM sessions",
            "DELETE FROM setup_tokens",
            "DELETE FROM mirror_blocks",
            "DELETE FROM mirror_checkpoints",
        ] {
            sqlx::query(statement).execute(&mut copy).await?;
        }
        dialect::shrink(&mut copy).await?;
        dialect::quick_check(&mut copy).await?;
        copy.close().await?;
        Ok(fs::File::open(to)?.sync_all()?)
    }

    /// Puts a backup in the place of the database at `to`, which nobody may have open. The database
    /// that was there is lost.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Newer`] if the backup cannot be used; the old
    /// database is then untouched.
    pub async fn restore(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), StoreError> {
        let (from, to) = (from.as_ref(), to.as_ref());
        let mut partial = to.as_os_str().to_owned();
        partial.push(".partial");
        let partial = Path::new(&partial);
        remove_if_there(partial)?;
        let checked = copy_checked(from, partial).await;
        if let Err(error) = checked {
            remove_if_there(partial)?;
            return Err(error);
        }
        // Logs of the old database must be gone before the new file has its name.
        for suffix in ["-wal", "-shm"] {
            let mut name = to.as_os_str().to_owned();
            name.push(suffix);
            remove_if_there(Path::new(&name))?;
        }
        fs::rename(partial, to)?;
        sync_parent(to)
    }
}

async fn copy_checked(from: &Path, to: &Path) -> Result<(), StoreError> {
    let mut source = fs::File::open(from)?;
    let mut target = create_private(to)?;
    std::io::copy(&mut source, &mut target)?;
    target.sync_all()?;
    let mut copy = dialect::exclusive_options(to).connect().await?;
    dialect::quick_check(&mut copy).await?;
    if migrate::refuse_newer(&mut copy).await?.is_none() {
        return Err(StoreError::Corrupt("not a backup of this program".to_owned()));
    }
    copy.close().await?;
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Makes a rename survive a power cut.
fn sync_parent(path: &Path) -> Result<(), StoreError> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => Ok(fs::File::open(parent)?.sync_all()?),
        None => Ok(fs::File::open(".")?.sync_all()?),
    }
}
