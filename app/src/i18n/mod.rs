//! English and Chinese. Each area has one file with a table of texts in both; a text missing in one language does not
//! compile. Pod, Node, Deployment and the like stay English in Chinese, as operators say them, with a thin space
//! between the scripts.

pub mod accounts;
pub mod alerting;
pub mod clusters;
pub mod common;
pub mod frame;
pub mod lists;
pub mod overview;
pub mod problems;
pub mod scheduling;
pub mod sign_in;
pub mod states;

use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    Zh,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    pub fn as_str(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// For `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    /// The language by its own name.
    pub fn name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Zh => "中文",
        }
    }

    pub fn parse(text: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.as_str() == text)
    }

    /// The first language we speak of an `Accept-Language` header, by its weights.
    pub fn preferred(header: &str) -> Lang {
        let mut wanted: Vec<(f32, Lang)> = header
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.trim().split(';');
                let tag = pieces.next()?.trim();
                let lang = Lang::parse(&tag.split('-').next()?.to_ascii_lowercase())?;
                let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
                Some((weight, lang))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map(|(_, lang)| *lang).unwrap_or_default()
    }
}

/// A table of texts in every language; made by [`texts!`].
pub trait Texts: Sized + 'static {
    const EN: Self;
    const ZH: Self;

    fn of(lang: Lang) -> &'static Self;
}

/// The texts of one area in the viewer's language.
pub fn t<T: Texts>() -> &'static T {
    T::of(lang())
}

/// The viewer's language.
pub fn lang() -> Lang {
    use_context::<Lang>().unwrap_or_default()
}

/// Declares a table: `texts! { pub Name { field: "English", "中文"; … } }`.
macro_rules! texts {
    ($(#[$doc:meta])* pub $name:ident { $($field:ident: $en:literal, $zh:literal;)+ }) => {
        $(#[$doc])*
        pub struct $name { $(pub $field: &'static str,)+ }

        impl $crate::i18n::Texts for $name {
            const EN: Self = Self { $($field: $en,)+ };
            const ZH: Self = Self { $($field: $zh,)+ };

            fn of(lang: $crate::i18n::Lang) -> &'static Self {
                static EN: $name = <$name as $crate::i18n::Texts>::EN;
                static ZH: $name = <$name as $crate::i18n::Texts>::ZH;
                match lang {
                    $crate::i18n::Lang::En => &EN,
                    $crate::i18n::Lang::Zh => &ZH,
                }
            }
        }
    };
}
pub(crate) use texts;

/// Puts values where a text has `{}`, in order.
pub fn fill(text: &str, values: &[&dyn std::fmt::Display]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut pieces = text.split("{}");
    filled.push_str(pieces.next().unwrap_or_default());
    for (at, piece) in pieces.enumerate() {
        if let Some(value) = values.get(at) {
            filled.push_str(&value.to_string());
        }
        filled.push_str(piece);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_order() {
        assert_eq!(fill("{} of {} clusters", &[&2, &"3"]), "2 of 3 clusters");
        assert_eq!(fill("none", &[&1]), "none");
    }

    #[test]
    fn the_heaviest_language_we_speak_wins() {
        assert_eq!(Lang::preferred("fr, zh-TW;q=0.5, en;q=0.4"), Lang::Zh);
        assert_eq!(Lang::preferred("zh;q=0.1, en-US"), Lang::En);
        assert_eq!(Lang::preferred(""), Lang::En);
    }
}
