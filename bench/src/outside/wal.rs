//! The size of the write-ahead log, watched all the time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(20);

/// Watches from its making to its drop.
pub struct WalWatch {
    most: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl WalWatch {
    /// Watches the file, which need not be there.
    pub fn start(file: PathBuf) -> Self {
        let watch = Self { most: Arc::default(), ended: Arc::default() };
        let (most, ended) = (Arc::clone(&watch.most), Arc::clone(&watch.ended));
        std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let now = std::fs::metadata(&file).map_or(0, |file| file.len());
                most.fetch_max(now, Ordering::Relaxed);
                std::thread::sleep(EVERY);
            }
        });
        watch
    }

    /// The largest size since the last time this was asked, bytes.
    pub fn take(&self) -> u64 {
        self.most.swap(0, Ordering::Relaxed)
    }
}

impl Drop for WalWatch {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
