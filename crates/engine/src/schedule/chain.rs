//! One decision's way through its attempts: which cluster next, and when it is over.

use super::attempt::{End, Run};
use super::body::OnDeployFailure;
use super::decide::{insert_attempt, reserve};
use super::intent::Intent;
use super::{ScheduleRequest, record::AttemptRecord};
use crate::{Engine, Topic, audit, problem::Answer, scope::caller_of};
use jiff::Timestamp;
use model::access::{Action, Caller, Via};
use model::wire::problem::Problem;
use model::wire::schedule::{Outcome, Phase, ScheduleAnswer};
use scheduler::Exclusion;
use serde_json::json;
use store::repositories::attempts::Attempt as StoredAttempt;
use store::repositories::decisions::{Decision, DecisionProgress};
use store::repositories::intents::IntentState;
use store::{Document, StoreError};

impl Engine {
    /// Drives a decision until it is over. Every step is written down before it is taken, so that this
    /// may be called again after a crash at any point.
    pub(super) async fn see_through(&self, id: &str, intent: &Intent) -> Result<(), Problem> {
        loop {
            let (decision, attempts) = self.decision_rows(id).await?;
            let Some(attempt) = attempts.last() else {
                tracing::error!(decision = id, "an intent without an attempt");
                return Err(Problem::internal());
            };
            let mut run = Run::new(self, id, intent, attempt.clone())?;
            let end = run.go().await?;
            let goes_on = match end {
                End::Available => return self.finish(attempt, Outcome::Scheduled, Phase::Available).await,
                End::Invalid => return self.finish(attempt, Outcome::Invalid, Phase::Failed).await,
                End::Unknown => return self.finish(attempt, Outcome::NeedsIntervention, Phase::Unknown).await,
                // Nothing of ours is there: the chain goes on by itself.
                End::NothingLeft => true,
                End::Failed => intent.chain.on_deploy_failure == OnDeployFailure::Next && run.clear_away().await?,
            };
            if !goes_on || !self.next_attempt(&decision, intent, &attempts).await? {
                return self.finish(attempt, Outcome::NeedsIntervention, Phase::Failed).await;
            }
        }
    }

    async fn decision_rows(&self, id: &str) -> Result<(Decision, Vec<StoredAttempt>), Problem> {
        let mut unit = self.store().read().await.answer()?;
        let decision = unit.decisions().get(id).await.answer()?;
        let attempts = unit.attempts().of_decision(id).await.answer()?;
        Ok((decision, attempts))
    }

    /// Decides anew among the clusters that were not tried. False when there is none, or no attempt left.
    async fn next_attempt(
        &self,
        decision: &Decision,
        intent: &Intent,
        attempts: &[StoredAttempt],
    ) -> Result<bool, Problem> {
        let made = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
        if made >= intent.chain.max_attempts {
            return Ok(false);
        }
        let tried = attempts.iter().map(|attempt| (attempt.cluster_name.clone(), Exclusion::TriedBefore)).collect();
        let request = ScheduleRequest { body: intent.body.clone(), objects: intent.objects.clone() };
        let Some(caller) = self.author(&decision.actor).await? else { return Ok(false) };
        // A cluster that was named may be gone by now: then there is nothing to go on with.
        let Ok(plan) = self.plan(&caller, &request, &tried).await else { return Ok(false) };
        let turn = self.deciding().lock().await;
        let (answer, chosen) = self.decide(&caller, &plan, &decision.id, Some(&decision.id)).await?;
        let Some(chosen) = chosen else { return Ok(false) };
        let first: ScheduleAnswer = decision.answer.read().answer()?;
        let answer = ScheduleAnswer { created_at: first.created_at, created_by: first.created_by, ..answer };
        let mut unit = self.store().begin().await.answer()?;
        reserve(&mut unit, &decision.id, &chosen, intent).await?;
        insert_attempt(&mut unit, &decision.id, made + 1, &chosen).await?;
        let document = Document::of(&answer).answer()?;
        let progress = DecisionProgress {
            outcome: Outcome::Scheduled.as_str(),
            phase: Phase::Reserved.as_str(),
            cluster: Some((chosen.cluster.as_str(), &chosen.name)),
            answer: Some(&document),
        };
        unit.decisions().advance(&decision.id, &progress, Timestamp::now()).await.answer()?;
        unit.commit().await.answer()?;
        drop(turn);
        self.announce(Topic::Decisions, None, Some(&decision.id));
        Ok(true)
    }

    /// Whoever asked, with the rights of now; None where they may not place anything any more.
    async fn author(&self, name: &str) -> Result<Option<Caller>, Problem> {
        match self.store().read().await.answer()?.users().by_name(name).await {
            Ok(user) if user.disabled => Ok(None),
            Ok(user) => Ok(Some(caller_of(&user, Via::Session)).filter(|caller| caller.may(Action::Schedule))),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).answer(),
        }
    }

    async fn finish(&self, last: &StoredAttempt, outcome: Outcome, phase: Phase) -> Result<(), Problem> {
        let (id, now) = (last.decision_id.as_str(), Timestamp::now());
        let mut unit = self.store().begin().await.answer()?;
        let progress = DecisionProgress {
            outcome: outcome.as_str(),
            phase: phase.as_str(),
            cluster: Some((&last.cluster_id, &last.cluster_name)),
            answer: None,
        };
        unit.decisions().advance(id, &progress, now).await.answer()?;
        // Room that may be taken by something of ours stays held until its time is up.
        if phase != Phase::Unknown {
            unit.reservations().release(id).await.answer()?;
        }
        unit.intents().set_state(id, IntentState::Done, now).await.answer()?;
        let detail = json!({ "outcome": outcome, "phase": phase });
        audit::record(&mut unit, &Caller::system(), "schedule.finish", format!("decision/{id}"), detail).await?;
        unit.commit().await.answer()?;
        self.count_end(phase);
        self.announce(Topic::Decisions, None, Some(id));
        Ok(())
    }

    /// Writes an attempt and the decision's phase down together.
    pub(super) async fn advance(
        &self,
        attempt: &StoredAttempt,
        record: &AttemptRecord,
        phase: Phase,
    ) -> Result<(), Problem> {
        let now = Timestamp::now();
        let mut unit = self.store().begin().await.answer()?;
        let row = StoredAttempt { created: Document::of(record).answer()?, ..attempt.clone() };
        unit.attempts().update(&row).await.answer()?;
        let outcome = Outcome::Scheduled.as_str();
        let cluster = Some((attempt.cluster_id.as_str(), attempt.cluster_name.as_str()));
        let progress = DecisionProgress { outcome, phase: phase.as_str(), cluster, answer: None };
        unit.decisions().advance(&attempt.decision_id, &progress, now).await.answer()?;
        unit.commit().await.answer()?;
        self.announce(Topic::Decisions, None, Some(&attempt.decision_id));
        Ok(())
    }
}
