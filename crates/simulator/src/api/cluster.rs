use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use super::access::Identity;
use super::metrics::Metrics;
use crate::object_store::ObjectStore;

/// What differs between API servers.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// `v1.37.0`.
    pub git_version: String,
    /// Between two bookmarks of a watch.
    pub bookmark_interval: Duration,
    /// After which a watch without `timeoutSeconds` ends.
    pub watch_timeout: Duration,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            git_version: "v1.37.0".to_owned(),
            bookmark_interval: Duration::from_secs(5),
            watch_timeout: Duration::from_secs(1800),
        }
    }
}

/// Who a token stands for, and until when.
struct Credential {
    identity: Arc<Identity>,
    expires: Option<Timestamp>,
}

/// One API server: its objects, its users, its counters.
pub struct ClusterApi {
    store: Arc<ObjectStore>,
    settings: ApiSettings,
    tokens: RwLock<HashMap<String, Credential>>,
    metrics: Metrics,
    leader_changes: AtomicU64,
    latency: Mutex<Duration>,
    /// Held from the quota check to the write, so that two writers cannot both take the last place.
    pub(super) admission: Mutex<()>,
}

impl ClusterApi {
    /// An API server over `store` that knows no users yet.
    pub fn new(store: Arc<ObjectStore>, settings: ApiSettings) -> Arc<Self> {
        Arc::new(Self {
            store,
            settings,
            tokens: RwLock::default(),
            metrics: Metrics::default(),
            leader_changes: AtomicU64::new(0),
            latency: Mutex::default(),
            admission: Mutex::default(),
        })
    }

    /// Its objects.
    pub fn store(&self) -> &Arc<ObjectStore> {
        &self.store
    }

    /// What it was started with.
    pub fn settings(&self) -> &ApiSettings {
        &self.settings
    }

    /// Its counters.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Lets a bearer token in.
    pub fn add_token(&self, token: impl Into<String>, identity: Identity) {
        self.insert(token.into(), Credential { identity: Arc::new(identity), expires: None });
    }

    pub(super) fn add_expiring_token(&self, token: String, identity: Identity, expires: Timestamp) {
        self.insert(token, Credential { identity: Arc::new(identity), expires: Some(expires) });
    }

    fn insert(&self, token: String, credential: Credential) {
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(token, credential);
    }

    /// Requests with this token get 401 from now on.
    pub fn revoke_token(&self, token: &str) {
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        tokens.remove(token);
    }

    pub(super) fn identity(&self, token: &str) -> Option<Arc<Identity>> {
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        let credential = tokens.get(token)?;
        let valid = credential.expires.is_none_or(|at| Timestamp::now() < at);
        valid.then(|| Arc::clone(&credential.identity))
    }

    pub(super) fn identity_named(&self, username: &str) -> Option<Arc<Identity>> {
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        let found = tokens.values().find(|c| c.identity.username == username)?;
        Some(Arc::clone(&found.identity))
    }

    /// Every request waits this long before it is served; its metrics show it.
    pub fn set_latency(&self, latency: Duration) {
        *self.latency.lock().unwrap_or_else(PoisonError::into_inner) = latency;
    }

    pub(super) fn latency(&self) -> Duration {
        *self.latency.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `etcd_server_leader_changes_seen_total`.
    pub fn set_etcd_leader_changes(&self, total: u64) {
        self.leader_changes.store(total, Ordering::Relaxed);
    }

    /// What [`set_etcd_leader_changes`](Self::set_etcd_leader_changes) last set.
    pub fn etcd_leader_changes(&self) -> u64 {
        self.leader_changes.load(Ordering::Relaxed)
    }
}
