//! Registering a cluster.

use super::contact::{Contact, meet};
use super::credential::{seal, take_in};
use super::input::NewCluster;
use super::rules::Rules;
use super::validate::client;
use crate::authorize::authorize;
use crate::{Engine, Topic, audit, problem::Answer};
use jiff::Timestamp;
use kubeapi::intake::{CredentialRequest, Intake};
use model::access::{Action, Caller};
use model::wire::cluster::Cluster;
use model::wire::problem::{FieldError, Problem};
use secrets::Secret;
use serde_json::json;
use store::repositories::clusters::Cluster as Stored;
use store::{Document, StoreError, WriteUnit};

impl Engine {
    /// Registers a cluster and begins to mirror it. One that cannot be reached now is registered all
    /// the same.
    ///
    /// # Errors
    /// 422 naming each broken rule; 409 `name_taken`, or `duplicate_cluster` naming the first.
    pub async fn add_cluster(&self, caller: &Caller, new: NewCluster) -> Result<Cluster, Problem> {
        authorize(caller, Action::ManageClusters)?;
        check(self, &new)?;
        let intake = take_in(self, new.credential, new.insecure)?;
        let client = client(self, &intake.credential)?;
        let contact = meet(&client, &intake.credential).await.ok();
        let id = uuid::Uuid::now_v7().to_string();
        let now = Timestamp::now();
        let row = Stored {
            id: id.clone(),
            name: new.name,
            uid: contact.as_ref().and_then(|contact| contact.uid.clone()),
            labels: new.labels,
            taints: Document::of(&new.taints).answer()?,
            namespaces: new.namespaces.unwrap_or_default(),
            metrics_sources: Document::of(&new.metrics_sources.unwrap_or_default()).answer()?,
            weight: new.weight,
            cordoned: false,
            insecure: new.insecure,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            version: 1,
        };
        self.write_cluster(caller, &row, &intake, contact.as_ref()).await?;
        let name = row.name.clone();
        self.take_up(row).await?;
        self.announce(Topic::Clusters, Some(&name), Some(&id));
        self.cluster(caller, &name).await
    }

    /// Registers the current context of a kubeconfig under the name of its server's host, unless that
    /// cluster is known. Returns the new name.
    ///
    /// # Errors
    /// As [`Engine::add_cluster`].
    pub async fn import_kubeconfig(&self, file: Secret) -> Result<Option<String>, Problem> {
        let caller = Caller::system();
        let probe = CredentialRequest::kubeconfig(file.duplicate(), None);
        let intake = take_in(self, probe, false)?;
        let name = import_name(intake.context.as_deref().unwrap_or("imported"));
        let new = NewCluster {
            name: name.clone(),
            labels: Default::default(),
            taints: Vec::new(),
            weight: 1,
            credential: CredentialRequest::kubeconfig(file, None),
            insecure: false,
            namespaces: None,
            metrics_sources: None,
        };
        match self.add_cluster(&caller, new).await {
            Ok(cluster) => Ok(Some(cluster.name)),
            Err(problem) if matches!(problem.code.as_str(), "name_taken" | "duplicate_cluster") => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    async fn write_cluster(
        &self,
        caller: &Caller,
        row: &Stored,
        intake: &Intake,
        contact: Option<&Contact>,
    ) -> Result<(), Problem> {
        let mut credential = seal(self, &row.id, intake)?;
        if let Some(identity) = contact.and_then(|contact| contact.identity.clone()) {
            credential.identity = Some(identity);
        }
        let mut unit = self.store().begin().await.answer()?;
        refuse_duplicate(&mut unit, row, &credential.server_url, credential.ca_fingerprint.as_deref()).await?;
        unit.clusters().insert(row).await.answer()?;
        unit.credentials().put(&credential).await.answer()?;
        let detail = json!({
            "id": row.id, "server": credential.server_url, "kind": credential.kind,
            "insecure": row.insecure, "namespaces": row.namespaces,
        });
        audit::record(&mut unit, caller, "cluster.create", format!("cluster/{}", row.name), detail).await?;
        unit.commit().await.answer()
    }
}

fn check(engine: &Engine, new: &NewCluster) -> Result<(), Problem> {
    let mut rules = Rules::default();
    rules.name(&new.name);
    rules.labels(&new.labels);
    rules.taints(&new.taints);
    rules.weight(new.weight);
    rules.namespaces(new.namespaces.as_deref());
    rules.metrics_sources(new.metrics_sources.as_ref(), engine.policy());
    rules.end()
}

/// The same cluster under a second name would count its room twice. Known by its uid, or, while it has
/// told none, by one server with one CA.
async fn refuse_duplicate(unit: &mut WriteUnit, row: &Stored, server: &str, ca: Option<&str>) -> Result<(), Problem> {
    let by_uid = match &row.uid {
        Some(uid) => unit.clusters().by_uid(uid).await.answer()?.map(|first| first.name),
        None => None,
    };
    let first = match by_uid {
        Some(name) => Some(name),
        None => by_server(unit, server, ca).await?,
    };
    match first {
        Some(first) if first == row.name => Err(name_taken(&first)),
        Some(first) => Err(duplicate(&first)),
        None => Ok(()),
    }
}

async fn by_server(unit: &mut WriteUnit, server: &str, ca: Option<&str>) -> Result<Option<String>, Problem> {
    let all = unit.credentials().all().await.answer()?;
    let Some(twin) = all.iter().find(|other| other.server_url == server && other.ca_fingerprint.as_deref() == ca)
    else {
        return Ok(None);
    };
    match unit.clusters().get(&twin.cluster_id).await {
        Ok(cluster) if cluster.deleted_at.is_none() => Ok(Some(cluster.name)),
        Ok(_) | Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error).answer(),
    }
}

fn name_taken(name: &str) -> Problem {
    let message = format!("A cluster named {name} is registered already.");
    Problem::conflict("name_taken", message.clone()).with_field(FieldError::new("name", "name_taken", message))
}

pub(super) fn duplicate(first: &str) -> Problem {
    let message = format!("This cluster is registered already, as {first}.");
    Problem::conflict("duplicate_cluster", message.clone()).with_field(FieldError::new(
        "credential",
        "duplicate_cluster",
        message,
    ))
}

/// A context's name as a cluster name.
fn import_name(context: &str) -> String {
    let mut name: String = context
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(63)
        .collect();
    name = name.trim_matches('-').to_string();
    if name.is_empty() { "imported".to_string() } else { name }
}
