//! The health probe.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HeaderValue};
use http::{Response, StatusCode};
use runtime::body::collect;
use runtime::egress::TargetForbidden;
use tokio::time::Instant;

use crate::client::{Body, CallError, ClusterClient, Unreachable, carrier, get};
use crate::listwatch::Carrier;

/// A health answer is read up to this size, so that its connection can be used again.
const MAX_BODY: usize = 64 * 1024;
/// A reason names at most this many failing checks.
const MAX_CHECKS: usize = 5;
/// Stands for an answer beyond [`MAX_BODY`], of which nothing else is kept.
const ENDLESS: &[u8] = b"\0";
/// What is said of a good status around an answer that no API server gives.
const NOT_AN_API_SERVER: &str = "its health answer is not an API server's";

/// How a cluster answered a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// It is ready. Also where the credential may not ask, but the server answers otherwise.
    Ready,
    /// It answers, but says that it is not ready.
    Degraded {
        /// The HTTP status.
        status: u16,
        /// The checks that fail, by name, or what the status means.
        reason: String,
    },
    /// It refuses the credential.
    AuthFailed,
    /// Its certificate is not trusted; the text says why. Nothing was sent.
    Untrusted(String),
    /// The policy refuses its address. Nothing was sent.
    Forbidden(TargetForbidden),
    /// It does not answer.
    Unreachable(NoAnswer),
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoAnswer {
    /// There was no connection.
    Connect(Unreachable),
    /// Nothing came in time.
    Timeout,
    /// The connection broke.
    Broken,
}

impl NoAnswer {
    /// The stable word for metrics and reasons.
    pub fn code(self) -> &'static str {
        match self {
            Self::Connect(kind) => kind.code(),
            Self::Timeout => "timeout",
            Self::Broken => "broken",
        }
    }
}

/// One probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    /// How the cluster answered.
    pub outcome: ProbeOutcome,
    /// Time from the question to the verdict.
    pub latency: Duration,
    /// The connection that carried the answer, to be held against those of open watches (`Carrier::proves`).
    pub carrier: Option<Carrier>,
}

impl ClusterClient {
    /// Asks `/readyz`, and `/version` where the credential may not ask that, within `deadline` altogether.
    pub async fn probe(&self, deadline: Duration) -> ProbeReport {
        let started = Instant::now();
        let until = started + deadline;
        let (outcome, carrier) = match self.ask_ready(until).await {
            Ok((outcome, carrier)) => (outcome, Some(carrier)),
            Err(error) => (of_failure(error), None),
        };
        ProbeReport { outcome, latency: started.elapsed(), carrier }
    }

    async fn ask_ready(&self, until: Instant) -> Result<(ProbeOutcome, Carrier), CallError> {
        let (status, body, carrier) = self.ask("/readyz", until).await?;
        // Not allowed to ask, or a server that doesn't know the question: any answer to another one will do.
        if matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
            let (status, body, carrier) = self.ask("/version", until).await?;
            let outcome = match status {
                StatusCode::FORBIDDEN => ProbeOutcome::Ready,
                status => of_answer(status, &body, is_version),
            };
            return Ok((outcome, carrier));
        }
        Ok((of_answer(status, &body, is_ok), carrier))
    }

    async fn ask(&self, path: &str, until: Instant) -> Result<(StatusCode, Bytes, Carrier), CallError> {
        let mut request = get(path)?;
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let answer: Response<Body> = self.send_until(request, until).await?;
        let (status, carrier) = (answer.status(), carrier(&answer));
        let body = match collect(answer.into_body(), MAX_BODY, until).await.map_err(CallError::from) {
            // What goes on for ever is not what was asked for.
            Err(CallError::TooLarge { .. }) => Bytes::from_static(ENDLESS),
            read => read?,
        };
        Ok((status, body, carrier))
    }
}

fn of_answer(status: StatusCode, body: &[u8], is_right: fn(&[u8]) -> bool) -> ProbeOutcome {
    match status {
        status if status.is_success() && is_right(body) => ProbeOutcome::Ready,
        status if status.is_success() => {
            ProbeOutcome::Degraded { status: status.as_u16(), reason: NOT_AN_API_SERVER.to_owned() }
        }
        StatusCode::UNAUTHORIZED => ProbeOutcome::AuthFailed,
        status => ProbeOutcome::Degraded { status: status.as_u16(), reason: reason(status, body) },
    }
}

/// An API server says `ok`; one behind a gateway that drops bodies says nothing.
fn is_ok(body: &[u8]) -> bool {
    let said = body.trim_ascii();
    said.is_empty() || said == b"ok"
}

fn is_version(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body).is_ok_and(|version| version.is_object())
}

/// The API server lists its checks as `[+]name ok` and `[-]name failed: reason withheld`.
fn reason(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let failing: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("[-]")?.split_whitespace().next())
        .filter(|name| name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/.".contains(&b)))
        .take(MAX_CHECKS)
        .collect();
    match failing.is_empty() {
        false => format!("failing checks: {}", failing.join(", ")),
        true => status.canonical_reason().unwrap_or("unknown status").to_owned(),
    }
}

fn of_failure(error: CallError) -> ProbeOutcome {
    match error {
        CallError::Forbidden(forbidden) => ProbeOutcome::Forbidden(forbidden),
        CallError::Untrusted(reason) => ProbeOutcome::Untrusted(reason),
        CallError::Unreachable(kind) => ProbeOutcome::Unreachable(NoAnswer::Connect(kind)),
        CallError::Timeout => ProbeOutcome::Unreachable(NoAnswer::Timeout),
        _ => ProbeOutcome::Unreachable(NoAnswer::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_status_counts_only_around_the_right_words() {
        let ready = |body: &[u8], is_right| of_answer(StatusCode::OK, body, is_right) == ProbeOutcome::Ready;
        for (body, right) in
            [(&b"ok"[..], true), (b"ok\n", true), (b"", true), (b"not ok", false), (b"<html>", false), (ENDLESS, false)]
        {
            assert_eq!(ready(body, is_ok), right, "{body:?}");
        }
        for (body, right) in [(&br#"{"gitVersion":"v1.37.2"}"#[..], true), (b"[]", false), (b"ok", false), (b"", false)]
        {
            assert_eq!(ready(body, is_version), right, "{body:?}");
        }
    }

    #[test]
    fn a_reason_names_the_failing_checks_and_nothing_else() {
        let body = b"[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/rbac/bootstrap-roles failed\nreadyz check failed\n";
        let said = reason(StatusCode::INTERNAL_SERVER_ERROR, body);
        assert_eq!(said, "failing checks: etcd, poststarthook/rbac/bootstrap-roles");
        for body in [&b"<script>"[..], b"[-]<script> failed", b"[-]", b"", b"\xff\xfe"] {
            assert_eq!(reason(StatusCode::SERVICE_UNAVAILABLE, body), "Service Unavailable");
        }
    }
}
