//! The words of a message, in English or Chinese, as the Markdown that chat robots share.

use crate::notice::Notice;
use jiff::Timestamp;
use model::wire::alerting::{Language, Severity};

/// What the lines of one message need to be known.
pub(crate) struct Words<'a> {
    pub language: Language,
    pub public_url: &'a str,
}

impl Words<'_> {
    fn pick<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    /// `[FIRING] ClusterAbnormal: sh`, or how many alerts a digest has.
    pub fn title(&self, notices: &[Notice]) -> String {
        match notices {
            [one] if one.cluster.is_empty() => format!("[{}] {}", self.state(one), plain(&one.rule)),
            [one] => format!("[{}] {}: {}", self.state(one), plain(&one.rule), plain(&one.cluster)),
            many => {
                let firing = many.iter().filter(|notice| notice.is_firing()).count();
                let over = many.len() - firing;
                match self.language {
                    Language::En => format!("{firing} alerts firing, {over} resolved"),
                    Language::Zh => format!("{firing} 条告警触发，{over} 条已恢复"),
                }
            }
        }
    }

    pub fn state(&self, notice: &Notice) -> &'static str {
        match (notice.is_firing(), self.language) {
            (true, Language::En) => "FIRING",
            (true, Language::Zh) => "告警",
            (false, Language::En) => "RESOLVED",
            (false, Language::Zh) => "已恢复",
        }
    }

    pub fn severity(&self, notice: &Notice) -> &'static str {
        match (notice.severity, self.language) {
            (Severity::Info, Language::Zh) => "提示",
            (Severity::Warning, Language::Zh) => "警告",
            (Severity::Critical, Language::Zh) => "严重",
            (severity, Language::En) => severity.as_str(),
        }
    }

    pub fn summary(&self, notice: &Notice) -> String {
        self.annotation(notice, "summary").unwrap_or_else(|| plain(&notice.rule))
    }

    /// Names and values of what is known of one alert.
    pub fn facts(&self, notice: &Notice) -> Vec<(&str, String)> {
        let mut facts = Vec::new();
        if !notice.cluster.is_empty() {
            facts.push((self.pick("Cluster", "集群"), plain(&notice.cluster)));
        }
        facts.push((self.pick("Severity", "级别"), self.severity(notice).into()));
        facts.push((self.pick("Rule", "规则"), plain(&notice.rule)));
        if let Some(description) = self.annotation(notice, "description") {
            facts.push((self.pick("Details", "详情"), description));
        }
        facts.push((self.pick("Since", "开始时间"), clock(notice.starts_at)));
        if let Some(ends_at) = notice.ends_at {
            facts.push((self.pick("Ended", "结束时间"), clock(ends_at)));
        }
        facts
    }

    /// One alert of a digest.
    pub fn line(&self, notice: &Notice) -> String {
        format!("[{} {}] {}", self.state(notice), self.severity(notice), self.summary(notice))
    }

    /// What stands where the lines of a digest end early.
    pub fn more(&self, left: usize) -> String {
        match self.language {
            Language::En => format!("… and {left} more"),
            Language::Zh => format!("……另有 {left} 条"),
        }
    }

    pub fn link(&self, notices: &[Notice]) -> String {
        format!("[{}]({})", self.pick("Open in Pilothouse", "在 Pilothouse 中查看"), link(self.public_url, notices))
    }

    fn annotation(&self, notice: &Notice, name: &str) -> Option<String> {
        let chinese = match self.language {
            Language::En => None,
            Language::Zh => notice.annotations.get(&format!("{name}_zh")),
        };
        chinese.or_else(|| notice.annotations.get(name)).filter(|text| !text.is_empty()).map(|text| plain(text))
    }
}

/// The page that shows these alerts.
pub(crate) fn link(public_url: &str, notices: &[Notice]) -> String {
    let base = public_url.trim_end_matches('/');
    match notices {
        // Cluster names have no character that a query would have to escape.
        [one] if !one.cluster.is_empty() => format!("{base}/alerts?cluster={}", one.cluster),
        _ => format!("{base}/alerts"),
    }
}

/// Values come from clusters: they must not form links, colours or lines of their own.
fn plain(text: &str) -> String {
    let harmless = |c| match c {
        '<' => '＜',
        '>' => '＞',
        '[' => '［',
        ']' => '］',
        '`' => '\'',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(harmless).collect()
}

fn clock(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// At most `max` bytes of `text`, cut between characters and marked where it is cut.
pub(crate) fn cut(text: &str, max: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= max {
        return text.to_string();
    }
    let end = (0..=max.saturating_sub(MARK.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{MARK}", &text[..end])
}

/// Head, as many of the lines as fit with a word for the rest, and tail: at most `max` bytes.
pub(crate) fn digest(words: &Words<'_>, head: &str, notices: &[Notice], tail: &str, max: usize) -> String {
    let mut body = head.to_string();
    for (at, notice) in notices.iter().enumerate() {
        let line = format!("\n- {}", cut(&words.line(notice), 300));
        let more = format!("\n{}", words.more(notices.len() - at));
        if body.len() + line.len() + more.len() + tail.len() > max {
            body.push_str(&more);
            break;
        }
        body.push_str(&line);
    }
    body.push_str(tail);
    cut(&body, max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        let table = [
            ("abc", 3, "abc"),
            ("abcd", 3, "…"),
            ("abcdef", 5, "ab…"),
            ("集群集群", 9, "集群…"),
            ("集群集群", 8, "集…"),
        ];
        for (text, max, expected) in table {
            assert_eq!(cut(text, max), expected);
            assert!(cut(text, max).len() <= max);
        }
    }

    #[test]
    fn values_cannot_form_markup() {
        assert_eq!(plain("a<font>[x](y)\n`z`"), "a＜font＞［x］(y) 'z'");
    }
}
