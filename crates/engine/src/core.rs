//! The engine: what it holds, how it starts and stops.

use crate::accounts::{Hasher, Strangers};
use crate::checkpoints::Checkpoints;
use crate::config::EngineConfig;
use crate::monitor::Monitor;
use crate::registry::Members;
use crate::schedule::StatsCell;
use mirror::Mirror;
use model::wire::problem::Problem;
use runtime::egress::TargetPolicy;
use runtime::supervise::Supervisor;
use secrets::{Aad, DatabaseState, Keyring, KeyringError, MacKey, Secret};
use std::sync::Arc;
use std::time::Duration;
use store::{AuditKey, Document, OpenOptions, Store, StoreError};
use tokio::sync::{Mutex, Notify, broadcast};

/// How many changes a slow reader may lag behind before it must look again.
const CHANGE_BUFFER: usize = 1024;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Clusters,
    Alerts,
    Decisions,
}

impl Topic {
    pub const ALL: [Topic; 3] = [Topic::Clusters, Topic::Alerts, Topic::Decisions];

    pub fn as_str(self) -> &'static str {
        match self {
            Topic::Clusters => "clusters",
            Topic::Alerts => "alerts",
            Topic::Decisions => "decisions",
        }
    }

    pub fn parse(text: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.as_str() == text)
    }
}

/// Something of a topic changed; whoever shows it looks again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub topic: Topic,
    pub cluster: Option<String>,
    pub id: Option<String>,
}

/// Why the engine cannot start. Each is one clear line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the data directory {0} cannot be used: {1}")]
    DataDir(std::path::PathBuf, std::io::Error),
    #[error("the data directory {0} is in use by a running server")]
    InUse(std::path::PathBuf),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("the master key: {0}")]
    Key(#[from] KeyringError),
    #[error("the master key is not the one this database was sealed with")]
    WrongKey,
    #[error("{0}")]
    Other(String),
}

impl From<Problem> for StartError {
    fn from(problem: Problem) -> Self {
        StartError::Other(problem.detail)
    }
}

/// Everything the use cases work with. Cheap to clone; all clones share it.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    config: EngineConfig,
    store: Store,
    keyring: Keyring,
    policy: Arc<TargetPolicy>,
    supervisor: Supervisor,
    hasher: Hasher,
    strangers: Strangers,
    changes: broadcast::Sender<Change>,
    mirror: Mirror,
    members: Members,
    /// Held from looking at the fleet until the reservation stands, so that two asks never share one hole.
    deciding: Mutex<()>,
    /// Rung when there is an intent to carry out.
    dispatch: Notify,
    stats: StatsCell,
    monitor: Monitor,
}

impl Engine {
    /// Opens the data directory without starting anything: enough for the command line.
    ///
    /// # Errors
    /// One clear line each: no directory, a damaged or newer database, a missing or wrong key.
    pub async fn open(config: EngineConfig, policy: Arc<TargetPolicy>) -> Result<Engine, StartError> {
        prepare_dir(&config)?;
        let new = !config.database().exists();
        // The key comes first: a database that cannot be opened again must not come to be.
        let state = if new { DatabaseState::New } else { DatabaseState::Existing };
        let keyring = Keyring::from_dir(&config.data_dir, state)?;
        let store = Store::open(config.database(), OpenOptions::default()).await?;
        check_key(&store, &keyring).await?;
        store.provide_audit_key(audit_key(&store, &keyring).await?)?;
        let (changes, _) = broadcast::channel(CHANGE_BUFFER);
        let supervisor = Supervisor::new().on(config.background.clone());
        let mirror = Mirror::new(mirror::Deps {
            settings: mirror::Settings { relist_interval: config.relist_interval, ..mirror::Settings::default() },
            supervisor: supervisor.child("members"),
            checkpoints: Arc::new(Checkpoints::new(store.clone())),
        });
        Ok(Engine {
            inner: Arc::new(Inner {
                hasher: Hasher::new()?,
                strangers: Strangers::default(),
                config,
                store,
                keyring,
                policy,
                supervisor,
                changes,
                mirror,
                members: Members::default(),
                deciding: Mutex::new(()),
                dispatch: Notify::new(),
                stats: StatsCell::default(),
                monitor: Monitor::default(),
            }),
        })
    }

    /// Takes up the registered clusters and starts every task.
    pub async fn start(&self) -> Result<(), StartError> {
        self.start_members().await?;
        self.start_dispatcher().await?;
        self.start_monitor().await?;
        Ok(())
    }

