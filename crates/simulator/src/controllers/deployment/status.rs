//! What a Deployment reports. Upstream: `pkg/controller/deployment/progress.go`, `sync.go`.

use jiff::Timestamp;
use serde_json::Value;

use super::rollout::limits;
use super::{Rollout, reported};
use crate::controllers::manager::Controllers;
use crate::controllers::objects::{condition, drop_condition, now, parse_time, set_condition, text};
use crate::object_store::kinds;

const UPDATE: Option<&str> = Some("lastUpdateTime");

/// What follows from a report.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    pub complete: bool,
    /// Seconds until the progress deadline.
    pub look_again_after: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Totals {
    replicas: i64,
    updated: i64,
    ready: i64,
    available: i64,
}

impl Controllers {
    pub(super) fn report_deployment(&mut self, rollout: &Rollout) -> Outcome {
        let sum = |field: &str| rollout.all().map(|set| reported(set, field)).sum::<i64>();
        let totals = Totals {
            replicas: sum("replicas"),
            updated: rollout.new.as_ref().map_or(0, |set| reported(set, "replicas")),
            ready: sum("readyReplicas"),
            available: sum("availableReplicas"),
        };
        let mut outcome = Outcome::default();
        // Refused only where it went away at the same moment.
        let _ = self.store.update(&kinds::DEPLOYMENT, rollout.key.namespace(), &rollout.key.name, |deployment| {
            let before = known_totals(deployment);
            write_totals(deployment, rollout, totals);
            write_available(deployment, rollout, totals);
            outcome = write_progress(deployment, rollout, before, totals);
            write_failure(deployment, rollout);
        });
        outcome
    }
}

fn known_totals(deployment: &Value) -> Totals {
    Totals {
        replicas: reported(deployment, "replicas"),
        updated: reported(deployment, "updatedReplicas"),
        ready: reported(deployment, "readyReplicas"),
        available: reported(deployment, "availableReplicas"),
    }
}

fn write_totals(deployment: &mut Value, rollout: &Rollout, totals: Totals) {
    let unavailable = (rollout.replicas().max(totals.replicas) - totals.available).max(0);
    deployment["status"]["observedGeneration"] = rollout.deployment["metadata"]["generation"].clone();
    let fields = [
        ("replicas", totals.replicas),
        ("updatedReplicas", totals.updated),
        ("readyReplicas", totals.ready),
        ("availableReplicas", totals.available),
        ("unavailableReplicas", unavailable),
    ];
    for (field, amount) in fields {
        if amount > 0 {
            deployment["status"][field] = amount.into();
        } else if let Some(status) = deployment["status"].as_object_mut() {
            // Zero is left out, as the API types have it.
            status.shift_remove(field);
        }
    }
}

fn write_available(deployment: &mut Value, rollout: &Rollout, totals: Totals) {
    let needed = rollout.replicas() - limits(&rollout.deployment, rollout.replicas()).unavailable;
    if totals.available >= needed {
        let message = "Deployment has minimum availability.";
        set_condition(deployment, ("Available", "True"), "MinimumReplicasAvailable", message, UPDATE);
    } else {
        let message = "Deployment does not have minimum availability.";
        set_condition(deployment, ("Available", "False"), "MinimumReplicasUnavailable", message, UPDATE);
    }
}

fn write_progress(deployment: &mut Value, rollout: &Rollout, before: Totals, totals: Totals) -> Outcome {
    let name = text(&deployment["metadata"]["name"]);
    let subject = match &rollout.new {
        Some(set) => format!("ReplicaSet \"{}\"", text(&set["metadata"]["name"])),
        None => format!("Deployment \"{name}\""),
    };
    let replicas = rollout.replicas();
    let complete = rollout.new.is_some()
        && totals.updated == replicas
        && totals.replicas == replicas
        && totals.available == replicas;
    if rollout.is_paused() {
        set_condition(deployment, ("Progressing", "Unknown"), "DeploymentPaused", "Deployment is paused", UPDATE);
        return Outcome { complete, look_again_after: None };
    }
    if complete {
        let message = format!("{subject} has successfully progressed.");
        set_condition(deployment, ("Progressing", "True"), "NewReplicaSetAvailable", &message, UPDATE);
        return Outcome { complete, look_again_after: None };
    }
    let known = condition(deployment, "Progressing").cloned();
    let reason = |known: &Value| text(&known["reason"]);
    let progressed = totals.updated > before.updated
        || totals.replicas - totals.updated < before.replicas - before.updated
        || totals.ready > before.ready
        || totals.available > before.available;
    let fresh = known
        .as_ref()
        .is_none_or(|known| matches!(reason(known).as_str(), "NewReplicaSetAvailable" | "DeploymentPaused" | ""));
    if fresh {
        let message = format!(
            "Created new replica set \"{}\"",
            rollout.new.as_ref().map_or(name, |set| text(&set["metadata"]["name"]))
        );
        set_condition(deployment, ("Progressing", "True"), "NewReplicaSetCreated", &message, UPDATE);
    } else if progressed {
        touch_progress(deployment);
        let message = format!("{subject} is progressing.");
        set_condition(deployment, ("Progressing", "True"), "ReplicaSetUpdated", &message, UPDATE);
    }
    let deadline = rollout.deployment["spec"]["progressDeadlineSeconds"].as_i64().unwrap_or(600);
    let last = condition(deployment, "Progressing").and_then(|known| parse_time(&known["lastUpdateTime"]));
    let left = last.map_or(deadline, |last| deadline - Timestamp::now().duration_since(last).as_secs());
    if left > 0 {
        return Outcome { complete, look_again_after: Some(left.unsigned_abs()) };
    }
    let message = format!("{subject} has timed out progressing.");
    set_condition(deployment, ("Progressing", "False"), "ProgressDeadlineExceeded", &message, UPDATE);
    Outcome { complete, look_again_after: None }
}

/// Progress counts even where neither reason nor message change, so the clock is set by hand.
fn touch_progress(deployment: &mut Value) {
    for condition in deployment["status"]["conditions"].as_array_mut().into_iter().flatten() {
        if condition["type"] == "Progressing" {
            condition["lastUpdateTime"] = now().into();
        }
    }
}

fn write_failure(deployment: &mut Value, rollout: &Rollout) {
    let failed = rollout.all().filter_map(|set| condition(set, "ReplicaFailure")).last();
    match failed {
        Some(failure) => {
            let (reason, message) = (text(&failure["reason"]), text(&failure["message"]));
            set_condition(deployment, ("ReplicaFailure", "True"), &reason, &message, UPDATE);
        }
        None if condition(deployment, "ReplicaFailure").is_some() => drop_condition(deployment, "ReplicaFailure"),
        None => {}
    }
}
