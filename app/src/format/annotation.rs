//! What rules and alerts say of themselves, in the reader's language.

use crate::i18n::{Lang, lang};
use std::collections::BTreeMap;

/// One sentence: the summary, else the description; empty where there is neither.
pub fn summary(annotations: &BTreeMap<String, String>) -> String {
    summary_in(lang(), annotations)
}

fn summary_in(lang: Lang, annotations: &BTreeMap<String, String>) -> String {
    let keys: &[&str] = match lang {
        Lang::Zh => &["summary_zh", "description_zh", "summary", "description"],
        Lang::En => &["summary", "description"],
    };
    keys.iter().find_map(|key| annotations.get(*key)).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_stands_in_front_where_there_is_any() {
        let annotations = |keys: &[&str]| keys.iter().map(|key| (key.to_string(), key.to_string())).collect();
        let both = annotations(&["summary", "summary_zh"]);
        assert_eq!(summary_in(Lang::En, &both), "summary");
        assert_eq!(summary_in(Lang::Zh, &both), "summary_zh");
        assert_eq!(summary_in(Lang::Zh, &annotations(&["description"])), "description");
        assert_eq!(summary_in(Lang::En, &annotations(&["summary_zh"])), "");
    }
}
