//! What people read, in both languages.

use serde::Serialize;

/// One sentence or phrase. Kubernetes' own words stay English in both.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Text {
    pub en: String,
    pub zh: String,
}

impl<E: Into<String>, Z: Into<String>> From<(E, Z)> for Text {
    fn from((en, zh): (E, Z)) -> Text {
        Text { en: en.into(), zh: zh.into() }
    }
}

/// `1 pod`, `3 pods`.
pub(crate) fn counted(count: i64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "pod")), ["0 pods", "1 pod", "2 pods"]);
    }
}
