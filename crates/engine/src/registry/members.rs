//! The registered clusters in memory: what the database says of each, and the client to reach it by.

use super::contact::{Contact, meet};
use super::credential;
use super::validate::client;
use crate::{Engine, Topic, problem::Answer};
use arc_swap::ArcSwap;
use jiff::Timestamp;
use kubeapi::client::ClusterClient;
use mirror::{Change, ClusterConfig, ClusterMeta};
use model::fleet::ClusterState;
use model::ids::ClusterId;
use model::k8s::taint::Taint;
use model::wire::problem::Problem;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::StoreError;
use store::repositories::clusters::Cluster as Stored;
use store::repositories::credentials::Credential as StoredCredential;

/// Everything the engine knows of one registered cluster.
#[derive(Clone)]
pub(crate) struct Member {
    pub id: ClusterId,
    pub row: Stored,
    pub credential: CredentialBrief,
    /// None where the stored credential cannot be opened.
    pub client: Option<ClusterClient>,
    /// The name it was registered under first, where that was found out at first contact.
    pub duplicate_of: Option<String>,
}

/// What may be told of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CredentialBrief {
    pub kind: String,
    pub identity: Option<String>,
    pub expires_at: Option<Timestamp>,
    pub server: String,
    pub updated_at: Timestamp,
}

impl From<&StoredCredential> for CredentialBrief {
    fn from(stored: &StoredCredential) -> Self {
        CredentialBrief {
            kind: stored.kind.clone(),
            identity: stored.identity.clone(),
            expires_at: stored.expires_at,
            server: stored.server_url.clone(),
            updated_at: stored.updated_at,
        }
    }
}

/// By id; replaced as a whole, so that readers never wait.
#[derive(Default)]
pub(crate) struct Members(ArcSwap<BTreeMap<ClusterId, Arc<Member>>>);

impl Members {
    pub(crate) fn all(&self) -> Vec<Arc<Member>> {
        self.0.load().values().cloned().collect()
    }

    pub(crate) fn get(&self, id: &ClusterId) -> Option<Arc<Member>> {
        self.0.load().get(id).cloned()
    }

    pub(crate) fn named(&self, name: &str) -> Option<Arc<Member>> {
        self.0.load().values().find(|member| member.row.name == name).cloned()
    }

    fn put(&self, member: Member) {
        self.0.rcu(|members| {
            let mut members = BTreeMap::clone(members);
            members.insert(member.id.clone(), Arc::new(member.clone()));
            members
        });
    }

    fn remove(&self, id: &ClusterId) {
        self.0.rcu(|members| {
            let mut members = BTreeMap::clone(members);
            members.remove(id);
            members
        });
    }
}

