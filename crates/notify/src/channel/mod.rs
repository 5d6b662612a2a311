//! Kinds of channels: how each wants a message, and how it says that it took it.

mod dingtalk;
mod webhook;
mod wecom;

use crate::notice::Notice;
use crate::sender::{BROKEN, Failure, REFUSED};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use model::wire::alerting::{ChannelKind, Language};
use runtime::http::Reply;
use secrets::Secret;
use std::time::Duration;

/// Where a channel sends to.
pub struct Target {
    /// The channel's name.
    pub name: String,
    /// How the receiver wants messages.
    pub kind: ChannelKind,
    /// The address, which holds a token.
    pub url: Secret,
    /// What messages are signed with.
    pub secret: Option<Secret>,
    /// The language of messages.
    pub language: Language,
}

/// One message: an alert, or several as a digest.
pub(crate) struct Message<'a> {
    /// Stable over retries.
    pub id: &'a str,
    pub notices: &'a [Notice],
    pub public_url: &'a str,
}

/// A message as it goes out.
pub(crate) struct Prepared {
    pub url: Secret,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Puts a message into the form that the channel wants.
pub(crate) fn prepare(target: &Target, message: &Message<'_>, now: Timestamp) -> Result<Prepared, Failure> {
    match target.kind {
        ChannelKind::Dingtalk => dingtalk::prepare(target, message, now),
        ChannelKind::Wecom => wecom::prepare(target, message),
        ChannelKind::Webhook => webhook::prepare(target, message),
    }
}

/// What the receiver's answer means.
pub(crate) fn verdict(kind: ChannelKind, reply: &Reply) -> Result<(), Failure> {
    if !reply.status.is_success() {
        return Err(refused(reply));
    }
    match kind {
        ChannelKind::Dingtalk => dingtalk::verdict(&reply.body),
        ChannelKind::Wecom => wecom::verdict(&reply.body),
        ChannelKind::Webhook => Ok(()),
    }
}

fn refused(reply: &Reply) -> Failure {
    let status = reply.status.as_u16();
    let seconds = reply.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let wait = seconds.map(Duration::from_secs);
    let (word, suspect_after) = match status {
        429 => ("rate_limited", None),
        300..=399 => ("redirected", Some(REFUSED)),
        400..=499 => ("refused_request", Some(REFUSED)),
        _ => ("receiver_error", Some(BROKEN)),
    };
    Failure { word, note: Some(format!("HTTP {status}")), wait, suspect_after }
}

/// The answer of the robots that say `{"errcode":0}` inside HTTP 200.
fn errcode(body: &[u8]) -> Result<i64, Failure> {
    #[derive(serde::Deserialize)]
    struct Answer {
        errcode: i64,
    }
    // What else is in the body stays there: it may echo the request.
    serde_json::from_slice::<Answer>(body).map(|answer| answer.errcode).map_err(|_| Failure {
        word: "bad_answer",
        note: None,
        wait: None,
        suspect_after: Some(REFUSED),
    })
}

fn robot_verdict(body: &[u8], flow_control: &[i64], wait: Duration) -> Result<(), Failure> {
    let code = errcode(body)?;
    let limited = flow_control.contains(&code);
    match code {
        0 => Ok(()),
        code => Err(Failure {
            word: if limited { "rate_limited" } else { "receiver_error" },
            note: Some(format!("errcode {code}")),
            wait: limited.then_some(wait),
            suspect_after: Some(REFUSED),
        }),
    }
}

fn json_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(USER_AGENT, HeaderValue::from_static("Pilothouse"));
    headers
}

fn json_body(value: &serde_json::Value) -> Bytes {
    Bytes::from(value.to_string())
}

#[cfg(test)]
pub(crate) mod fixtures {
    use super::*;
    use model::wire::alerting::{AlertState, Severity};

    pub fn notice(state: AlertState) -> Notice {
        let label = |name: &str, value: &str| (name.to_string(), value.to_string());
        Notice {
            alert: "0198-1".into(),
            rule: "NodeReadyLow".into(),
            fingerprint: "1a9aa10787727292".into(),
            state,
            severity: Severity::Critical,
            cluster: "sh".into(),
            labels: [label("alertname", "NodeReadyLow"), label("cluster", "sh"), label("severity", "critical")].into(),
            annotations: [
                label("summary", "Too few nodes of sh are ready"),
                label("summary_zh", "集群 sh 就绪节点过少"),
                label("description", "40% of its nodes are ready."),
                label("description_zh", "仅有 40% 的节点就绪。"),
            ]
            .into(),
            starts_at: Timestamp::from_second(1_800_000_000).unwrap(),
            ends_at: (state == AlertState::Resolved).then(|| Timestamp::from_second(1_800_000_600).unwrap()),
        }
    }

    pub fn target(kind: ChannelKind, url: &str, secret: Option<&str>, language: Language) -> Target {
        let secret = secret.map(|text| Secret::from_string(text.into()));
        Target { name: "ops".into(), kind, url: Secret::from_string(url.into()), secret, language }
    }

    pub fn message(notices: &[Notice]) -> Message<'_> {
        Message { id: "d1", notices, public_url: "https://ph.example.com" }
    }
}
