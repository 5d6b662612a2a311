//! Sending one message, and what came of it.

use crate::channel::{Message, Target, prepare, verdict};
use crate::notice::Notice;
use http::Method;
use jiff::Timestamp;
use runtime::egress::{TargetKind, TargetPolicy};
use runtime::http::{GuardedClient, HttpError, Outgoing, TlsSetupError, Trust};
use std::sync::Arc;
use std::time::Duration;

/// Enough for any receiver's answer.
const MAX_ANSWER: usize = 4096;

/// For answers that say that the request is at fault.
pub(crate) const REFUSED: u32 = 5;
/// For answers that say that the receiver is at fault: more than fit into a quarter of an hour.
pub(crate) const BROKEN: u32 = 20;

/// Why a message was not taken. Holds neither an address nor text of the receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A stable word: `refused`, `timeout`, `rate_limited`, `receiver_error`…
    pub word: &'static str,
    /// The number the receiver gave: `HTTP 500`, `errcode 310000`.
    pub note: Option<String>,
    /// How long the receiver wants to be left alone.
    pub wait: Option<Duration>,
    /// After this many failures of its own the message is suspected, rather than the receiver.
    pub suspect_after: Option<u32>,
}

impl Failure {
    pub(crate) fn unsendable() -> Failure {
        Failure { word: "invalid", note: None, wait: None, suspect_after: Some(REFUSED) }
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        Failure { word: error.code(), note: None, wait: None, suspect_after: None }
    }
}

/// Sends messages through the guarded client. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    client: GuardedClient,
    public_url: Arc<str>,
    deadline: Duration,
}

impl Sender {
    /// A sender whose messages link to `public_url` and that waits `deadline` for each answer.
    ///
    /// # Errors
    /// [`TlsSetupError`].
    pub fn new(policy: Arc<TargetPolicy>, public_url: &str, deadline: Duration) -> Result<Sender, TlsSetupError> {
        let client = GuardedClient::new(policy, TargetKind::Channel, Trust::WebRoots)?;
        Ok(Sender { client, public_url: Arc::from(public_url), deadline })
    }

    /// Sends one message: a notice, or several as a digest. Retries use the same `id`.
    ///
    /// # Errors
    /// [`Failure`]; the receiver may have taken the message all the same where it did not answer.
    pub async fn send(&self, target: &Target, id: &str, notices: &[Notice]) -> Result<(), Failure> {
        let message = Message { id, notices, public_url: &self.public_url };
        let prepared = prepare(target, &message, Timestamp::now())?;
        let request = Outgoing {
            method: Method::POST,
            url: prepared.url.expose_str().ok_or_else(Failure::unsendable)?,
            headers: prepared.headers,
            body: prepared.body,
            deadline: self.deadline,
            max_body: MAX_ANSWER,
        };
        verdict(target.kind, &self.client.call(request).await?)
    }
}
