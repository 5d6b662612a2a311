//! API tokens: `ph_` and 256 random bits, stored as their hash, never worth more than their owner.

use super::{name, sessions};
use crate::authorize::authorize;
use crate::scope::caller_of;
use crate::{Engine, audit, problem::Answer};
use jiff::{SignedDuration, Timestamp};
use model::access::{Action, Caller, Via};
use model::wire::account::Token;
use model::wire::list::Items;
use model::wire::problem::{FieldError, Problem};
use secrets::Secret;
use serde::Deserialize;
use serde_json::json;
use store::{PageRequest, StoreError};

const PREFIX: &str = "ph_";
const DEFAULT_DAYS: u32 = 90;
const MOST_DAYS: u32 = 366;
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// A token asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// For another user; only admins may.
    #[serde(default)]
    pub user: Option<String>,
    /// 1..=366; 90 where nothing is said.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

impl Engine {
    /// Who holds this token, with the owner's present rights.
    pub async fn caller_by_token(&self, token: &Secret) -> Result<Option<Caller>, Problem> {
        if !token.expose().starts_with(PREFIX.as_bytes()) {
            return Ok(None);
        }
        let now = Timestamp::now();
        let (token, user) = {
            let mut unit = self.store().read().await.answer()?;
            let token = match unit.tokens().live(&sessions::digest(token), now).await {
                Ok(token) => token,
                Err(StoreError::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(error).answer(),
            };
            let user = unit.users().get(&token.user_id).await.answer()?;
            (token, user)
        };
        if user.disabled {
            return Ok(None);
        }
        if token.last_used_at.is_none_or(|at| now.duration_since(at) > TOUCH_EVERY) {
            let mut unit = self.store().begin().await.answer()?;
            unit.tokens().used(&token.id, now).await.answer()?;
            unit.commit().await.answer()?;
        }
        Ok(Some(caller_of(&user, Via::Token { id: token.id })))
    }

    /// The caller's own tokens; for an admin everyone's.
    pub async fn tokens(&self, caller: &Caller) -> Result<Items<Token>, Problem> {
        authorize(caller, Action::OwnAccount)?;
        let own = (!caller.may(Action::ManageUsers)).then(|| caller.user.as_str());
        let mut unit = self.store().read().await.answer()?;
        let page = unit.tokens().list(own, &PageRequest::first()).await.answer()?;
        let mut items = Vec::with_capacity(page.items.len());
        for token in page.items {
            let owner = unit.users().get(&token.user_id).await.answer()?;
            items.push(wire(&token, &owner.name));
        }
        Ok(Items::all(items))
    }

    /// Makes a token. The second part is the token itself, told this once.
    ///
    /// # Errors
    /// 403 for another user's token unless admin; 422 naming the field.
    pub async fn create_token(&self, caller: &Caller, new: NewToken) -> Result<(Token, Secret), Problem> {
        authorize(caller, Action::OwnAccount)?;
        name::check("name", &new.name).map_err(|field| Problem::invalid(vec![field]))?;
        let days = new.expires_in_days.unwrap_or(DEFAULT_DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            let message = format!("a token lives 1 to {MOST_DAYS} days");
            return Err(Problem::invalid(vec![FieldError::new("expiresInDays", "bad_expiry", message)]));
        }
        let owner_name = new.user.as_deref().unwrap_or(&caller.name);
        if owner_name != caller.name {
            authorize(caller, Action::ManageUsers)?;
        }
        let secret = sessions::random_text(PREFIX)?;
        let now = Timestamp::now();
        let mut unit = self.store().begin().await.answer()?;
        let owner = unit.users().by_name(owner_name).await.answer()?;
        let token = store::repositories::tokens::Token {
            id: uuid::Uuid::now_v7().to_string(),
            user_id: owner.id.clone(),
            label: new.name,
            secret_hash: sessions::digest(&secret),
            created_at: now,
            expires_at: Some(now + SignedDuration::from_hours(24 * i64::from(days))),
            last_used_at: None,
        };
        unit.tokens().insert(&token).await.answer()?;
        let detail = json!({ "name": token.label, "user": owner.name, "days": days });
        audit::record(&mut unit, caller, "token.create", format!("token/{}", token.id), detail).await?;
        unit.commit().await.answer()?;
        Ok((wire(&token, &owner.name), secret))
    }

    /// # Errors
    /// 404 for a token that is not there, or is another user's unless admin.
    pub async fn delete_token(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        authorize(caller, Action::OwnAccount)?;
        let mut unit = self.store().begin().await.answer()?;
        let token = unit.tokens().get(id).await.answer()?;
        if token.user_id != caller.user.as_str() && !caller.may(Action::ManageUsers) {
            return Err(Problem::not_found("token"));
        }
        unit.tokens().delete(id).await.answer()?;
        audit::record(&mut unit, caller, "token.delete", format!("token/{id}"), json!({ "name": token.label })).await?;
        unit.commit().await.answer()
    }
}

fn wire(token: &store::repositories::tokens::Token, owner: &str) -> Token {
    Token {
        id: token.id.clone(),
        user: owner.to_string(),
        name: token.label.clone(),
        created_at: token.created_at,
        expires_at: token.expires_at.unwrap_or(Timestamp::MAX),
        last_used_at: token.last_used_at,
    }
}
