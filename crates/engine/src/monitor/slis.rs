//! Measured service levels over time.

use super::query::SliQuery;
use crate::authorize::authorize;
use crate::{Engine, problem::Answer};
use jiff::{SignedDuration, Timestamp};
use model::access::{Action, Caller};
use model::ids::ClusterId;
use model::wire::alerting::{Sli, SliPoint, SliSeries};
use model::wire::list::Items;
use model::wire::problem::{FieldError, Problem};
use store::repositories::clusters::Cluster;
use store::repositories::slis::SampleRange;

/// How far back a query looks that does not say.
const DEFAULT_RANGE: SignedDuration = SignedDuration::from_hours(1);
/// Points of a series whose step is not said.
const DEFAULT_POINTS: i64 = 240;
/// No step is shorter than the time between two kept measurements.
const LEAST_STEP_MS: i64 = 15_000;

impl Engine {
    /// Every SLI of every cluster in scope, or of one.
    ///
    /// # Errors
    /// 404 for the cluster; 400 for a bad range or step.
    pub async fn slis(&self, caller: &Caller, query: SliQuery) -> Result<Items<SliSeries>, Problem> {
        authorize(caller, Action::Read)?;
        let mut unit = self.store().read().await.answer()?;
        let clusters = match &query.cluster {
            Some(name) => vec![unit.clusters().by_name(name).await.answer()?],
            None => unit.clusters().all().await.answer()?,
        };
        let seen = |cluster: &Cluster| caller.scope.sees_cluster(&ClusterId::new(cluster.id.as_str()));
        let clusters: Vec<Cluster> = clusters.into_iter().filter(seen).collect();
        if clusters.is_empty() && query.cluster.is_some() {
            return Err(Problem::not_found("cluster"));
        }
        let range = range(&query, Timestamp::now())?;
        let mut items = Vec::new();
        for cluster in clusters {
            let range = SampleRange { cluster_id: Some(cluster.id), ..range.clone() };
            let points = unit.slis().range(&range).await.answer()?;
            items.extend(Sli::ALL.into_iter().map(|sli| {
                SliSeries {
                    cluster: cluster.name.clone(),
                    sli,
                    unit: sli.unit().to_string(),
                    points: points
                        .iter()
                        .filter(|point| point.sli == sli.key())
                        .map(|point| SliPoint { time: point.at, value: point.mean })
                        .collect(),
                }
            }));
        }
        Ok(Items::all(items))
    }
}

fn range(query: &SliQuery, now: Timestamp) -> Result<SampleRange, Problem> {
    let to = query.to.unwrap_or(now);
    let from = match query.from {
        Some(from) => from,
        None => to.checked_sub(DEFAULT_RANGE).map_err(|_| bad("to", "is too early"))?,
    };
    let step = match &query.step {
        Some(text) => {
            let step = alerting::duration::parse(text).map_err(|error| bad("step", &error.to_string()))?;
            SignedDuration::try_from(step).map_err(|_| bad("step", "is too long"))?
        }
        None => {
            let even = to.as_millisecond().saturating_sub(from.as_millisecond()) / DEFAULT_POINTS;
            SignedDuration::from_millis(even.max(LEAST_STEP_MS))
        }
    };
    Ok(SampleRange { cluster_id: None, sli: None, from, to, step })
}

fn bad(path: &str, rule: &str) -> Problem {
    Problem::malformed("bad_range", format!("{path}: {rule}")).with_field(FieldError::new(path, "bad_range", rule))
}
