//! The first account: a single-use link that `serve` prints on an empty data directory.

use super::login::NewSession;
use super::{name, sessions, users};
use crate::{Engine, audit, problem::Answer};
use jiff::{SignedDuration, Timestamp};
use model::access::{Caller, Role};
use model::wire::problem::Problem;
use secrets::Secret;
use serde_json::json;
use store::repositories::setup_tokens::Redeemed;

const LINK_LIVES: SignedDuration = SignedDuration::from_mins(30);

/// Whether somebody still has to make the first account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetupState {
    pub needed: bool,
}

impl Engine {
    pub async fn setup_state(&self) -> Result<SetupState, Problem> {
        let users = self.store().read().await.answer()?.users().count().await.answer()?;
        Ok(SetupState { needed: users == 0 })
    }

    /// A new set-up token; older unused ones are worthless from now on. None once there is a user.
    pub async fn setup_token(&self) -> Result<Option<Secret>, Problem> {
        if !self.setup_state().await?.needed {
            return Ok(None);
        }
        let token = sessions::random_text("")?;
        let now = Timestamp::now();
        let mut unit = self.store().begin().await.answer()?;
        unit.setup_tokens().replace(&sessions::digest(&token), now, now + LINK_LIVES).await.answer()?;
        unit.commit().await.answer()?;
        Ok(Some(token))
    }

    /// Makes the first admin and signs in.
    ///
    /// # Errors
    /// 410 `setup_done` or `setup_expired`, 404 for a token that is none, 422 naming the field. The
    /// token is used up only when the account is made.
    pub async fn complete_setup(&self, token: &Secret, name: &str, password: Secret) -> Result<NewSession, Problem> {
        if !self.setup_state().await?.needed {
            return Err(Problem::new(410, "setup_done", "Pilothouse is set up already; sign in instead."));
        }
        name::check("name", name).map_err(|field| Problem::invalid(vec![field]))?;
        let hash = self.hasher().hash("password", password, name).await?;
        let mut unit = self.store().begin().await.answer()?;
        match unit.setup_tokens().redeem(&sessions::digest(token), Timestamp::now()).await.answer()? {
            Redeemed::Accepted => {}
            Redeemed::AlreadyUsed => return Err(Problem::new(410, "setup_done", "This link was used already.")),
            Redeemed::Expired => {
                let detail = "This link has expired; restart the server for a new one.";
                return Err(Problem::new(410, "setup_expired", detail));
            }
            Redeemed::Unknown => return Err(Problem::not_found("set-up link")),
        }
        if unit.users().count().await.answer()? > 0 {
            return Err(Problem::new(410, "setup_done", "Pilothouse is set up already; sign in instead."));
        }
        users::insert(&mut unit, name, Role::Admin, &hash).await?;
        let user = unit.users().by_name(name).await.answer()?;
        audit::record(&mut unit, &Caller::system(), "setup.complete", format!("user/{name}"), json!({})).await?;
        unit.commit().await.answer()?;
        self.begin_session(&user, None, None).await
    }
}
