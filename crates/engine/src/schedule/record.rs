//! Decisions as they are kept, and as they are told.

use super::write::Write;
use crate::problem::Answer;
use model::wire::problem::Problem;
use model::wire::schedule::{
    AppliedObject, Attempt, DecisionItem, Outcome, Phase, ScheduleAnswer, Target, TimelineEntry, Workload,
};
use serde::{Deserialize, Serialize};
use store::repositories::attempts::Attempt as StoredAttempt;
use store::repositories::decisions::Decision;

/// What an attempt did, beside its phase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct AttemptRecord {
    /// What was sent, and what is known of it.
    #[serde(default)]
    pub writes: Vec<Write>,
    pub objects: Vec<AppliedObject>,
    pub timeline: Vec<TimelineEntry>,
}

/// The stored answer brought up to date with the decision's row and its attempts.
pub(super) fn answer(decision: &Decision, attempts: &[StoredAttempt]) -> Result<ScheduleAnswer, Problem> {
    let mut answer: ScheduleAnswer = decision.answer.read().answer()?;
    answer.outcome = outcome(decision)?;
    answer.phase = phase(&decision.phase)?;
    answer.target = target(decision);
    answer.attempts = attempts.iter().map(attempt).collect::<Result<_, _>>()?;
    Ok(answer)
}

pub(super) fn item(decision: &Decision) -> Result<DecisionItem, Problem> {
    let answer: Brief = decision.answer.read().answer()?;
    Ok(DecisionItem {
        id: decision.id.clone(),
        created_at: decision.created_at,
        created_by: decision.actor.clone(),
        outcome: outcome(decision)?,
        phase: phase(&decision.phase)?,
        target: target(decision),
        workload: answer.workload,
    })
}

/// Of a stored answer, what a list shows.
#[derive(Deserialize)]
struct Brief {
    workload: Workload,
}

fn outcome(decision: &Decision) -> Result<Outcome, Problem> {
    Outcome::parse(&decision.outcome).ok_or_else(Problem::internal)
}

fn phase(text: &str) -> Result<Phase, Problem> {
    Phase::parse(text).ok_or_else(Problem::internal)
}

fn target(decision: &Decision) -> Option<Target> {
    let cluster = decision.cluster_name.clone()?;
    Some(Target { cluster, namespace: decision.namespace.clone().unwrap_or_default() })
}

fn attempt(stored: &StoredAttempt) -> Result<Attempt, Problem> {
    let record: AttemptRecord = stored.created.read().answer()?;
    Ok(Attempt {
        cluster: stored.cluster_name.clone(),
        phase: phase(&stored.phase)?,
        started_at: stored.started_at,
        ended_at: stored.ended_at,
        error: stored.error.clone(),
        objects: record.objects,
        timeline: record.timeline,
    })
}
