//! DingTalk's group robot. Errors come inside HTTP 200.

use super::{Message, Prepared, Target, json_body, json_headers, robot_verdict};
use crate::sender::Failure;
use crate::text::{Words, cut, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrets::{MacKey, Secret};
use serde_json::json;
use std::time::Duration;

/// DingTalk takes 20 000 bytes a message.
const MAX_TEXT: usize = 18_000;
/// Too many messages: this one and all others are blocked for a while.
const FLOW_CONTROL: [i64; 3] = [130_101, 410_100, 90_018];
const BLOCKED_FOR: Duration = Duration::from_secs(600);

pub(super) fn prepare(target: &Target, message: &Message<'_>, now: Timestamp) -> Result<Prepared, Failure> {
    let words = Words { language: target.language, public_url: message.public_url };
    let title = words.title(message.notices);
    let link = words.link(message.notices);
    let text = match message.notices {
        [one] => {
            let mut text = format!("### [{}] {}", words.state(one), words.summary(one));
            for (name, value) in words.facts(one) {
                text.push_str(&format!("\n- **{name}**: {value}"));
            }
            format!("{}\n\n{link}", cut(&text, MAX_TEXT - link.len() - 2))
        }
        many => digest(&words, &format!("### {title}"), many, &format!("\n\n{link}"), MAX_TEXT),
    };
    let body = json!({ "msgtype": "markdown", "markdown": { "title": cut(&title, 200), "text": text } });
    let url = match &target.secret {
        None => target.url.duplicate(),
        Some(secret) => signed_url(&target.url, secret, now.as_millisecond())?,
    };
    Ok(Prepared { url, headers: json_headers(), body: json_body(&body) })
}

fn signed_url(url: &Secret, secret: &Secret, millis: i64) -> Result<Secret, Failure> {
    let (Some(url), Some(text)) = (url.expose_str(), secret.expose_str()) else {
        return Err(Failure::unsendable());
    };
    let separator = if url.contains('?') { '&' } else { '?' };
    let sign = percent_encode(&sign(text, millis));
    Ok(Secret::from_string(format!("{url}{separator}timestamp={millis}&sign={sign}")))
}

fn sign(secret: &str, millis: i64) -> String {
    let key = MacKey::from_secret(&Secret::from_string(secret.to_string()));
    STANDARD.encode(key.sign(format!("{millis}\n{secret}").as_bytes()))
}

/// The characters of base64 that a query would read otherwise.
fn percent_encode(base64: &str) -> String {
    base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

pub(super) fn verdict(body: &[u8]) -> Result<(), Failure> {
    robot_verdict(body, &FLOW_CONTROL, BLOCKED_FOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixtures::{message, notice, target};
    use model::wire::alerting::{AlertState, ChannelKind, Language};

    #[test]
    fn the_signature_is_dingtalks() {
        let url = Secret::from_string("https://oapi.dingtalk.com/robot/send?access_token=T".into());
        let secret = Secret::from_string("SECtest123456".into());
        let signed = signed_url(&url, &secret, 1_577_808_000_000).ok().unwrap();
        let expected = "https://oapi.dingtalk.com/robot/send?access_token=T&timestamp=1577808000000\
                        &sign=5M9U1mEqAxDplpYSTvS6o0SjubWLdET3cWlrTTl2sYY%3D";
        assert_eq!(signed.expose_str(), Some(expected));
    }

    #[test]
    fn a_message_is_markdown_in_the_channels_language() {
        let table = [
            (
                AlertState::Firing,
                Language::En,
                "[FIRING] NodeReadyLow: sh",
                "### [FIRING] Too few nodes of sh are ready\n- **Cluster**: sh",
            ),
            (
                AlertState::Resolved,
                Language::Zh,
                "[已恢复] NodeReadyLow: sh",
                "### [已恢复] 集群 sh 就绪节点过少\n- **集群**: sh",
            ),
        ];
        for (state, language, title, text) in table {
            let notices = [notice(state)];
            let target = target(ChannelKind::Dingtalk, "https://a/?access_token=T", None, language);
            let prepared = prepare(&target, &message(&notices), Timestamp::UNIX_EPOCH).ok().unwrap();
            assert_eq!(prepared.url.expose_str(), Some("https://a/?access_token=T"));
            let body: serde_json::Value = serde_json::from_slice(&prepared.body).unwrap();
            assert_eq!(body["msgtype"], "markdown");
            assert_eq!(body["markdown"]["title"], title);
            let sent = body["markdown"]["text"].as_str().unwrap();
            assert!(sent.starts_with(text), "{sent}");
            assert!(sent.ends_with("(https://ph.example.com/alerts?cluster=sh)"), "{sent}");
        }
    }

    #[test]
    fn the_body_decides() {
        let of = |body: &str| verdict(body.as_bytes()).map_err(|failure| (failure.word, failure.note));
        assert_eq!(of(r#"{"errcode":0,"errmsg":"ok"}"#), Ok(()));
        let refused = of(r#"{"errcode":310000,"errmsg":"sign not match access_token=canary"}"#);
        assert_eq!(refused, Err(("receiver_error", Some("errcode 310000".into()))));
        let limited = verdict(br#"{"errcode":130101,"errmsg":"send too fast"}"#).unwrap_err();
        assert_eq!((limited.word, limited.wait), ("rate_limited", Some(BLOCKED_FOR)));
        for body in ["", "ok", "{}", "<html>canary"] {
            assert_eq!(of(body), Err(("bad_answer", None)), "{body}");
        }
    }
}
