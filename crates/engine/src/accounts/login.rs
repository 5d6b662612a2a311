//! Signing in.

use super::sessions;
use crate::Engine;
use crate::audit;
use crate::problem::Answer;
use crate::scope::caller_of;
use jiff::{SignedDuration, Timestamp};
use model::access::{Caller, Via};
use model::wire::problem::Problem;
use secrets::Secret;
use serde_json::json;
use store::StoreError;
use store::repositories::users::User;

/// Somebody at the door.
pub struct LoginAttempt {
    pub username: String,
    pub password: Secret,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// A session just begun. The cookie's value is known here and to the browser only.
pub struct NewSession {
    pub cookie: Secret,
    pub caller: Caller,
}

/// Wrong passwords that cost nothing; each further one doubles the wait.
const FREE_TRIES: u32 = 5;
const LONGEST_WAIT_SECONDS: i64 = 900;

impl Engine {
    /// Begins a session.
    ///
    /// # Errors
    /// 401 `bad_credentials`, the same for an unknown name, a wrong password and a disabled user;
    /// 429 while the account waits after wrong passwords.
    pub async fn login(&self, attempt: LoginAttempt) -> Result<NewSession, Problem> {
        let user = self.claim_try(&attempt.username).await?;
        let hash = user.as_ref().filter(|user| !user.disabled).and_then(|user| user.password_hash.clone());
        let right = self.hasher().verify(attempt.password, hash).await?;
        match user {
            Some(user) if right => self.begin_session(&user, attempt.ip, attempt.user_agent).await,
            user => self.refuse_login(user, &attempt.username, attempt.ip).await,
        }
    }

    /// Ends the session of this cookie; ending none is fine.
    pub async fn logout(&self, caller: &Caller, cookie: &Secret) -> Result<(), Problem> {
        let mut unit = self.store().begin().await.answer()?;
        match unit.sessions().delete(&sessions::digest(cookie)).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error).answer(),
        }
        audit::record(&mut unit, caller, "session.delete", format!("user/{}", caller.name), json!({})).await?;
        unit.commit().await.answer()
    }

    /// Counts a try as failed before its password is looked at, so that many at once are not all looked at.
    ///
    /// # Errors
    /// 429 while the account waits.
    async fn claim_try(&self, name: &str) -> Result<Option<User>, Problem> {
        let now = Timestamp::now();
        let mut unit = self.store().begin().await.answer()?;
        let user = match unit.users().by_name(name).await {
            Ok(user) => user,
            Err(StoreError::NotFound { .. }) => {
                return self.strangers().claim_try(name, now).map(|()| None).map_err(|left| too_many(seconds(left)));
            }
            Err(error) => return Err(error).answer(),
        };
        if let Some(wait) = wait(&user, now) {
            return Err(too_many(wait));
        }
        let after = SignedDuration::from_secs(wait_after(user.failed_logins + 1));
        unit.users().login_failed(&user.id, now + after).await.answer()?;
        unit.commit().await.answer()?;
        Ok(Some(user))
    }

    pub(super) async fn begin_session(
        &self,
        user: &User,
        ip: Option<String>,
        user_agent: Option<String>,
    ) -> Result<NewSession, Problem> {
        let now = Timestamp::now();
        let caller = caller_of(user, Via::Session);
        let (cookie, session) = sessions::make(self.config(), user, ip.clone(), user_agent, now)?;
        let mut unit = self.store().begin().await.answer()?;
        unit.users().login_succeeded(&user.id, now).await.answer()?;
        unit.sessions().insert(&session).await.answer()?;
        audit::record(&mut unit, &caller, "session.create", format!("user/{}", user.name), json!({ "ip": ip })).await?;
        unit.commit().await.answer()?;
        Ok(NewSession { cookie, caller })
    }

    async fn refuse_login(&self, user: Option<User>, typed: &str, ip: Option<String>) -> Result<NewSession, Problem> {
        let mut unit = self.store().begin().await.answer()?;
        // What was typed for an unknown user may be a password in the wrong field.
        let object = match &user {
            Some(user) => format!("user/{}", user.name),
            None => "user/unknown".to_string(),
        };
        let detail = json!({ "ip": ip, "length": typed.len() });
        audit::record_outcome(&mut unit, "anonymous", "session.create", object, "bad_credentials", detail).await?;
        unit.commit().await.answer()?;
        Err(Problem::new(401, "bad_credentials", "The name or the password is wrong."))
    }
}

pub(super) fn wait_after(failures: u32) -> i64 {
    match failures.checked_sub(FREE_TRIES) {
        None | Some(0) => 0,
        Some(over) => 2i64.saturating_pow(over.min(20)).min(LONGEST_WAIT_SECONDS),
    }
}

fn wait(user: &User, now: Timestamp) -> Option<u64> {
    let left = user.retry_at?.duration_since(now);
    left.is_positive().then(|| seconds(left))
}

fn seconds(left: SignedDuration) -> u64 {
    left.as_secs().unsigned_abs() + 1
}

fn too_many(seconds: u64) -> Problem {
    let mut problem = Problem::new(
        429,
        "too_many_attempts",
        format!("Too many wrong passwords for this account; try again in {seconds} s."),
    );
    problem.retry_after = Some(seconds);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_after_five_free_tries_up_to_a_quarter_of_an_hour() {
        let waits: Vec<_> = [1, 5, 6, 7, 8, 15, 16, 40].into_iter().map(wait_after).collect();
        assert_eq!(waits, [0, 0, 2, 4, 8, 900, 900, 900]);
    }
}
