//! `Idempotency-Key`: the same key gives the same decision, and two at once never make two.

use super::body::ScheduleRequest;
use super::decide::Started;
use crate::authorize::authorize;
use crate::{Engine, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::wire::problem::Problem;
use model::wire::schedule::DryRun;
use sha2::{Digest as _, Sha256};
use store::Digest;
use store::repositories::idempotency::Claim;

impl Engine {
    /// Places a workload, or only says where it would go.
    ///
    /// # Errors
    /// 403; 422 as [`ScheduleRequest::parse`] and for unknown names; 422 `idempotency_mismatch` for a key
    /// that was used with another body; 409 `idempotency_in_flight` while the first answer is being made.
    pub async fn schedule(
        &self,
        caller: &Caller,
        request: ScheduleRequest,
        dry_run: DryRun,
        key: Option<String>,
    ) -> Result<Started, Problem> {
        authorize(caller, if dry_run == DryRun::None { Action::Schedule } else { Action::Plan })?;
        if matches!(dry_run, DryRun::Preflight | DryRun::Server) {
            let message = "this version decides (`plan`) and does (`none`); `preflight` and `server` are not there yet";
            return Err(Problem::new(422, "dry_run_unsupported", message));
        }
        let Some(key) = key else {
            return self.place(caller, request, dry_run, None).await;
        };
        let scope = caller.user.as_str();
        match self.claim(scope, &key, &hash(&request, dry_run)).await? {
            Claim::New => {
                let placed = self.place(caller, request, dry_run, Some(&key)).await;
                if placed.is_err() {
                    self.release(scope, &key).await;
                }
                placed
            }
            Claim::Done { decision_id } => {
                let answer = self.decision(caller, &decision_id).await?;
                Ok(Started { answer, created: false, replayed: true })
            }
            Claim::InFlight => Err(Problem {
                retry_after: Some(1),
                ..Problem::conflict("idempotency_in_flight", "The first request with this key is still being answered.")
            }),
            Claim::Mismatch => {
                Err(Problem::new(422, "idempotency_mismatch", "This Idempotency-Key was used with another request."))
            }
        }
    }

    async fn claim(&self, scope: &str, key: &str, hash: &Digest) -> Result<Claim, Problem> {
        let mut unit = self.store().begin().await.answer()?;
        let claim = unit.idempotency().claim(scope, key, hash, Timestamp::now()).await.answer()?;
        unit.commit().await.answer()?;
        Ok(claim)
    }

    /// A request that was refused may come again under its key.
    async fn release(&self, scope: &str, key: &str) {
        let released = async {
            let mut unit = self.store().begin().await?;
            unit.idempotency().release(scope, key).await?;
            unit.commit().await
        };
        if let Err(error) = released.await {
            tracing::warn!(%error, "an idempotency key stays claimed until the next start");
        }
    }
}

/// Of what was asked, not of how it was written: the same request in JSON and YAML is the same.
fn hash(request: &ScheduleRequest, dry_run: DryRun) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(serde_json::to_vec(&request.body).unwrap_or_default());
    hasher.update(serde_json::to_vec(&request.objects).unwrap_or_default());
    hasher.update(serde_json::to_vec(&dry_run).unwrap_or_default());
    Digest::from(<[u8; 32]>::from(hasher.finalize()))
}
