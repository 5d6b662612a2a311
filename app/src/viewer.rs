//! Who looks at the page, in which language and theme. Known before anything is rendered, the same on both sides.

use crate::i18n::Lang;
use leptos::prelude::*;
use model::access::{Action, Role};
use model::wire::account::Me;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the operating system has it.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }
}

/// The person in front of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub lang: Lang,
    pub theme: Theme,
    /// None while nobody has signed in.
    pub me: Option<Me>,
    pub metrics_url: Option<String>,
    pub version: String,
}

impl Viewer {
    /// Whether the role allows it; what it does not allow is not shown at all.
    pub fn may(&self, action: Action) -> bool {
        self.me.as_ref().is_some_and(|me| me.role >= action.needs())
    }

    pub fn role(&self) -> Option<Role> {
        self.me.as_ref().map(|me| me.role)
    }
}

/// The viewer of the page being rendered.
pub fn use_viewer() -> StoredValue<Viewer> {
    use_context::<StoredValue<Viewer>>().unwrap_or_else(|| StoredValue::new(Viewer::default()))
}

/// Whether the viewer's role allows it.
pub fn may(action: Action) -> bool {
    use_viewer().with_value(|viewer| viewer.may(action))
}

/// Reads the viewer of this request on the server and hands it to the browser inside the page.
pub(crate) fn provide_viewer() {
    let text = SharedValue::new_str(on_server::text).into_inner();
    let viewer: Viewer = small_json::from_str(&text).unwrap_or_default();
    provide_context(viewer.lang);
    provide_context(StoredValue::new(viewer));
}

#[cfg(not(feature = "ssr"))]
mod on_server {
    pub fn text() -> String {
        String::new()
    }
}

#[cfg(feature = "ssr")]
pub(crate) mod on_server {
    use super::{Theme, Viewer};
    use crate::SiteInfo;
    use crate::i18n::Lang;
    use http::header::{ACCEPT_LANGUAGE, COOKIE};
    use http::request::Parts;
    use leptos::prelude::*;
    use model::access::{Caller, Via};
    use model::wire::account::Me;

    /// What [`read`] says, as JSON.
    pub fn text() -> String {
        serde_json::to_string(&read()).unwrap_or_default()
    }

    pub fn read() -> Viewer {
        let parts = use_context::<Parts>();
        let site = use_context::<SiteInfo>().unwrap_or_default();
        Viewer {
            lang: parts.as_ref().map(lang_of).unwrap_or_default(),
            theme: parts.as_ref().and_then(|parts| cookie(parts, "theme")).map(Theme::parse).unwrap_or_default(),
            me: caller().map(|caller| me(&caller)),
            metrics_url: site.metrics_url,
            version: site.version,
        }
    }

    /// The caller that the server authenticated for this request.
    pub fn caller() -> Option<Caller> {
        use_context::<Caller>().or_else(|| use_context::<Parts>()?.extensions.get::<Caller>().cloned())
    }

    fn me(caller: &Caller) -> Me {
        let via = match caller.via {
            Via::Session => "session",
            Via::Token { .. } => "token",
            Via::System => "system",
        };
        Me { name: caller.name.clone(), role: caller.role, via: via.into() }
    }

    fn lang_of(parts: &Parts) -> Lang {
        cookie(parts, "lang").and_then(Lang::parse).unwrap_or_else(|| {
            let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            Lang::preferred(accepted.unwrap_or_default())
        })
    }

    fn cookie<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
        let headers = parts.headers.get_all(COOKIE).into_iter();
        headers
            .filter_map(|header| header.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn parts(headers: &[(&str, &str)]) -> Parts {
            let mut request = http::Request::builder();
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.body(()).unwrap().into_parts().0
        }

        #[test]
        fn the_cookie_wins_over_the_browsers_languages() {
            for (headers, expected) in [
                (vec![], Lang::En),
                (vec![("accept-language", "zh-CN,zh;q=0.9,en;q=0.8")], Lang::Zh),
                (vec![("accept-language", "en-GB,en;q=0.9,zh;q=0.8")], Lang::En),
                (vec![("accept-language", "zh-CN"), ("cookie", "a=b; lang=en")], Lang::En),
                (vec![("cookie", "lang=zh")], Lang::Zh),
                (vec![("cookie", "lang=xx"), ("accept-language", "zh")], Lang::Zh),
            ] {
                assert_eq!(lang_of(&parts(&headers)), expected, "{headers:?}");
            }
        }
    }
}
