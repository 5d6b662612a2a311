//! The console: server-rendered pages and their server functions.

use crate::assets;
use crate::http::guard::Shared;
use crate::http::headers::page_policy;
use app::{App, Assets, SiteInfo, shell};
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use leptos::nonce::use_nonce;
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

impl FromRef<Shared> for LeptosOptions {
    fn from_ref(_: &Shared) -> LeptosOptions {
        LeptosOptions::builder().output_name("pilothouse").build()
    }
}

pub fn routes(shared: &Shared) -> Router<Shared> {
    let context = {
        let shared = shared.clone();
        move || provide(&shared)
    };
    let page = {
        let context = context.clone();
        move || {
            context();
            set_policy();
        }
    };
    let options = LeptosOptions::from_ref(shared);
    Router::new()
        .leptos_routes_with_context(shared, generate_route_list(App), page, move || shell(options.clone()))
        .route("/fn/{*name}", any(server_function))
}

async fn server_function(State(shared): State<Shared>, request: Request) -> Response {
    leptos_axum::handle_server_fns_with_context(move || provide(&shared), request).await.into_response()
}

fn provide(shared: &Shared) {
    let entry = assets::entry_points();
    provide_context(shared.engine.clone());
    if let (Some(css), Some(js), Some(wasm)) = (entry.css, entry.js, entry.wasm) {
        provide_context(Assets { css: css.to_string(), js: js.to_string(), wasm: wasm.to_string() });
    }
    provide_context(SiteInfo {
        metrics_url: Some("/metrics".to_string()),
        version: env!("CARGO_PKG_VERSION").to_string(),
    });
}

/// The page's own policy: its scripts carry a nonce made for this answer alone.
fn set_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    if let Ok(value) = HeaderValue::from_str(&page_policy(&nonce)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}
