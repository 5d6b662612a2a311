//! Trying a channel.

use crate::authorize::authorize;
use crate::monitor::outbox::target_of;
use crate::{Engine, audit, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::wire::alerting::ChannelTest;
use model::wire::problem::Problem;
use notify::Notice;
use serde_json::json;

impl Engine {
    /// Sends a test message at once, past the outbox, and tells what the receiver said. Also where it is switched off.
    ///
    /// # Errors
    /// 404; 409 `channel_invalid` where its address cannot be opened. A receiver that refuses is an answer.
    pub async fn test_channel(&self, caller: &Caller, name: &str) -> Result<ChannelTest, Problem> {
        authorize(caller, Action::ManageAlerting)?;
        let row = self.store().read().await.answer()?.channels().get(name).await.answer()?;
        let target = target_of(self, &row).map_err(|error| Problem::conflict("channel_invalid", error.0))?;
        let id = uuid::Uuid::now_v7().to_string();
        let sent = self.sender()?.send(&target, &id, &[Notice::test(Timestamp::now())]).await;
        let test = match sent {
            Ok(()) => ChannelTest { delivered: true, result: "ok".into(), message: "The receiver took it.".into() },
            Err(failure) => ChannelTest {
                delivered: false,
                result: failure.word.into(),
                message: match failure.note {
                    Some(note) => format!("Not delivered: {} ({note}).", failure.word),
                    None => format!("Not delivered: {}.", failure.word),
                },
            },
        };
        let mut unit = self.store().begin().await.answer()?;
        let detail = json!({ "result": test.result });
        audit::record(&mut unit, caller, "channel.test", super::object(name), detail).await?;
        unit.commit().await.answer()?;
        Ok(test)
    }
}
