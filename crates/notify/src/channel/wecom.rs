//! WeCom's group robot. The key in its address is the whole credential; errors come inside HTTP 200.

use super::{Message, Prepared, Target, json_body, json_headers, robot_verdict};
use crate::sender::Failure;
use crate::text::{Words, cut, digest};
use serde_json::json;
use std::time::Duration;

/// Of Markdown, in bytes of UTF-8.
const MAX_CONTENT: usize = 4096;
const FLOW_CONTROL: [i64; 2] = [45_009, 45_033];
const WAIT: Duration = Duration::from_secs(60);

pub(super) fn prepare(target: &Target, message: &Message<'_>) -> Result<Prepared, Failure> {
    let words = Words { language: target.language, public_url: message.public_url };
    let link = words.link(message.notices);
    let content = match message.notices {
        [one] => {
            let colour = if one.is_firing() { "warning" } else { "info" };
            let mut text = format!("<font color=\"{colour}\">[{}]</font> {}", words.state(one), words.summary(one));
            let room = MAX_CONTENT - link.len() - 1;
            for (name, value) in words.facts(one) {
                let open = format!("\n>{name}: <font color=\"comment\">");
                // A colour that is not closed would swallow the link.
                let left = room.saturating_sub(text.len() + open.len() + "</font>".len());
                if left >= 8 {
                    text.push_str(&format!("{open}{}</font>", cut(&value, left)));
                }
            }
            format!("{}\n{link}", cut(&text, room))
        }
        many => digest(&words, &words.title(many), many, &format!("\n{link}"), MAX_CONTENT),
    };
    let body = json!({ "msgtype": "markdown", "markdown": { "content": content } });
    Ok(Prepared { url: target.url.duplicate(), headers: json_headers(), body: json_body(&body) })
}

pub(super) fn verdict(body: &[u8]) -> Result<(), Failure> {
    robot_verdict(body, &FLOW_CONTROL, WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixtures::{message, notice, target};
    use crate::notice::Notice;
    use model::wire::alerting::{AlertState, ChannelKind, Language};

    fn content(notices: &[Notice], language: Language) -> String {
        let target = target(ChannelKind::Wecom, "https://a/?key=K", None, language);
        let prepared = prepare(&target, &message(notices)).ok().unwrap();
        let body: serde_json::Value = serde_json::from_slice(&prepared.body).unwrap();
        body["markdown"]["content"].as_str().unwrap().to_string()
    }

    #[test]
    fn a_message_is_wecoms_markdown() {
        let text = content(&[notice(AlertState::Firing)], Language::Zh);
        assert!(
            text.starts_with(
                "<font color=\"warning\">[告警]</font> 集群 sh 就绪节点过少\n>集群: <font color=\"comment\">sh</font>"
            ),
            "{text}"
        );
        assert!(
            content(&[notice(AlertState::Resolved)], Language::En)
                .starts_with("<font color=\"info\">[RESOLVED]</font>")
        );
    }

    #[test]
    fn no_message_is_larger_than_wecom_takes() {
        let mut long = notice(AlertState::Firing);
        long.annotations.insert("description_zh".into(), "节点未就绪，".repeat(2000));
        let text = content(&[long.clone()], Language::Zh);
        assert!(text.len() <= MAX_CONTENT && text.len() > MAX_CONTENT - 200, "{}", text.len());
        assert!(text.ends_with("/alerts?cluster=sh)"), "the link is never cut off");
        assert_eq!(text.matches("<font").count(), text.matches("</font>").count(), "every colour is closed");
        long.annotations.insert("summary_zh".into(), "过少".repeat(4000));
        assert!(content(&[long.clone()], Language::Zh).len() <= MAX_CONTENT);
        let text = content(&vec![long; 60], Language::Zh);
        assert!(text.len() <= MAX_CONTENT && text.contains("……另有"), "{text}");
        let few = content(&vec![notice(AlertState::Firing); 12], Language::En);
        assert_eq!(few.matches("\n- ").count(), 12);
        assert!(few.starts_with("12 alerts firing, 0 resolved") && !few.contains("more"), "{few}");
    }

    #[test]
    fn the_body_decides() {
        assert!(verdict(br#"{"errcode":0,"errmsg":"ok"}"#).is_ok());
        let limited = verdict(br#"{"errcode":45009,"errmsg":"api freq out of limit"}"#).unwrap_err();
        assert_eq!((limited.word, limited.wait), ("rate_limited", Some(WAIT)));
        let refused = verdict(br#"{"errcode":93000,"errmsg":"invalid webhook url"}"#).unwrap_err();
        assert_eq!((refused.word, refused.note.as_deref()), ("receiver_error", Some("errcode 93000")));
    }
}
