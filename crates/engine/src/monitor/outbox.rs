//! The notifications' outbox over the database.

use super::channels::Address;
use super::wire::ChannelSettings;
use crate::Engine;
use async_trait::async_trait;
use jiff::Timestamp;
use model::wire::alerting::ChannelKind;
use notify::{Claimed, Outbox, OutboxError, Settled, Settlement, Target};
use store::StoreError;
use store::repositories::channels::Channel;
use store::repositories::deliveries::AttemptResult;

pub(super) struct StoredOutbox {
    engine: Engine,
}

impl StoredOutbox {
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

/// A channel's address, opened.
pub(super) fn target_of(engine: &Engine, row: &Channel) -> Result<Target, OutboxError> {
    let settings: ChannelSettings = row.settings.read().map_err(failed)?;
    let kind = ChannelKind::parse(&row.kind).ok_or_else(|| OutboxError("an unknown kind of channel".into()))?;
    let address = Address::open(engine.keyring(), row).map_err(|problem| OutboxError(problem.detail))?;
    let language = settings.language;
    Ok(Target { name: row.name.clone(), kind, url: address.url, secret: address.secret, language })
}

fn failed(error: StoreError) -> OutboxError {
    OutboxError(error.to_string())
}

#[async_trait]
impl Outbox for StoredOutbox {
    async fn recover(&self) -> Result<(), OutboxError> {
        let mut unit = self.engine.store().begin().await.map_err(failed)?;
        // No other process delivers: whatever is claimed was claimed by one that is gone.
        unit.deliveries().requeue_claimed(Timestamp::MAX).await.map_err(failed)?;
        unit.commit().await.map_err(failed)
    }

    async fn waiting(&self, now: Timestamp) -> Result<Vec<String>, OutboxError> {
        let mut unit = self.engine.store().read().await.map_err(failed)?;
        let mut waiting = Vec::new();
        for channel in unit.channels().all().await.map_err(failed)?.into_iter().filter(|channel| channel.enabled) {
            let due = unit.deliveries().next_due(Some(&channel.name)).await.map_err(failed)?;
            if due.is_some_and(|due| due <= now) {
                waiting.push(channel.name);
            }
        }
        Ok(waiting)
    }

    async fn target(&self, channel: &str) -> Result<Option<Target>, OutboxError> {
        let mut unit = self.engine.store().read().await.map_err(failed)?;
        match unit.channels().get(channel).await {
            Ok(row) if row.enabled => target_of(&self.engine, &row).map(Some),
            Ok(_) | Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn claim(&self, channel: &str, limit: u32, now: Timestamp) -> Result<Vec<Claimed>, OutboxError> {
        let mut unit = self.engine.store().begin().await.map_err(failed)?;
        let rows = unit.deliveries().claim_due(Some(channel), limit, now).await.map_err(failed)?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            match row.payload.read() {
                Ok(notice) => claimed.push(Claimed {
                    id: row.id,
                    notice,
                    attempts: row.attempts,
                    due_at: row.next_attempt_at,
                    created_at: row.created_at,
                }),
                Err(error) => {
                    tracing::error!(delivery = row.id, %error, "a notification cannot be read");
                    let dead = AttemptResult::Dead { error_class: "unreadable", response: None };
                    unit.deliveries().attempted(&row.id, &dead, now).await.map_err(failed)?;
                }
            }
        }
        unit.commit().await.map_err(failed)?;
        Ok(claimed)
    }

    async fn settle(&self, settled: &[Settled], now: Timestamp) -> Result<(), OutboxError> {
        let mut unit = self.engine.store().begin().await.map_err(failed)?;
        for one in settled {
            let result = match &one.settlement {
                Settlement::Delivered => AttemptResult::Delivered { response: None },
                Settlement::Retry { at, word, note } => {
                    AttemptResult::Retry { at: *at, error_class: word, response: note.as_deref() }
                }
                Settlement::Dead { word, note } => AttemptResult::Dead { error_class: word, response: note.as_deref() },
            };
            match unit.deliveries().attempted(&one.id, &result, now).await {
                // Its channel was deleted meanwhile, which gave it up.
                Ok(()) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        unit.commit().await.map_err(failed)
    }
}
