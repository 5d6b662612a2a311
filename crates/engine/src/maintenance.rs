//! Readiness, backup and restore, verifying the audit log.

use crate::{Engine, StartError};
use std::path::Path;
use store::Store;

/// One thing that readiness depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub ok: bool,
    pub detail: String,
}

impl Engine {
    /// Whether requests can be served: the database answers. Clusters being down is no reason not to.
    pub async fn readiness(&self) -> Vec<Check> {
        let database = match self.store().read().await {
            Ok(mut unit) => unit.users().count().await.map(|_| String::new()).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let tasks = self.supervisor().tasks();
        let running = tasks.iter().filter(|task| task.running).count();
        vec![
            Check { name: "database", ok: database.is_ok(), detail: database.unwrap_or_else(|error| error) },
            Check { name: "tasks", ok: true, detail: format!("{running} of {} running", tasks.len()) },
        ]
    }

    /// Writes a consistent copy of the database; what is sealed stays sealed.
    ///
    /// # Errors
    /// Where the file exists already, or there is no room.
    pub async fn backup(&self, file: &Path) -> Result<(), StartError> {
        Ok(self.store().backup(file).await?)
    }

    /// Checks the whole chain. Returns how many records it has.
    ///
    /// # Errors
    /// The first record that is missing or changed.
    pub async fn verify_audit(&self) -> Result<i64, StartError> {
        let verdict = self.store().read().await?.audit().verify(&[]).await?;
        verdict.map(|head| head.seq).map_err(|fault| StartError::Other(format!("audit: {fault}")))
    }
}

/// Puts a backup in the place of the database of `data_dir`. No server may run on it.
///
/// # Errors
/// Where the backup cannot be used; the present database is untouched then.
pub async fn restore(file: &Path, data_dir: &Path) -> Result<(), StartError> {
    let config = crate::EngineConfig::new(data_dir.to_path_buf(), String::new());
    let _held = crate::DataDirLock::take(data_dir)?;
    Ok(Store::restore(file, config.database()).await?)
}
