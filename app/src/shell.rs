//! The document around the application.

use crate::routes::App;
use crate::site::Assets;
use crate::viewer::Theme;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// The whole document; the server renders it for every page.
pub fn shell(_options: LeptosOptions) -> impl IntoView {
    let viewer = crate::viewer::on_server::read();
    let (lang, theme) = (viewer.lang, viewer.theme);
    let theme = (theme != Theme::System).then(|| theme.as_str());
    // A server built without the site still serves readable pages, so it must not point at files it does not have.
    let assets = use_context::<Assets>();
    let start = assets.as_ref().map(start_script);
    let nonce = leptos::nonce::use_nonce();
    view! {
        <!DOCTYPE html>
        <html lang=lang.tag() data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="referrer" content="same-origin" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {assets.map(|assets| view! { <Links assets /> })}
                <MetaTags />
                {start.map(|start| view! { <script type="module" nonce=nonce inner_html=start></script> })}
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

#[component]
fn Links(assets: Assets) -> impl IntoView {
    view! {
        <link rel="stylesheet" href=assets.css />
        <link rel="modulepreload" href=assets.js />
        <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="" />
    }
}

/// Loads the module, takes over, and says so on the root element: tests wait for it. The addresses are ours, made of a
/// name and a hash.
fn start_script(assets: &Assets) -> String {
    format!(
        "import init, {{ hydrate }} from {js:?}; await init({{ module_or_path: {wasm:?} }}); \
         await hydrate(); document.documentElement.dataset.alive = '';",
        js = assets.js,
        wasm = assets.wasm,
    )
}
