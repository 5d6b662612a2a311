//! Settings that the composition root hands down.

use std::path::PathBuf;
use std::time::Duration;

/// How an engine runs. Nothing here is read from the environment: `server` does that.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Where the database and the master key live.
    pub data_dir: PathBuf,
    /// The base of the links in alerts, `https://pilothouse.example.com`.
    pub public_url: String,
    /// How long a session lasts without a request.
    pub session_idle: Duration,
    /// How long a session lasts at most.
    pub session_absolute: Duration,
    /// How often SLIs are sampled and rules are judged.
    pub monitor_interval: Duration,
    /// How often the mirror verifies itself by a full re-list.
    pub relist_interval: Duration,
    /// Where tasks run that nobody waits for; None: where the engine is opened.
    pub background: Option<tokio::runtime::Handle>,
}

impl EngineConfig {
    pub fn new(data_dir: PathBuf, public_url: String) -> Self {
        EngineConfig {
            data_dir,
            public_url,
            session_idle: Duration::from_secs(30 * 60),
            session_absolute: Duration::from_secs(8 * 3600),
            monitor_interval: Duration::from_secs(5),
            relist_interval: Duration::from_secs(600),
            background: None,
        }
    }

    pub fn database(&self) -> PathBuf {
        self.data_dir.join("pilothouse.db")
    }
}