impl Engine {
    /// Takes up every cluster in the database and follows what happens to them.
    pub(crate) async fn start_members(&self) -> Result<(), Problem> {
        let rows = self.store().read().await.answer()?.clusters().all().await.answer()?;
        for row in rows {
            self.take_up(row).await?;
        }
        let engine = self.clone();
        self.supervisor().spawn("registry", move |stop| {
            let engine = engine.clone();
            async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = engine.follow_members() => {}
                }
                Ok::<(), std::convert::Infallible>(())
            }
        });
        Ok(())
    }

    /// Begins to mirror a cluster as the database has it now.
    pub(super) async fn take_up(&self, row: Stored) -> Result<(), Problem> {
        let stored = self.store().read().await.answer()?.credentials().get(&row.id).await.answer()?;
        let client = credential::open(self, &stored).and_then(|opened| client(self, &opened)).ok();
        if client.is_none() {
            tracing::error!(cluster = row.name, "the stored credential cannot be used; give it anew");
        }
        let member = Member {
            id: ClusterId::new(row.id.as_str()),
            credential: CredentialBrief::from(&stored),
            client,
            duplicate_of: None,
            row,
        };
        self.members().put(member.clone());
        if let Some(client) = &member.client {
            let config = ClusterConfig {
                id: member.id.clone(),
                meta: meta(&member)?,
                limited_to: (!member.row.namespaces.is_empty()).then(|| member.row.namespaces.clone()),
                client: Arc::new(client.clone()),
            };
            self.mirror().add_cluster(config).await.map_err(|error| {
                tracing::error!(cluster = member.row.name, %error, "the cluster cannot be mirrored");
                Problem::internal()
            })?;
        }
        Ok(())
    }

    /// The database has a new row for a cluster that is taken up already.
    pub(super) async fn refresh_member(&self, row: Stored, limits_changed: bool) -> Result<(), Problem> {
        let id = ClusterId::new(row.id.as_str());
        if limits_changed {
            self.drop_member(&id).await;
            return self.take_up(row).await;
        }
        let Some(before) = self.members().get(&id) else {
            return self.take_up(row).await;
        };
        let member = Member { row, ..Member::clone(&before) };
        self.members().put(member.clone());
        self.tell_mirror(&member)
    }

    /// A new credential works: everything goes over the new client from now on.
    pub(super) async fn swap_client(&self, row: Stored, client: ClusterClient) -> Result<(), Problem> {
        let id = ClusterId::new(row.id.as_str());
        let stored = self.store().read().await.answer()?.credentials().get(&row.id).await.answer()?;
        if self.mirror().replace_client(&id, Arc::new(client.clone())).is_err() {
            // It was not mirrored, since its old credential could not be opened.
            return self.take_up(row).await;
        }
        let member =
            Member { id, credential: CredentialBrief::from(&stored), client: Some(client), duplicate_of: None, row };
        self.members().put(member.clone());
        self.tell_mirror(&member)
    }

    pub(super) async fn drop_member(&self, id: &ClusterId) {
        self.members().remove(id);
        // A cluster whose credential could not be opened was never mirrored.
        let _ = self.mirror().remove_cluster(id).await;
    }

    fn tell_mirror(&self, member: &Member) -> Result<(), Problem> {
        match self.mirror().update_meta(&member.id, meta(member)?) {
            Ok(()) => Ok(()),
            // Not mirrored for want of a credential: there is nothing to tell.
            Err(_) if member.client.is_none() => Ok(()),
            Err(error) => {
                tracing::error!(cluster = member.row.name, %error, "the mirror does not know the cluster");
                Err(Problem::internal())
            }
        }
    }

    async fn follow_members(&self) {
        let mut changes = self.mirror().changes();
        while let Some(change) = changes.next().await {
            match change {
                Change::State(state) => {
                    self.announce(Topic::Clusters, Some(&state.name), Some(state.cluster.as_str()));
                    if matches!(state.to, ClusterState::Online | ClusterState::Degraded) {
                        self.identify(&state.cluster).await;
                    }
                }
                Change::Missed => {
                    self.announce(Topic::Clusters, None, None);
                    for member in self.members().all() {
                        self.identify(&member.id).await;
                    }
                }
            }
        }
    }

    /// First contact with a cluster that could not be reached when it was registered.
    async fn identify(&self, id: &ClusterId) {
        let Some(member) = self.members().get(id).filter(|m| m.row.uid.is_none() && m.duplicate_of.is_none()) else {
            return;
        };
        let Some(client) = &member.client else { return };
        let Ok(credential) = self.stored_credential(id.as_str()).await else { return };
        let Ok(Contact { uid: Some(uid), identity, .. }) = meet(client, &credential).await else { return };
        if let Err(problem) = self.record_uid(&member, &uid, identity).await {
            tracing::warn!(cluster = member.row.name, detail = problem.detail, "first contact could not be recorded");
        }
        self.announce(Topic::Clusters, Some(&member.row.name), Some(id.as_str()));
    }

    async fn record_uid(&self, member: &Member, uid: &str, identity: Option<String>) -> Result<(), Problem> {
        let mut unit = self.store().begin().await.answer()?;
        if let Some(first) = unit.clusters().by_uid(uid).await.answer()? {
            let member = Member { duplicate_of: Some(first.name), ..member.clone() };
            self.members().put(member.clone());
            return self.tell_mirror(&member);
        }
        let mut row = match unit.clusters().get(&member.row.id).await {
            Ok(row) if row.deleted_at.is_none() => row,
            Ok(_) | Err(StoreError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error).answer(),
        };
        row.uid = Some(uid.to_string());
        row.version = unit.clusters().update(&row, Timestamp::now()).await.answer()?;
        let mut credential = unit.credentials().get(&member.row.id).await.answer()?;
        credential.identity = identity.or(credential.identity);
        unit.credentials().put(&credential).await.answer()?;
        unit.commit().await.answer()?;
        let member = Member { row, credential: CredentialBrief::from(&credential), ..member.clone() };
        self.members().put(member.clone());
        self.tell_mirror(&member)
    }
}

fn meta(member: &Member) -> Result<ClusterMeta, Problem> {
    let row = &member.row;
    let taints: Vec<Taint> = row.taints.read().answer()?;
    Ok(ClusterMeta {
        name: row.name.as_str().into(),
        labels: row.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        taints,
        weight: row.weight,
        cordoned: row.cordoned,
        duplicate_of: member.duplicate_of.as_deref().map(Into::into),
    })
}
