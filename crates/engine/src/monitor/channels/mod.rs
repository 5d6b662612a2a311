//! Channels: where alerts go.

mod input;
mod sealing;
mod test;

pub use input::{ChannelUpdate, NewChannel};

use super::wire::{self, ChannelSettings};
use crate::authorize::authorize;
use crate::{Engine, Topic, audit, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller};
use model::wire::alerting::Channel;
use model::wire::list::Items;
use model::wire::problem::{FieldError, Problem};
pub(super) use sealing::Address;
use serde_json::json;
use store::Document;
use store::repositories::channels as stored;

impl Engine {
    /// Every channel, by name. Addresses and secrets are never told.
    pub async fn channels(&self, caller: &Caller) -> Result<Items<Channel>, Problem> {
        authorize(caller, Action::Read)?;
        let rows = self.store().read().await.answer()?.channels().all().await.answer()?;
        Ok(Items::all(rows.into_iter().map(wire::channel).collect::<Result<_, _>>()?))
    }

    /// # Errors
    /// 409 `name_taken`; 422 naming the fields, `kind_unsupported` and `target_forbidden` among the codes.
    pub async fn create_channel(&self, caller: &Caller, new: NewChannel) -> Result<Channel, Problem> {
        authorize(caller, Action::ManageAlerting)?;
        let kind = new.check(self.policy())?;
        let now = millisecond(Timestamp::now());
        let address = Address { url: new.url, secret: new.secret.filter(|secret| !secret.is_empty()) };
        let (sealed_url, sealed_secret) = address.seal(self.keyring(), &new.name, now)?;
        let settings =
            ChannelSettings { matchers: new.matchers, send_resolved: new.send_resolved, language: new.language };
        let row = stored::Channel {
            name: new.name,
            kind: kind.as_str().to_string(),
            sealed_url,
            sealed_secret,
            settings: Document::of(&settings).answer()?,
            enabled: new.enabled,
            created_at: now,
            updated_at: now,
        };
        let mut unit = self.store().begin().await.answer()?;
        unit.channels().insert(&row).await.answer()?;
        audit::record(&mut unit, caller, "channel.create", object(&row.name), detail(&row, &settings)).await?;
        unit.commit().await.answer()?;
        self.announce(Topic::Alerts, None, None);
        wire::channel(row)
    }

    /// Replaces a channel. An address or secret that is not given stays; an empty secret takes it away.
    ///
    /// # Errors
    /// 404; 422 naming the fields, `secret_required` where a new address comes without the secret that
    /// the old one had.
    pub async fn put_channel(&self, caller: &Caller, name: &str, update: ChannelUpdate) -> Result<Channel, Problem> {
        authorize(caller, Action::ManageAlerting)?;
        let kind = update.check(name, self.policy())?;
        let mut unit = self.store().begin().await.answer()?;
        let row = unit.channels().get(name).await.answer()?;
        // Opened only where something of it must be sealed anew.
        let (sealed_url, sealed_secret) = if update.url.is_none() && update.secret.is_none() {
            (row.sealed_url.clone(), row.sealed_secret.clone())
        } else {
            self.changed_address(&row, update.url, update.secret)?.seal(self.keyring(), name, row.created_at)?
        };
        let settings = ChannelSettings {
            matchers: update.matchers,
            send_resolved: update.send_resolved,
            language: update.language,
        };
        let changed = stored::Channel {
            kind: kind.as_str().to_string(),
            settings: Document::of(&settings).answer()?,
            enabled: update.enabled,
            updated_at: Timestamp::now(),
            sealed_url,
            sealed_secret,
            ..row.clone()
        };
        unit.channels().update(&changed).await.answer()?;
        let mut detail = detail(&changed, &settings);
        detail["urlChanged"] = json!(changed.sealed_url != row.sealed_url);
        audit::record(&mut unit, caller, "channel.update", object(name), detail).await?;
        unit.commit().await.answer()?;
        self.announce(Topic::Alerts, None, None);
        wire::channel(changed)
    }

    /// Deletes a channel; what was still to be delivered to it is given up.
    ///
    /// # Errors
    /// 404.
    pub async fn delete_channel(&self, caller: &Caller, name: &str) -> Result<(), Problem> {
        authorize(caller, Action::ManageAlerting)?;
        let mut unit = self.store().begin().await.answer()?;
        unit.channels().delete(name, Timestamp::now()).await.answer()?;
        audit::record(&mut unit, caller, "channel.delete", object(name), json!({})).await?;
        unit.commit().await.answer()?;
        self.announce(Topic::Alerts, None, None);
        Ok(())
    }

    fn changed_address(
        &self,
        row: &stored::Channel,
        url: Option<secrets::Secret>,
        secret: Option<secrets::Secret>,
    ) -> Result<Address, Problem> {
        let old = Address::open(self.keyring(), row);
        let had_secret = row.sealed_secret.is_some();
        let moved = match (&url, &old) {
            (Some(url), Ok(old)) => !url.equals(old.url.expose()),
            // What does not open cannot be compared.
            (Some(_), Err(_)) => true,
            (None, _) => false,
        };
        if moved && had_secret && secret.is_none() {
            let message = "another address needs the secret given anew";
            return Err(Problem::invalid(vec![FieldError::new("secret", "secret_required", message)]));
        }
        match (url, old) {
            (Some(url), old) => {
                let kept = || old.ok().and_then(|old| old.secret);
                Ok(Address { url, secret: secret.or_else(kept).filter(|secret| !secret.is_empty()) })
            }
            (None, Ok(old)) => Ok(Address { url: old.url, secret: secret.filter(|secret| !secret.is_empty()) }),
            (None, Err(problem)) => Err(problem),
        }
    }
}

fn object(name: &str) -> String {
    format!("channel/{name}")
}

fn detail(row: &stored::Channel, settings: &ChannelSettings) -> serde_json::Value {
    json!({
        "kind": row.kind, "enabled": row.enabled, "matchers": settings.matchers, "language": settings.language,
        "sendResolved": settings.send_resolved, "secret": row.sealed_secret.is_some(),
    })
}

/// As the store keeps it: what is sealed is bound to it.
fn millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