    /// Stops every task and closes the database.
    pub async fn shutdown(&self, deadline: Duration) {
        self.inner.mirror.shutdown(deadline.mul_f64(0.5)).await;
        self.inner.supervisor.shutdown(deadline.mul_f64(0.3)).await;
        if let Err(error) = self.inner.store.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// Changes from now on. A reader that lags too far behind is told so and looks at everything again.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    pub(crate) fn announce(&self, topic: Topic, cluster: Option<&str>, id: Option<&str>) {
        // Nobody listening is fine.
        let _ =
            self.inner.changes.send(Change { topic, cluster: cluster.map(str::to_string), id: id.map(str::to_string) });
    }

    /// Grows with every change of any cluster.
    pub fn revision(&self) -> u64 {
        self.inner.mirror.revision()
    }

    pub(crate) fn mirror(&self) -> &Mirror {
        &self.inner.mirror
    }

    pub(crate) fn members(&self) -> &Members {
        &self.inner.members
    }

    pub(crate) fn deciding(&self) -> &Mutex<()> {
        &self.inner.deciding
    }

    pub(crate) fn dispatch_bell(&self) -> &Notify {
        &self.inner.dispatch
    }

    pub(crate) fn monitor(&self) -> &Monitor {
        &self.inner.monitor
    }

    pub(crate) fn stats(&self) -> &StatsCell {
        &self.inner.stats
    }

    pub fn config(&self) -> &EngineConfig {
        &self.inner.config
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.inner.keyring
    }

    pub(crate) fn policy(&self) -> &Arc<TargetPolicy> {
        &self.inner.policy
    }

    pub(crate) fn supervisor(&self) -> &Supervisor {
        &self.inner.supervisor
    }

    pub(crate) fn strangers(&self) -> &Strangers {
        &self.inner.strangers
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.inner.hasher
    }
}

fn prepare_dir(config: &EngineConfig) -> Result<(), StartError> {
    use std::os::unix::fs::PermissionsExt;
    let dir = &config.data_dir;
    let existed = dir.exists();
    std::fs::create_dir_all(dir).map_err(|error| StartError::DataDir(dir.clone(), error))?;
    if !existed {
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))
            .map_err(|error| StartError::DataDir(dir.clone(), error))?;
    }
    Ok(())
}

const KEY_CHECK: &str = "key_check";
const AUDIT_KEY: &str = "audit_key";

async fn check_key(store: &Store, keyring: &Keyring) -> Result<(), StartError> {
    let stored = store.read().await?.settings().get(KEY_CHECK).await?;
    match stored {
        Some(document) => {
            let sealed = sealed(&document)?;
            keyring.verify_key_check(&sealed).map_err(|_| StartError::WrongKey)
        }
        None => {
            let check = keyring.key_check().map_err(|_| StartError::Other("no random bytes".into()))?;
            set(store, KEY_CHECK, &check.to_base64()).await
        }
    }
}

/// The key of the audit chain: made once, kept sealed in the database.
async fn audit_key(store: &Store, keyring: &Keyring) -> Result<AuditKey, StartError> {
    let aad = Aad::new("settings", AUDIT_KEY, "value");
    let stored = store.read().await?.settings().get(AUDIT_KEY).await?;
    let secret = match stored {
        Some(document) => keyring.open(&aad, &sealed(&document)?).map_err(|_| StartError::WrongKey)?,
        None => {
            let fail = |_| StartError::Other("no random bytes".into());
            let secret = MacKey::random().map_err(fail)?.to_secret();
            let sealed =
                keyring.seal(&aad, &secret).map_err(|_| StartError::Other("the audit key cannot be sealed".into()))?;
            set(store, AUDIT_KEY, &sealed.to_base64()).await?;
            secret
        }
    };
    bytes(&secret).map(AuditKey::new).ok_or(StartError::WrongKey)
}

fn bytes(secret: &Secret) -> Option<[u8; 32]> {
    secret.expose().try_into().ok()
}

fn sealed(document: &Document) -> Result<secrets::Sealed, StartError> {
    let text: String = document.read()?;
    secrets::Sealed::from_base64(&text).map_err(|_| StartError::WrongKey)
}

async fn set(store: &Store, key: &str, value: &str) -> Result<(), StartError> {
    let mut unit = store.begin().await?;
    unit.settings().set(key, &Document::of(value)?, jiff::Timestamp::now()).await?;
    unit.commit().await?;
    Ok(())
}
