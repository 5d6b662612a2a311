//! Browser sessions: a random cookie, stored as its hash, with an idle and an absolute end.

use crate::config::EngineConfig;
use crate::scope::caller_of;
use crate::{Engine, problem::Answer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use model::access::{Caller, Via};
use model::wire::problem::Problem;
use secrets::{Secret, digest_token};
use store::repositories::sessions::Session;
use store::repositories::users::User;
use store::{Digest, StoreError};

/// Writing down that a session lives costs a transaction, so it is done at most this often.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

pub(super) fn digest(cookie: &Secret) -> Digest {
    Digest::from(digest_token(cookie))
}

/// 256 random bits as text that fits cookies and headers.
pub(super) fn random_text(prefix: &str) -> Result<Secret, Problem> {
    let bytes = Secret::random::<32>().map_err(|error| {
        tracing::error!(%error, "the operating system gives no random bytes");
        Problem::internal()
    })?;
    Ok(Secret::from_string(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes.expose()))))
}

pub(super) fn make(
    config: &EngineConfig,
    user: &User,
    ip: Option<String>,
    user_agent: Option<String>,
    now: Timestamp,
) -> Result<(Secret, Session), Problem> {
    let cookie = random_text("")?;
    let absolute = now + config.session_absolute;
    let session = Session {
        id_hash: digest(&cookie),
        user_id: user.id.clone(),
        created_at: now,
        last_seen_at: now,
        idle_expires_at: (now + config.session_idle).min(absolute),
        absolute_expires_at: absolute,
        user_agent: user_agent.map(|text| text.chars().take(200).collect()),
        ip,
    };
    Ok((cookie, session))
}

impl Engine {
    /// Who holds this cookie, if the session still lives and the user may still sign in.
    ///
    /// # Errors
    /// 503 and others of the database; a dead session is `None`.
    pub async fn caller_by_session(&self, cookie: &Secret) -> Result<Option<Caller>, Problem> {
        let now = Timestamp::now();
        let id = digest(cookie);
        let (session, user) = {
            let mut unit = self.store().read().await.answer()?;
            let session = match unit.sessions().live(&id, now).await {
                Ok(session) => session,
                Err(StoreError::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(error).answer(),
            };
            let user = unit.users().get(&session.user_id).await.answer()?;
            (session, user)
        };
        if user.disabled {
            return Ok(None);
        }
        if now.duration_since(session.last_seen_at) > TOUCH_EVERY {
            self.touch_session(&session, now).await?;
        }
        Ok(Some(caller_of(&user, Via::Session)))
    }

    async fn touch_session(&self, session: &Session, now: Timestamp) -> Result<(), Problem> {
        let idle = (now + self.config().session_idle).min(session.absolute_expires_at);
        let mut unit = self.store().begin().await.answer()?;
        match unit.sessions().touch(&session.id_hash, now, idle).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => unit.commit().await.answer(),
            Err(error) => Err(error).answer(),
        }
    }
}
