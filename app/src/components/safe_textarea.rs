//! A text area whose content is always text. Leptos writes the children of `<textarea>` unescaped on the server, so
//! that nothing else in the console may use the bare element.

use leptos::prelude::*;

/// `<textarea>` with its content escaped.
#[component]
pub fn SafeTextarea(
    #[prop(into)] name: String,
    #[prop(into)] id: String,
    #[prop(optional, into)] value: String,
    #[prop(default = 6)] rows: u32,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional, into)] described_by: String,
    #[prop(optional, into)] invalid: Signal<bool>,
    #[prop(optional)] required: bool,
    /// Names, YAML and the like.
    #[prop(optional)]
    mono: bool,
    #[prop(optional, into)] testid: String,
    /// Told every new content as one types; not for secrets.
    #[prop(optional, into)]
    on_text: Option<Callback<String>>,
) -> impl IntoView {
    let typed = move |event| {
        if let Some(told) = on_text {
            told.run(event_target_value(&event));
        }
    };
    view! {
        <textarea
            name=name
            id=id
            rows=rows.to_string()
            class=if mono { "input mono" } else { "input" }
            placeholder=placeholder
            required=required
            spellcheck="false"
            autocomplete="off"
            autocapitalize="off"
            aria-describedby=described_by
            aria-invalid=move || if invalid.get() { "true" } else { "false" }
            on:input=typed
            data-testid=(!testid.is_empty()).then_some(testid)
        >
            {content(&value)}
        </textarea>
    }
    .into_any()
}

/// The children that the server writes; a line break that leads would be swallowed by the parser.
#[cfg(feature = "ssr")]
fn content(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 16);
    if value.starts_with('\n') {
        escaped.push('\n');
    }
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// In the browser the children become a text node, which needs no escaping.
#[cfg(not(feature = "ssr"))]
fn content(value: &str) -> String {
    value.to_string()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn content_can_never_leave_the_element() {
        for hostile in [
            "</textarea><script>alert(1)</script>",
            "</TEXTAREA ><img src=x onerror=alert(1)>",
            "<!--</textarea>-->",
            "&lt;/textarea&gt;<svg/onload=alert(1)>",
            "\n</textarea>",
            "a: &anchor \"quoted\"\nb: *anchor",
        ] {
            let html = Owner::new().with(|| view! { <SafeTextarea name="m" id="m" value=hostile /> }.to_html());
            let opened = html.find('>').unwrap() + 1;
            let inner = &html[opened..html.rfind("</textarea>").unwrap()];
            assert!(!inner.contains('<') && !inner.contains('>'), "{html}");
            let back = inner.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            assert_eq!(back.strip_prefix('\n').filter(|_| hostile.starts_with('\n')).unwrap_or(&back), hostile);
        }
    }
}
