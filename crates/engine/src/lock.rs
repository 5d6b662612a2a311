//! One server, or one restore, at a time works on a data directory.

use crate::core::StartError;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Held for as long as it lives; the system lets it go with the process, however that ends.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Takes the directory, which is made where it is missing.
    ///
    /// # Errors
    /// [`StartError::InUse`] while another process holds it; [`StartError::DataDir`] where it cannot be used.
    pub fn take(data_dir: &Path) -> Result<DataDirLock, StartError> {
        let unusable = |error| StartError::DataDir(data_dir.to_path_buf(), error);
        std::fs::create_dir_all(data_dir).map_err(unusable)?;
        let options = File::options().create(true).truncate(false).write(true).open(data_dir.join("pilothouse.lock"));
        let file = options.map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(DataDirLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse(data_dir.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_holder_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let held = DataDirLock::take(&data).unwrap();
        assert!(matches!(DataDirLock::take(&data), Err(StartError::InUse(_))));
        drop(held);
        assert!(DataDirLock::take(&data).is_ok());
    }
}
