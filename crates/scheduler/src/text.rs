//! What people read, in both languages.

use serde::Serialize;

/// One sentence or phrase. Kubernetes' own words stay English in both.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Text {
    pub en: String,
    pub zh: String,
}

impl Text {
    /// Words that are not ours, and have no other form.
    pub fn same(text: impl Into<String>) -> Text {
        let en = text.into();
        Text { zh: en.clone(), en }
    }
}

impl<E: Into<String>, Z: Into<String>> From<(E, Z)> for Text {
    fn from((en, zh): (E, Z)) -> Text {
        Text { en: en.into(), zh: zh.into() }
    }
}
