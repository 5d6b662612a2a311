//! Deciding: look at the fleet, ask the pure scheduler, and write decision, reservation and intent down
//! before anything is applied.

use super::body::{Explain, ScheduleRequest};
use super::intent::{Chain, Intent};
use super::plan::Plan;
use super::record::AttemptRecord;
use crate::authorize::authorize;
use crate::{Engine, Topic, audit, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::fleet::Reservation;
use model::ids::{ClusterId, DecisionId};
use model::k8s::resources::Resources;
use model::wire::problem::Problem;
use model::wire::schedule::{DryRun, Outcome, Phase, ScheduleAnswer, Target, TimelineEntry, Verdict, Workload};
use scheduler::{Context, Decision, Placement};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;
use store::repositories::attempts::Attempt as StoredAttempt;
use store::repositories::decisions::{Decision as StoredDecision, DecisionFilter};
use store::repositories::reservations::Reservation as StoredReservation;
use store::{Document, PageRequest, WriteUnit};

/// What a request came to.
pub struct Started {
    pub answer: ScheduleAnswer,
    /// Something was started just now.
    pub created: bool,
    /// The answer was given before to this key.
    pub replayed: bool,
}

impl Engine {
    /// What would be decided now; nothing is kept. For answers that change as one types.
    pub async fn preview(&self, caller: &Caller, body: super::RequestBody) -> Result<ScheduleAnswer, Problem> {
        authorize(caller, Action::Plan)?;
        let request = ScheduleRequest::from_body(body)?;
        let plan = self.plan(caller, &request, &BTreeMap::new()).await?;
        let id = uuid::Uuid::now_v7().to_string();
        let (answer, _) = self.decide(caller, &plan, &id, None).await?;
        Ok(explained(answer, request.body.explain))
    }

    /// Decides, keeps the decision and, unless it is a dry run, sees it through.
    pub(super) async fn place(
        &self,
        caller: &Caller,
        request: ScheduleRequest,
        dry_run: DryRun,
        key: Option<&str>,
    ) -> Result<Started, Problem> {
        let plan = self.plan(caller, &request, &BTreeMap::new()).await?;
        let id = uuid::Uuid::now_v7().to_string();
        let turn = self.deciding().lock().await;
        let (mut answer, chosen) = self.decide(caller, &plan, &id, None).await?;
        let starts = dry_run == DryRun::None && chosen.is_some();
        if starts {
            answer.phase = Phase::Reserved;
        }
        let explain = request.body.explain;
        let intent = Intent {
            namespace: plan.ask.namespace.clone(),
            replicas: plan.ask.replicas,
            chain: plan.chain.clone(),
            body: request.body,
            objects: request.objects,
        };
        let mut unit = self.store().begin().await.answer()?;
        insert_decision(&mut unit, caller, &answer, &plan, &intent, chosen.as_ref(), key).await?;
        if let Some(chosen) = chosen.as_ref().filter(|_| starts) {
            reserve(&mut unit, &id, chosen, &intent).await?;
            unit.intents().insert(&id, &Document::of(&intent).answer()?, Timestamp::now()).await.answer()?;
            insert_attempt(&mut unit, &id, 1, chosen).await?;
        }
        if let Some(key) = key {
            unit.idempotency().complete(caller.user.as_str(), key, &id).await.answer()?;
        }
        let detail = json!({
            "outcome": answer.outcome, "cluster": answer.target, "workload": answer.workload, "dryRun": dry_run,
        });
        let action = if starts { "schedule.start" } else { "schedule.plan" };
        audit::record(&mut unit, caller, action, format!("decision/{id}"), detail).await?;
        unit.commit().await.answer()?;
        drop(turn);
        self.count_attempt(answer.outcome);
        self.announce(Topic::Decisions, None, Some(&id));
        if starts {
            self.dispatch_bell().notify_one();
            answer = self.decision(caller, &id).await?;
        }
        Ok(Started { answer: explained(answer, explain), created: starts, replayed: false })
    }

    /// One look at the fleet, one decision. Whoever starts something holds [`Engine::deciding`].
    pub(super) async fn decide(
        &self,
        caller: &Caller,
        plan: &Plan,
        id: &str,
        not_counting: Option<&str>,
    ) -> Result<(ScheduleAnswer, Option<Placement>), Problem> {
        let now = Timestamp::now();
        let reservations = self.reservations(now, not_counting).await?;
        let fleet = self.mirror().fleet();
        let seed = seed_of(id);
        let context = Context {
            now_ms: now.as_millisecond(),
            seed,
            decision_id: DecisionId::new(id),
            placements: self.placements(plan).await?,
        };
        let begun = Instant::now();
        let mut decision = scheduler::decide(&plan.ask, &plan.profile, &fleet, &reservations, &context);
        let took = begun.elapsed();
        self.observe_decision(took);
        let ranked: Vec<&str> = decision.ranking.iter().map(|ranked| ranked.cluster.as_str()).collect();
        let picked = plan.chain.pick(&ranked).map(str::to_string);
        if decision.placement.as_ref().map(|placement| &placement.name) != picked.as_ref() {
            // The chain's first tier goes before the best of all: ask once more about its cluster alone.
            let narrowed = picked.map(|name| {
                let mut ask = plan.ask.clone();
                ask.clusters = scheduler::ClusterSelection { names: vec![name], selector: None };
                scheduler::decide(&ask, &plan.profile, &fleet, &reservations, &context)
            });
            decision.placement = narrowed.as_ref().and_then(|narrowed| narrowed.placement.clone());
            decision.summary = narrowed.map(|narrowed| narrowed.summary).unwrap_or(decision.summary);
            decision
                .warnings
                .push(("the fallback chain chose, not the highest total", "由回退链选定，而非最高总分").into());
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let chosen = decision.placement.take();
        let answer = told(caller, plan, id, now, decision, chosen.as_ref(), micros);
        Ok((answer, chosen))
    }

    /// Past placements by cluster, for weights that placements converge to.
    async fn placements(&self, plan: &Plan) -> Result<BTreeMap<ClusterId, u64>, Problem> {
        if plan.ask.weight_mode != scheduler::WeightMode::Share {
            return Ok(BTreeMap::new());
        }
        let phases = [Phase::Reserved, Phase::Applying, Phase::Applied, Phase::Progressing, Phase::Available];
        let filter = DecisionFilter {
            phases: phases.iter().map(|phase| phase.as_str().to_string()).collect(),
            ..DecisionFilter::default()
        };
        let mut unit = self.store().read().await.answer()?;
        let page = unit.decisions().list(&filter, &PageRequest::first()).await.answer()?;
        let mut placements = BTreeMap::new();
        for cluster in page.items.into_iter().filter_map(|decision| decision.cluster_id) {
            *placements.entry(ClusterId::new(cluster)).or_default() += 1;
        }
        Ok(placements)
    }

    async fn reservations(&self, now: Timestamp, not_counting: Option<&str>) -> Result<Vec<Reservation>, Problem> {
        let live = self.store().read().await.answer()?.reservations().live(now).await.answer()?;
        live.into_iter()
            .filter(|reservation| not_counting != Some(reservation.decision_id.as_str()))
            .map(|stored| {
                Ok(Reservation {
                    per_replica: resources(&stored.per_replica.read().answer()?),
                    decision: DecisionId::new(stored.decision_id),
                    cluster: ClusterId::new(stored.cluster_id),
                    namespace: stored.namespace.into(),
                    replicas: stored.replicas.into(),
                    expires_at_ms: stored.expires_at.as_millisecond(),
                })
            })
            .collect()
    }
}

/// Amounts by resource name, as the database keeps them.
fn amounts(resources: &Resources) -> BTreeMap<String, i64> {
    resources.iter().map(|(name, amount)| (name.to_string(), amount)).collect()
}

fn resources(amounts: &BTreeMap<String, i64>) -> Resources {
    let mut resources = Resources::default();
    for (name, amount) in amounts {
        resources.set(name, *amount);
    }
    resources
}

/// The same decision asked again breaks ties the same way.
fn seed_of(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) >> 12
}

fn told(
    caller: &Caller,
    plan: &Plan,
    id: &str,
    now: Timestamp,
    decision: Decision,
    chosen: Option<&Placement>,
    micros: u64,
) -> ScheduleAnswer {
    let (warnings, warnings_zh) = decision.warnings.into_iter().map(|text| (text.en, text.zh)).unzip();
    ScheduleAnswer {
        id: id.to_string(),
        outcome: if chosen.is_some() { Outcome::Scheduled } else { Outcome::Unschedulable },
        phase: Phase::Planned,
        target: chosen.map(|chosen| Target { cluster: chosen.name.clone(), namespace: plan.ask.namespace.clone() }),
        summary: decision.summary,
        funnel: decision.funnel,
        ranking: decision.ranking,
        verdicts: decision.verdicts,
        rejected: decision.rejected,
        preflight: Vec::new(),
        attempts: Vec::new(),
        data_age: decision.data_age,
        seed: decision.seed,
        profile_version: decision.profile_version,
        warnings,
        warnings_zh,
        timings: BTreeMap::from([("decideMicros".to_string(), micros)]),
        workload: Workload {
            kind: plan.ask.kind.clone(),
            name: plan.ask.name.clone(),
            namespace: plan.ask.namespace.clone(),
            replicas: plan.ask.replicas,
        },
        created_at: now,
        created_by: caller.name.clone(),
    }
}

/// As much of the explanation as was asked for.
pub(super) fn explained(mut answer: ScheduleAnswer, explain: Explain) -> ScheduleAnswer {
    match explain {
        Explain::Full => {}
        Explain::Summary => answer.verdicts.clear(),
        Explain::None => {
            answer.verdicts.clear();
            answer.rejected.iter_mut().for_each(|rejected| {
                rejected.reasons.retain(|reason| reason.verdict != Verdict::Pass);
                rejected.reasons.truncate(1);
            });
            answer.ranking.iter_mut().for_each(|ranked| ranked.scores.clear());
        }
    }
    answer
}

async fn insert_decision(
    unit: &mut WriteUnit,
    caller: &Caller,
    answer: &ScheduleAnswer,
    plan: &Plan,
    intent: &Intent,
    chosen: Option<&Placement>,
    key: Option<&str>,
) -> Result<(), Problem> {
    let decision = StoredDecision {
        id: answer.id.clone(),
        created_at: answer.created_at,
        updated_at: answer.created_at,
        actor: caller.name.clone(),
        idempotency_key: key.map(str::to_string),
        request: Document::of(&intent.body).answer()?,
        outcome: answer.outcome.as_str().to_string(),
        phase: answer.phase.as_str().to_string(),
        cluster_id: chosen.map(|chosen| chosen.cluster.to_string()),
        cluster_name: chosen.map(|chosen| chosen.name.clone()),
        namespace: Some(plan.ask.namespace.clone()),
        workload: Some(plan.ask.name.clone()),
        answer: Document::of(answer).answer()?,
        seed: answer.seed,
        profile: plan.profile.name.clone(),
        profile_version: u32::try_from(plan.profile.version).unwrap_or(u32::MAX),
    };
    unit.decisions().insert(&decision).await.answer()
}

/// Holds the room until the pods are there, for twice the time an attempt may take.
pub(super) async fn reserve(
    unit: &mut WriteUnit,
    id: &str,
    chosen: &Placement,
    intent: &Intent,
) -> Result<(), Problem> {
    let Chain { attempt_timeout, .. } = intent.chain;
    let reservation = StoredReservation {
        decision_id: id.to_string(),
        cluster_id: chosen.cluster.to_string(),
        namespace: intent.namespace.clone(),
        per_replica: Document::of(&amounts(&chosen.per_replica)).answer()?,
        replicas: u32::try_from(intent.replicas).unwrap_or(u32::MAX),
        expires_at: Timestamp::now() + attempt_timeout * 2,
    };
    unit.reservations().put(&reservation).await.answer()
}

pub(super) async fn insert_attempt(unit: &mut WriteUnit, id: &str, n: u32, chosen: &Placement) -> Result<(), Problem> {
    let now = Timestamp::now();
    let reserved =
        TimelineEntry { time: now, phase: Phase::Reserved, message: format!("room is held on {}", chosen.name) };
    let record = AttemptRecord { timeline: vec![reserved], ..AttemptRecord::default() };
    let attempt = StoredAttempt {
        decision_id: id.to_string(),
        n,
        cluster_id: chosen.cluster.to_string(),
        cluster_name: chosen.name.clone(),
        phase: Phase::Reserved.as_str().to_string(),
        started_at: now,
        ended_at: None,
        error: None,
        created: Document::of(&record).answer()?,
    };
    unit.attempts().insert(&attempt).await.answer()
}
