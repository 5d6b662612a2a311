//! From a request to what the scheduler is asked, with everything that can be wrong told by field.

use super::body::{RequestBody, ScheduleRequest, ScorerMode, WeightMode};
use super::intent::{Chain, duration};
use super::objects;
use crate::{Engine, problem::Answer};
use model::access::Caller;
use model::wire::problem::{FieldError, Problem};
use scheduler::{Ask, AskError, AskOptions, Exclusion, Profile, ProfileError};
use std::collections::{BTreeMap, BTreeSet};
use store::StoreError;

const DEFAULT_PROFILE: &str = "default";
const MAX_STALENESS_MS: u128 = 60_000;

/// A request that can be decided.
pub(super) struct Plan {
    pub ask: Ask,
    pub profile: Profile,
    pub chain: Chain,
}

impl Engine {
    /// # Errors
    /// 422 naming an unknown cluster, profile or scorer, a workload that cannot be placed, or the field
    /// that breaks a rule.
    pub(super) async fn plan(
        &self,
        caller: &Caller,
        request: &ScheduleRequest,
        tried: &BTreeMap<String, Exclusion>,
    ) -> Result<Plan, Problem> {
        let body = &request.body;
        let chain = Chain::of(body.fallback.as_ref())?;
        self.check_clusters(caller, body, &chain)?;
        let namespace = objects::namespace(body.namespace.as_deref(), &request.objects)?;
        let options = AskOptions {
            name: body.name.clone(),
            namespace: Some(namespace),
            create_namespace: body.create_namespace,
            clusters: selection(body),
            tolerations: body.tolerations.clone(),
            weights: body.weights.clone(),
            weight_mode: match body.weight_mode {
                WeightMode::Score => scheduler::WeightMode::Score,
                WeightMode::Share => scheduler::WeightMode::Share,
            },
            max_staleness_ms: max_staleness(body)?,
            excluded: self.excluded(caller, tried),
        };
        let ask = Ask::from_objects(&request.objects, options).map_err(ask_problem)?;
        let profile = self.profile(body).await?;
        Ok(Plan { ask, profile, chain })
    }

    fn check_clusters(&self, caller: &Caller, body: &RequestBody, chain: &Chain) -> Result<(), Problem> {
        let known: BTreeSet<String> = self.visible(caller).iter().map(|member| member.row.name.clone()).collect();
        let selected = body.clusters.iter().flat_map(|clusters| &clusters.names).map(|name| ("clusters.names", name));
        let weighed = body.weights.keys().map(|name| ("weights", name));
        let chained = chain.tiers.iter().flatten().map(|name| ("fallback.chain", name));
        let unknown: Vec<FieldError> = selected
            .chain(weighed)
            .chain(chained)
            .filter(|(_, name)| !known.contains(*name))
            .map(|(path, name)| FieldError::new(path, "unknown_cluster", format!("there is no cluster `{name}`")))
            .collect();
        if let Some(selector) = body.clusters.as_ref().and_then(|clusters| clusters.selector.as_ref()) {
            selector.validate().map_err(|error| {
                Problem::invalid(vec![FieldError::new("clusters.selector", "bad_selector", error.to_string())])
            })?;
        }
        if unknown.is_empty() { Ok(()) } else { Err(Problem::invalid(unknown)) }
    }

    /// Clusters that must not be taken: tried before in this chain, or outside the caller's scope.
    fn excluded(&self, caller: &Caller, tried: &BTreeMap<String, Exclusion>) -> BTreeMap<String, Exclusion> {
        let mut excluded = tried.clone();
        for member in self.members().all() {
            if !caller.scope.sees_cluster(&member.id) {
                excluded.insert(member.row.name.clone(), Exclusion::OutsideScope);
            }
        }
        excluded
    }

    async fn profile(&self, body: &RequestBody) -> Result<Profile, Problem> {
        let name = body.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
        let stored = self.store().read().await.answer()?.profiles().latest(name).await;
        let profile = match stored {
            Ok(stored) => {
                let profile: Profile = stored.body.read().answer()?;
                Profile { name: stored.name, version: stored.version.into(), ..profile }
            }
            Err(StoreError::NotFound { .. }) if name == DEFAULT_PROFILE => Profile::default(),
            Err(StoreError::NotFound { .. }) => {
                let message = format!("there is no profile `{name}`");
                return Err(Problem::invalid(vec![FieldError::new("profile", "unknown_profile", message)]));
            }
            Err(error) => return Err(error).answer(),
        };
        let Some(scorers) = &body.scorers else { return Ok(profile) };
        let mode = match scorers.mode {
            ScorerMode::Additive => scheduler::ScorerMode::Additive,
            ScorerMode::Exact => scheduler::ScorerMode::Exact,
        };
        let weights = weights(&scorers.weights)?;
        profile.with_scorers(mode, &weights).map_err(profile_problem)
    }
}

fn selection(body: &RequestBody) -> scheduler::ClusterSelection {
    let clusters = body.clusters.clone().unwrap_or_default();
    scheduler::ClusterSelection { names: clusters.names, selector: clusters.selector }
}

fn weights(asked: &BTreeMap<String, i64>) -> Result<BTreeMap<String, u32>, Problem> {
    asked
        .iter()
        .map(|(scorer, weight)| {
            let weight = u32::try_from(*weight).map_err(|_| {
                let path = format!("scorers.weights.{scorer}");
                Problem::invalid(vec![FieldError::new(path, "bad_weight", "a weight goes from 0 to 100")])
            })?;
            Ok((scorer.clone(), weight))
        })
        .collect()
}

fn max_staleness(body: &RequestBody) -> Result<Option<i64>, Problem> {
    let Some(text) = &body.max_staleness else { return Ok(None) };
    let wrong = || {
        let message = "a duration of at most 60s, as in 10s";
        Problem::invalid(vec![FieldError::new("maxStaleness", "bad_duration", message)])
    };
    let asked = duration(text).ok_or_else(wrong)?;
    if asked.as_millis() > MAX_STALENESS_MS {
        return Err(wrong());
    }
    Ok(i64::try_from(asked.as_millis()).ok())
}

fn ask_problem(error: AskError) -> Problem {
    let text = error.to_string();
    // The path is told beside the message; the error's own text begins with it too.
    let message = text.strip_prefix(error.path()).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&text);
    Problem::invalid(vec![FieldError::new(error.path(), error.code(), message)])
}

fn profile_problem(error: ProfileError) -> Problem {
    let (path, code) = match &error {
        ProfileError::UnknownScorer(_) => ("scorers.weights".to_string(), "unknown_scorer"),
        ProfileError::UnknownFilter(_) => ("profile".to_string(), "unknown_filter"),
        ProfileError::Weight { scorer, .. } => (format!("scorers.weights.{scorer}"), "bad_weight"),
        ProfileError::Staleness => ("profile".to_string(), "bad_staleness"),
    };
    Problem::invalid(vec![FieldError::new(path, code, error.to_string())])
}
