//! A plain webhook: Alertmanager's version 4 body (its `notify/webhook/webhook.go`), signed.

use super::{Message, Prepared, Target, json_body, json_headers};
use crate::notice::Notice;
use crate::sender::Failure;
use crate::text::link;
use http::{HeaderName, HeaderValue};
use secrets::MacKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SIGNATURE: HeaderName = HeaderName::from_static("x-pilothouse-signature");
const DELIVERY: HeaderName = HeaderName::from_static("x-pilothouse-delivery");
/// Alertmanager's time for an alert that is not over.
const NOT_OVER: &str = "0001-01-01T00:00:00Z";

pub(super) fn prepare(target: &Target, message: &Message<'_>) -> Result<Prepared, Failure> {
    let body = json_body(&payload(target, message));
    let mut headers = json_headers();
    headers.insert(DELIVERY, HeaderValue::from_str(message.id).map_err(|_| Failure::unsendable())?);
    if let Some(secret) = &target.secret {
        let hex: String = MacKey::from_secret(secret).sign(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        let value = HeaderValue::from_str(&format!("sha256={hex}")).map_err(|_| Failure::unsendable())?;
        headers.insert(SIGNATURE, value);
    }
    Ok(Prepared { url: target.url.duplicate(), headers, body })
}

fn payload(target: &Target, message: &Message<'_>) -> Value {
    let notices = message.notices;
    let group: BTreeMap<&str, &str> = match notices {
        [one] => [("alertname", one.rule.as_str())].into(),
        _ => BTreeMap::new(),
    };
    let group_key = match notices {
        [one] => format!("{{}}:{{alertname=\"{}\"}}", one.rule),
        _ => "{}:{}".to_string(),
    };
    json!({
        "version": "4",
        "groupKey": group_key,
        "truncatedAlerts": 0,
        "status": status(notices.iter().any(Notice::is_firing)),
        "receiver": target.name,
        "groupLabels": group,
        "commonLabels": common(notices.iter().map(|notice| &notice.labels)),
        "commonAnnotations": common(notices.iter().map(|notice| &notice.annotations)),
        "externalURL": message.public_url,
        "alerts": notices.iter().map(|notice| alert(notice, message.public_url)).collect::<Vec<_>>(),
    })
}

fn alert(notice: &Notice, public_url: &str) -> Value {
    json!({
        "status": status(notice.is_firing()),
        "labels": notice.labels,
        "annotations": notice.annotations,
        "startsAt": notice.starts_at.to_string(),
        "endsAt": notice.ends_at.map_or_else(|| NOT_OVER.to_string(), |at| at.to_string()),
        "generatorURL": link(public_url, std::slice::from_ref(notice)),
        "fingerprint": notice.fingerprint,
    })
}

fn status(firing: bool) -> &'static str {
    if firing { "firing" } else { "resolved" }
}

/// What every one of them has alike.
fn common<'m>(mut maps: impl Iterator<Item = &'m BTreeMap<String, String>>) -> BTreeMap<String, String> {
    let mut common = maps.next().cloned().unwrap_or_default();
    for map in maps {
        common.retain(|name, value| map.get(name) == Some(value));
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixtures::{message, notice, target};
    use model::wire::alerting::{AlertState, ChannelKind, Language};

    #[test]
    fn the_body_is_alertmanagers_and_is_signed() {
        let target = target(ChannelKind::Webhook, "https://a/hook", Some("key"), Language::En);
        let mut other = notice(AlertState::Resolved);
        other.labels.insert("cluster".into(), "bj".into());
        let notices = [notice(AlertState::Firing), other];
        let prepared = prepare(&target, &message(&notices)).ok().unwrap();
        let body: Value = serde_json::from_slice(&prepared.body).unwrap();
        assert_eq!(body["version"], "4");
        assert_eq!(body["status"], "firing");
        assert_eq!(body["receiver"], "ops");
        assert_eq!(body["commonLabels"], json!({"alertname": "NodeReadyLow", "severity": "critical"}));
        assert_eq!(body["alerts"][0]["startsAt"], "2027-01-15T08:00:00Z");
        assert_eq!(body["alerts"][0]["endsAt"], NOT_OVER);
        assert_eq!(body["alerts"][1]["endsAt"], "2027-01-15T08:10:00Z");
        assert_eq!(body["alerts"][1]["status"], "resolved");
        assert_eq!(body["alerts"][0]["fingerprint"], "1a9aa10787727292");
        assert_eq!(prepared.headers[DELIVERY], "d1");
        let signature = prepared.headers[SIGNATURE].to_str().unwrap().strip_prefix("sha256=").unwrap();
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&signature[2 * at..2 * at + 2], 16).unwrap()).collect();
        let key = MacKey::from_secret(target.secret.as_ref().unwrap());
        assert!(key.verify(&prepared.body, &bytes), "the receiver can check the body as it came");
    }

    #[test]
    fn without_a_secret_nothing_is_signed() {
        let target = target(ChannelKind::Webhook, "https://a/hook", None, Language::En);
        let notices = [notice(AlertState::Resolved)];
        let prepared = prepare(&target, &message(&notices)).ok().unwrap();
        assert!(!prepared.headers.contains_key(SIGNATURE));
        let body: Value = serde_json::from_slice(&prepared.body).unwrap();
        assert_eq!(
            (&body["status"], &body["groupLabels"]),
            (&json!("resolved"), &json!({"alertname": "NodeReadyLow"}))
        );
    }
}
