//! Placement decisions: what was asked, what was answered, and where it stands.

use jiff::Timestamp;

use super::{found, repository};
use crate::{
    Document, Page, PageRequest, ReadWrite, StoreError,
    dialect::Db,
    page::contains_pattern,
    value::{Bits, Millis, millis},
};

const LIST: &str = "decisions";

/// A placement decision.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Decision {
    /// Immutable id, a UUID of version 7, by which decisions are ordered.
    pub id: String,
    /// When it was made.
    #[sqlx(try_from = "Millis")]
    pub created_at: Timestamp,
    /// When it last moved.
    #[sqlx(try_from = "Millis")]
    pub updated_at: Timestamp,
    /// Who asked.
    pub actor: String,
    /// The caller's key, if one was given.
    pub idempotency_key: Option<String>,
    /// The normalised request.
    pub request: Document,
    /// Outcome, as the public contract spells it.
    pub outcome: String,
    /// Phase, as the public contract spells it.
    pub phase: String,
    /// The chosen cluster.
    pub cluster_id: Option<String>,
    /// Its name at that time.
    pub cluster_name: Option<String>,
    /// The namespace placed into.
    pub namespace: Option<String>,
    /// The workload's name.
    pub workload: Option<String>,
    /// Every verdict and score, and the age of the data behind them.
    pub answer: Document,
    /// Seed of the selection.
    #[sqlx(try_from = "Bits")]
    pub seed: u64,
    /// The profile used.
    pub profile: String,
    /// Its version.
    pub profile_version: u32,
}

/// What changes as a decision is carried out.
#[derive(Clone, Debug)]
pub struct DecisionProgress<'a> {
    /// Outcome now.
    pub outcome: &'a str,
    /// Phase now.
    pub phase: &'a str,
    /// Chosen cluster now: id and name.
    pub cluster: Option<(&'a str, &'a str)>,
    /// The answer, if it changed.
    pub answer: Option<&'a Document>,
}

/// Which decisions to list.
#[derive(Clone, Debug, Default)]
pub struct DecisionFilter {
    /// With this outcome.
    pub outcome: Option<String>,
    /// In one of these phases; none stands for all.
    pub phases: Vec<String>,
    /// Placed on the cluster of this name.
    pub cluster: Option<String>,
    /// Asked by.
    pub actor: Option<String>,
    /// Whose workload or namespace holds this text.
    pub text: Option<String>,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
}

repository! {
    /// Placement decisions.
    Decisions
}

impl<M> Decisions<'_, M> {
    /// A decision by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get(self, id: &str) -> Result<Decision, StoreError> {
        sqlx::query_as("SELECT * FROM decisions WHERE id = $1")
            .bind(id)
            .fetch_optional(self.conn)
            .await?
            .ok_or(StoreError::NotFound { what: "decision" })
    }

    /// Decisions, newest first.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a cursor of another list.
    pub async fn list(self, filter: &DecisionFilter, page: &PageRequest) -> Result<Page<Decision>, StoreError> {
        let mut query = sqlx::QueryBuilder::<Db>::new("SELECT * FROM decisions WHERE 1 = 1");
        for (column, wanted) in [
            (" AND outcome = ", &filter.outcome),
            (" AND cluster_name = ", &filter.cluster),
            (" AND actor = ", &filter.actor),
        ] {
            if let Some(wanted) = wanted {
                query.push(column).push_bind(wanted);
            }
        }
        if !filter.phases.is_empty() {
            query.push(" AND phase IN (");
            let mut phases = query.separated(", ");
            for phase in &filter.phases {
                phases.push_bind(phase);
            }
            query.push(")");
        }
        if let Some(text) = &filter.text {
            let pattern = contains_pattern(text);
            query.push(" AND (lower(workload) LIKE ").push_bind(pattern.clone());
            query.push(r" ESCAPE '\' OR lower(namespace) LIKE ").push_bind(pattern);
            query.push(r" ESCAPE '\')");
        }
        if let Some(from) = millis(filter.from) {
            query.push(" AND created_at >= ").push_bind(from);
        }
        if let Some(to) = millis(filter.to) {
            query.push(" AND created_at < ").push_bind(to);
        }
        if let Some(after) = page.after(LIST)? {
            query.push(" AND id < ").push_bind(after);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(page.fetch());
        let rows = query.build_query_as().fetch_all(self.conn).await?;
        Ok(Page::of(rows, page, LIST, |decision: &Decision| decision.id.clone()))
    }
}

impl Decisions<'_, ReadWrite> {
    /// Adds a decision.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id exists; [`StoreError::Invalid`] for an outcome or phase
    /// that is not of the contract.
    pub async fn insert(self, decision: &Decision) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO decisions (id, created_at, updated_at, actor, idempotency_key, request,
                                    outcome, phase, cluster_id, cluster_name, namespace, workload,
                                    answer, seed, profile, profile_version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(&decision.id)
        .bind(Millis::from(decision.created_at))
        .bind(Millis::from(decision.updated_at))
        .bind(&decision.actor)
        .bind(&decision.idempotency_key)
        .bind(&decision.request)
        .bind(&decision.outcome)
        .bind(&decision.phase)
        .bind(&decision.cluster_id)
        .bind(&decision.cluster_name)
        .bind(&decision.namespace)
        .bind(&decision.workload)
        .bind(&decision.answer)
        .bind(Bits::from(decision.seed))
        .bind(&decision.profile)
        .bind(i64::from(decision.profile_version))
        .execute(self.conn)
        .await?;
        Ok(())
    }

    /// Notes how far a decision has come.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Invalid`] as when adding.
    pub async fn advance(self, id: &str, progress: &DecisionProgress<'_>, now: Timestamp) -> Result<(), StoreError> {
        let outcome = sqlx::query(
            "UPDATE decisions
             SET outcome = $2, phase = $3, cluster_id = $4, cluster_name = $5,
                 answer = coalesce($6, answer), updated_at = $7
             WHERE id = $1",
        )
        .bind(id)
        .bind(progress.outcome)
        .bind(progress.phase)
        .bind(progress.cluster.map(|(id, _)| id))
        .bind(progress.cluster.map(|(_, name)| name))
        .bind(progress.answer)
        .bind(Millis::from(now))
        .execute(self.conn)
        .await?;
        found(&outcome, "decision")
    }
}
