//! One attempt at one cluster: apply, then follow the rollout in the mirror.

use super::intent::Intent;
use super::objects;
use super::record::AttemptRecord;
use super::write::{NotApplied, Write, WriteState, apply, look, uid, undo};
use crate::{Engine, problem::Answer};
use jiff::Timestamp;
use kubeapi::client::ClusterClient;
use model::columns::Columnar;
use model::fleet::{ClusterState, DECISION_LABEL};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use model::rows::DeploymentRow;
use model::wire::problem::Problem;
use model::wire::schedule::{Phase, TimelineEntry};
use serde_json::Value;
use std::time::Duration;
use store::repositories::attempts::Attempt as StoredAttempt;
use tokio::time::sleep;

/// How often the mirror is looked at while a rollout goes on.
const FOLLOW: Duration = Duration::from_millis(400);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Available,
    /// The cluster refuses the objects themselves, as any would.
    Invalid,
    /// Refused or unreachable, and nothing of ours is there.
    NothingLeft,
    /// It is there and does not work.
    Failed,
    /// Whether it is there cannot be found out.
    Unknown,
}

/// An attempt under way.
pub(super) struct Run<'a> {
    engine: &'a Engine,
    intent: &'a Intent,
    decision: &'a str,
    attempt: StoredAttempt,
    record: AttemptRecord,
    objects: Vec<Value>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        decision: &'a str,
        intent: &'a Intent,
        attempt: StoredAttempt,
    ) -> Result<Run<'a>, Problem> {
        let mut record: AttemptRecord = attempt.created.read().answer()?;
        let mut objects = objects::prepare(&intent.objects, decision, &intent.namespace);
        if intent.body.create_namespace {
            objects.insert(0, objects::namespace_object(&intent.namespace));
        }
        if record.writes.is_empty() {
            record.writes = objects.iter().map(Write::pending).collect();
        }
        Ok(Run { engine, intent, decision, attempt, record, objects })
    }

    /// From wherever it stands to its end.
    pub(super) async fn go(&mut self) -> Result<End, Problem> {
        let phase = Phase::parse(&self.attempt.phase).unwrap_or(Phase::Reserved);
        if matches!(phase, Phase::Reserved | Phase::Applying)
            && let Some(end) = self.apply_all().await?
        {
            return Ok(end);
        }
        self.follow().await
    }

    async fn apply_all(&mut self) -> Result<Option<End>, Problem> {
        self.step(
            Phase::Applying,
            match self.objects.len() {
                1 => "applying 1 object".to_string(),
                objects => format!("applying {objects} objects"),
            },
        )
        .await?;
        let Some(client) = self.client() else {
            return self.nothing_sent("the cluster is not registered any more, or has no usable credential").await;
        };
        for at in 0..self.objects.len() {
            if self.record.writes[at].state == WriteState::Applied {
                continue;
            }
            if self.record.writes[at].existed.is_none() {
                match look(&client, &self.objects[at]).await {
                    Ok(found) => self.record.writes[at].existed = Some(self.was_there(found.as_ref())),
                    Err(reason) => return self.give_up(&client, at, NotApplied::Unreachable(reason)).await,
                }
            }
            // Written down before it is sent: whoever takes over knows that it may be there.
            self.record.writes[at].state = WriteState::Unknown;
            self.save(Phase::Applying).await?;
            match apply(&client, &self.objects[at], self.decision).await {
                Ok(uid) => {
                    let write = &mut self.record.writes[at];
                    (write.uid, write.state) = (Some(uid), WriteState::Applied);
                    self.save(Phase::Applying).await?;
                }
                Err(why) => return self.give_up(&client, at, why).await,
            }
        }
        self.step(Phase::Applied, "every object is applied".into()).await?;
        self.step(Phase::Progressing, "waiting for the rollout".into()).await?;
        Ok(None)
    }

    /// What came from this decision was not there before it, even if a crash made us look twice.
    fn was_there(&self, found: Option<&Value>) -> bool {
        found.is_some_and(|object| !objects::is_of(object, self.decision))
    }

    async fn give_up(&mut self, client: &ClusterClient, at: usize, why: NotApplied) -> Result<Option<End>, Problem> {
        let object = self.record.writes[at].object.clone();
        let (state, message, end) = match why {
            NotApplied::Refused(refusal) => {
                let message = format!("{object}: {} ({})", refusal.message, refusal.status);
                // A body that no API server would take; another cluster would say the same.
                let invalid = matches!(refusal.status, 400 | 422) && refusal.reason != "KindNotServed";
                (WriteState::Refused, message, if invalid { End::Invalid } else { End::NothingLeft })
            }
            NotApplied::Unreachable(reason) => {
                (WriteState::Pending, format!("{object}: {reason}; it was not applied"), End::NothingLeft)
            }
            NotApplied::Unknown(reason) => {
                (WriteState::Unknown, format!("{object}: {reason}; it may have been applied"), End::Unknown)
            }
        };
        self.record.writes[at].state = state;
        self.record.writes[at].message = Some(message.clone());
        if end == End::Unknown {
            self.end(Phase::Unknown, message).await?;
            return Ok(Some(End::Unknown));
        }
        let cleared = self.undo_all(client).await?;
        self.end(Phase::Failed, message).await?;
        Ok(Some(if cleared { end } else { End::Unknown }))
    }

    async fn nothing_sent(&mut self, reason: &str) -> Result<Option<End>, Problem> {
        let left = self.record.writes.iter().any(Write::left_something);
        self.end(Phase::Failed, reason.to_string()).await?;
        Ok(Some(if left { End::Unknown } else { End::NothingLeft }))
    }

    async fn follow(&mut self) -> Result<End, Problem> {
        let timeout = self.intent.chain.attempt_timeout;
        let until = self.attempt.started_at + timeout;
        loop {
            match self.rollout() {
                Rollout::Available => {
                    self.end(Phase::Available, "all replicas are available".into()).await?;
                    return Ok(End::Available);
                }
                Rollout::Failed(reason) => {
                    self.end(Phase::Failed, reason).await?;
                    return Ok(End::Failed);
                }
                Rollout::GoesOn(progress) if Timestamp::now() >= until => {
                    let reason = format!("not available after {} s: {progress}", timeout.as_secs());
                    // Of a cluster that does not answer nobody knows how far it came.
                    let (phase, end) =
                        if self.answers() { (Phase::Failed, End::Failed) } else { (Phase::Unknown, End::Unknown) };
                    self.end(phase, reason).await?;
                    return Ok(end);
                }
                Rollout::GoesOn(_) => sleep(FOLLOW).await,
            }
        }
    }

    fn answers(&self) -> bool {
        let status = self.engine.mirror().cluster(&ClusterId::new(self.attempt.cluster_id.as_str()));
        status.is_some_and(|status| matches!(status.state, ClusterState::Online | ClusterState::Degraded))
    }

    /// The rollout as the mirror has it now.
    fn rollout(&self) -> Rollout {
        let snapshot = self.engine.mirror().snapshot(MirroredKind::Deployment);
        let Some(cluster) = snapshot.clusters.iter().find(|c| c.id.as_str() == self.attempt.cluster_id) else {
            return Rollout::Failed("the cluster was removed".into());
        };
        let Some(workload) = self.objects.last() else {
            return Rollout::Failed("there is no workload".into());
        };
        let (name, namespace) = (objects::name(workload), self.intent.namespace.as_str());
        let found = cluster
            .parts
            .iter()
            .find_map(|part| part.find(Some(namespace), name))
            // An older state of a Deployment that was there before does not carry this decision.
            .filter(|row| row.label(DECISION_LABEL) == Some(self.decision));
        match found {
            None => Rollout::GoesOn(format!("the Deployment is not seen yet on {} ({})", cluster.name, cluster.state)),
            Some(row) => of_row(&DeploymentRow::read(row.meta(), &row)),
        }
    }

    /// Deletes everything this attempt made. False when that cannot be confirmed.
    pub(super) async fn clear_away(&mut self) -> Result<bool, Problem> {
        let Some(client) = self.client() else { return Ok(false) };
        let cleared = self.undo_all(&client).await?;
        let phase = Phase::parse(&self.attempt.phase).unwrap_or(Phase::Failed);
        self.save(phase).await?;
        Ok(cleared)
    }

    async fn undo_all(&mut self, client: &ClusterClient) -> Result<bool, Problem> {
        let mut all = true;
        for at in (0..self.objects.len()).rev() {
            // An empty namespace holds nothing up, and others may use it by now.
            let skip = objects::kind(&self.objects[at]) == "Namespace";
            if skip || !self.record.writes[at].left_something() {
                continue;
            }
            if self.record.writes[at].uid.is_none() {
                self.record.writes[at].uid = look(client, &self.objects[at]).await.ok().flatten().and_then(|o| uid(&o));
            }
            match undo(client, &self.objects[at], &self.record.writes[at]).await {
                Ok(()) => self.record.writes[at].state = WriteState::Deleted,
                Err(reason) => {
                    all = false;
                    self.record.writes[at].message = Some(format!("could not be deleted: {reason}"));
                }
            }
        }
        Ok(all)
    }

    fn client(&self) -> Option<ClusterClient> {
        let id = ClusterId::new(self.attempt.cluster_id.as_str());
        self.engine.members().get(&id).and_then(|member| member.client.clone())
    }

    async fn step(&mut self, phase: Phase, message: String) -> Result<(), Problem> {
        self.record.timeline.push(TimelineEntry { time: Timestamp::now(), phase, message });
        self.save(phase).await
    }

    async fn end(&mut self, phase: Phase, message: String) -> Result<(), Problem> {
        self.attempt.ended_at = Some(Timestamp::now());
        if phase != Phase::Available {
            self.attempt.error = Some(message.clone());
        }
        self.step(phase, message).await
    }

    async fn save(&mut self, phase: Phase) -> Result<(), Problem> {
        self.attempt.phase = phase.as_str().to_string();
        self.record.objects = self.record.writes.iter().map(Write::told).collect();
        self.engine.advance(&self.attempt, &self.record, phase).await
    }
}

enum Rollout {
    Available,
    GoesOn(String),
    Failed(String),
}

fn of_row(row: &DeploymentRow) -> Rollout {
    match row.status() {
        "Available" => Rollout::Available,
        "Progressing" | "Paused" => {
            Rollout::GoesOn(format!("{} of {} replicas are available", row.available, row.replicas))
        }
        failure => Rollout::Failed(failure.to_string()),
    }
}
