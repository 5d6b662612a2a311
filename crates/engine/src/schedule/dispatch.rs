//! Carrying decisions out: one supervised task takes the intents in the database and drives each to its
//! end, also after a restart.

use super::intent::Intent;
use crate::{Engine, problem::Answer};
use futures::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use model::wire::problem::Problem;
use std::convert::Infallible;
use std::time::Duration;
use store::repositories::intents::IntentState;
use tokio_util::sync::CancellationToken;

/// Decisions carried out at once.
const AT_ONCE: usize = 32;
/// A look at the database even if nobody rang.
const LOOK: Duration = Duration::from_secs(5);

impl Engine {
    pub(crate) async fn start_dispatcher(&self) -> Result<(), Problem> {
        let mut unit = self.store().begin().await.answer()?;
        // What was under way when the process ended is taken up again.
        unit.intents().requeue_active(Timestamp::now()).await.answer()?;
        unit.idempotency().release_in_flight().await.answer()?;
        unit.commit().await.answer()?;
        let engine = self.clone();
        self.supervisor().spawn("dispatcher", move |stop| {
            let engine = engine.clone();
            async move {
                engine.dispatch(stop).await;
                Ok::<(), Infallible>(())
            }
        });
        Ok(())
    }

    async fn dispatch(&self, stop: CancellationToken) {
        let mut under_way = FuturesUnordered::new();
        loop {
            let free = AT_ONCE.saturating_sub(under_way.len());
            if free > 0 {
                for (id, intent) in self.claim_intents(free).await {
                    under_way.push(self.carry_out(id, intent));
                }
            }
            tokio::select! {
                // What is under way goes on after the next start.
                () = stop.cancelled() => return,
                Some(()) = under_way.next() => {}
                () = self.dispatch_bell().notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn claim_intents(&self, most: usize) -> Vec<(String, Intent)> {
        let claimed = async {
            let mut unit = self.store().begin().await?;
            let most = u32::try_from(most).unwrap_or(u32::MAX);
            let claimed = unit.intents().claim(most, Timestamp::now()).await?;
            unit.commit().await?;
            Ok::<_, store::StoreError>(claimed)
        };
        match claimed.await {
            Ok(claimed) => claimed
                .into_iter()
                .filter_map(|stored| match stored.manifest.read::<Intent>() {
                    Ok(intent) => Some((stored.decision_id, intent)),
                    Err(error) => {
                        tracing::error!(decision = stored.decision_id, %error, "an intent cannot be read");
                        None
                    }
                })
                .collect(),
            Err(error) => {
                tracing::warn!(%error, "intents cannot be read now");
                Vec::new()
            }
        }
    }

    async fn carry_out(&self, id: String, intent: Intent) {
        if let Err(problem) = self.see_through(&id, &intent).await {
            tracing::error!(decision = id, detail = problem.detail, "a decision cannot be carried out now");
            // Back to the others that wait; the next look takes it up again.
            let requeued = async {
                let mut unit = self.store().begin().await?;
                unit.intents().set_state(&id, IntentState::Pending, Timestamp::now()).await?;
                unit.commit().await
            };
            tokio::time::sleep(LOOK).await;
            if let Err(error) = requeued.await {
                tracing::error!(decision = id, %error, "an intent waits for the next start");
            }
        }
    }
}
