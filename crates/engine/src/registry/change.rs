//! Changing and removing clusters.

use super::add::duplicate;
use super::contact::meet;
use super::credential::{seal, take_in};
use super::input::{ClusterPatch, NewCredential};
use super::rules::Rules;
use super::validate::client;
use crate::authorize::authorize;
use crate::{Engine, Topic, audit, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::wire::cluster::Cluster;
use model::wire::problem::{FieldError, Problem};
use serde_json::{Value, json};
use std::time::Duration;
use store::Document;
use store::repositories::clusters::Cluster as Stored;

/// How long an immediate probe may take to be known.
const PROBE_ANSWERS: Duration = Duration::from_millis(1600);

impl Engine {
    /// # Errors
    /// 422 naming each broken rule, 409 `name_taken`.
    pub async fn patch_cluster(&self, caller: &Caller, name: &str, patch: ClusterPatch) -> Result<Cluster, Problem> {
        authorize(caller, Action::ManageClusters)?;
        check(self, &patch)?;
        let detail = described(&patch);
        self.change(caller, name, "cluster.update", detail, move |row| apply(row, patch)).await
    }

    /// Nothing new is placed on the cluster from now on.
    pub async fn cordon(&self, caller: &Caller, name: &str) -> Result<Cluster, Problem> {
        self.set_cordoned(caller, name, true).await
    }

    pub async fn uncordon(&self, caller: &Caller, name: &str) -> Result<Cluster, Problem> {
        self.set_cordoned(caller, name, false).await
    }

    async fn set_cordoned(&self, caller: &Caller, name: &str, cordoned: bool) -> Result<Cluster, Problem> {
        authorize(caller, Action::OperateCluster)?;
        let action = if cordoned { "cluster.cordon" } else { "cluster.uncordon" };
        self.change(caller, name, action, json!({}), move |row| {
            row.cordoned = cordoned;
            Ok(())
        })
        .await
    }

    /// Asks the cluster now, without waiting for the next probe.
    pub async fn probe(&self, caller: &Caller, name: &str) -> Result<Cluster, Problem> {
        authorize(caller, Action::OperateCluster)?;
        let member = self.visible_named(caller, name)?;
        // One that is not mirrored has no credential to ask with, which its state says.
        let _ = self.mirror().probe_now(&member.id);
        // The answer or its absence is known after a probe's deadline.
        tokio::time::sleep(PROBE_ANSWERS).await;
        self.cluster(caller, name).await
    }

    /// Tries the new credential, then puts it in the place of the old one, which is gone afterwards.
    ///
    /// # Errors
    /// 422 `credential_rejected` where it does not work: the old one stays. 409 where it is for another
    /// cluster.
    pub async fn replace_credential(
        &self,
        caller: &Caller,
        name: &str,
        new: NewCredential,
    ) -> Result<Cluster, Problem> {
        authorize(caller, Action::ManageClusters)?;
        let known = self.visible_named(caller, name)?;
        let intake = take_in(self, new.credential, new.insecure)?;
        let client = client(self, &intake.credential)?;
        let contact = meet(&client, &intake.credential).await.map_err(|why| {
            let message = format!("the new credential does not work, the old one stays: {}", why.message);
            Problem::invalid(vec![FieldError::new("credential", "credential_rejected", message)])
        })?;
        let mut credential = seal(self, known.id.as_str(), &intake)?;
        credential.identity = contact.identity.clone().or(credential.identity);
        let mut unit = self.store().begin().await.answer()?;
        let mut row = unit.clusters().get(known.id.as_str()).await.answer()?;
        if let (Some(was), Some(is)) = (&row.uid, &contact.uid) {
            let comparable = was.starts_with("sha256:") == is.starts_with("sha256:");
            if was != is && comparable {
                let message = "this credential is for another cluster";
                return Err(Problem::conflict("other_cluster", message).with_field(FieldError::new(
                    "credential",
                    "other_cluster",
                    message,
                )));
            }
        }
        if let Some(uid) = &contact.uid {
            match unit.clusters().by_uid(uid).await.answer()? {
                Some(first) if first.id != row.id => return Err(duplicate(&first.name)),
                _ => row.uid = Some(uid.clone()),
            }
        }
        row.insecure = new.insecure;
        row.version = unit.clusters().update(&row, Timestamp::now()).await.answer()?;
        unit.credentials().put(&credential).await.answer()?;
        let detail = json!({ "server": credential.server_url, "kind": credential.kind, "insecure": new.insecure });
        audit::record(&mut unit, caller, "cluster.credential", format!("cluster/{name}"), detail).await?;
        unit.commit().await.answer()?;
        self.announce(Topic::Clusters, Some(name), Some(&row.id));
        self.swap_client(row, client).await?;
        self.cluster(caller, name).await
    }

    /// Forgets the cluster: its credential, its mirror, its series. What was decided and what happened
    /// stays in history, under its id.
    pub async fn remove_cluster(&self, caller: &Caller, name: &str) -> Result<(), Problem> {
        authorize(caller, Action::ManageClusters)?;
        let known = self.visible_named(caller, name)?;
        let mut unit = self.store().begin().await.answer()?;
        unit.clusters().delete(known.id.as_str(), Timestamp::now()).await.answer()?;
        let detail = json!({ "id": known.id });
        audit::record(&mut unit, caller, "cluster.delete", format!("cluster/{name}"), detail).await?;
        unit.commit().await.answer()?;
        self.drop_member(&known.id).await;
        self.announce(Topic::Clusters, Some(name), Some(known.id.as_str()));
        Ok(())
    }

    async fn change(
        &self,
        caller: &Caller,
        name: &str,
        action: &str,
        detail: Value,
        edit: impl FnOnce(&mut Stored) -> Result<(), Problem>,
    ) -> Result<Cluster, Problem> {
        let known = self.visible_named(caller, name)?;
        let mut unit = self.store().begin().await.answer()?;
        let mut row = unit.clusters().get(known.id.as_str()).await.answer()?;
        let namespaces_before = row.namespaces.clone();
        edit(&mut row)?;
        row.version = unit.clusters().update(&row, Timestamp::now()).await.answer()?;
        audit::record(&mut unit, caller, action, format!("cluster/{name}"), detail).await?;
        unit.commit().await.answer()?;
        let limits_changed = namespaces_before != row.namespaces;
        let name = row.name.clone();
        self.announce(Topic::Clusters, Some(&name), Some(&row.id));
        self.refresh_member(row, limits_changed).await?;
        self.cluster(caller, &name).await
    }
}

fn check(engine: &Engine, patch: &ClusterPatch) -> Result<(), Problem> {
    let mut rules = Rules::default();
    if let Some(name) = &patch.name {
        rules.name(name);
    }
    if let Some(labels) = &patch.labels {
        rules.labels(labels);
    }
    rules.taints(patch.taints.as_deref().unwrap_or_default());
    rules.weight(patch.weight.unwrap_or_default());
    rules.namespaces(patch.namespaces.as_deref());
    rules.metrics_sources(patch.metrics_sources.as_ref(), engine.policy());
    rules.end()
}

fn apply(row: &mut Stored, patch: ClusterPatch) -> Result<(), Problem> {
    if let Some(name) = patch.name {
        row.name = name;
    }
    if let Some(labels) = patch.labels {
        row.labels = labels;
    }
    if let Some(taints) = patch.taints {
        row.taints = Document::of(&taints).answer()?;
    }
    if let Some(weight) = patch.weight {
        row.weight = weight;
    }
    if let Some(cordoned) = patch.cordoned {
        row.cordoned = cordoned;
    }
    if let Some(namespaces) = patch.namespaces {
        row.namespaces = namespaces;
    }
    if let Some(sources) = patch.metrics_sources {
        row.metrics_sources = Document::of(&sources).answer()?;
    }
    Ok(())
}

fn described(patch: &ClusterPatch) -> Value {
    let mut detail = serde_json::Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            detail.insert(key.into(), value);
        }
    };
    put("name", patch.name.as_ref().map(|name| json!(name)));
    put("labels", patch.labels.as_ref().map(|labels| json!(labels)));
    put("taints", patch.taints.as_ref().map(|taints| json!(taints)));
    put("weight", patch.weight.map(|weight| json!(weight)));
    put("cordoned", patch.cordoned.map(|cordoned| json!(cordoned)));
    put("namespaces", patch.namespaces.as_ref().map(|names| json!(names)));
    put("metricsSources", patch.metrics_sources.as_ref().map(|sources| json!(sources)));
    Value::Object(detail)
}
