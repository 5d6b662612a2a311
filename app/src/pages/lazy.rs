//! Pages whose code the browser loads when they are first gone to.
//!
//! The build cuts the WebAssembly into files: one for each page, and some for what pages share
//! (`xtask/src/site/bundles.rs`).

use leptos::prelude::AnyView;
use leptos_router::ChooseView;
use std::pin::Pin;

/// A page whose code may have to be loaded first. One type for all of them, so that the router is compiled for one.
#[derive(Clone, Copy)]
pub struct Page(fn() -> Pin<Box<dyn Future<Output = AnyView>>>);

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        (self.0)().await
    }

    async fn preload(&self) {}
}

/// Declares where pages are and in which part their code lies: `PATH => NAME, COMPONENT;`.
/// `NAME::PAGE` is the page for the router.
macro_rules! lazy_pages {
    ($($path:literal => $name:ident, $page:path;)+) => {
        $(
            pub mod $name {
                use leptos::prelude::*;

                pub const PAGE: super::Page = super::Page(|| Box::pin(view()));

                #[leptos::wasm_split::wasm_split($name, wasm_split_path = leptos::wasm_split, preload(load))]
                pub fn view() -> AnyView {
                    view! { <$page /> }.into_any()
                }
            }
        )+

        /// Where the pages are.
        #[cfg(test)]
        const PATHS: &[&str] = &[$($path),+];

        /// Loads the code of the page at this path. What the server rendered can then be taken over at once.
        pub async fn load(path: &str) {
            $(
                if fits($path, path) {
                    return $name::load().await;
                }
            )+
        }
    };
}

lazy_pages! {
    "/login" => login, crate::pages::login::Login;
    "/setup" => setup, crate::pages::setup::Setup;
    "/" => overview, crate::pages::overview::Overview;
    "/clusters" => clusters, crate::pages::clusters::ClustersPage;
    "/clusters/:name" => cluster, crate::pages::cluster::ClusterPage;
    "/resources/:kind" => resources, crate::pages::resources::ResourcesPage;
    "/schedule" => schedule, crate::pages::schedule::SchedulePage;
    "/decisions" => decisions, crate::pages::decisions::DecisionsPage;
    "/decisions/:id" => decision, crate::pages::decision::DecisionPage;
    "/alerts" => alerts, crate::pages::alerts::AlertsPage;
    "/alert-rules" => alert_rules, crate::pages::alert_rules::AlertRulesPage;
    "/channels" => channels, crate::pages::channels::ChannelsPage;
    "/deliveries" => deliveries, crate::pages::deliveries::DeliveriesPage;
    "/users" => users, crate::pages::users::UsersPage;
    "/tokens" => tokens, crate::pages::tokens::TokensPage;
    "/audit" => audit, crate::pages::audit::AuditPage;
    "/preferences" => preferences, crate::pages::preferences::PreferencesPage;
}

/// Whether a path is of a pattern, in which `:name` stands for any one segment.
fn fits(pattern: &str, path: &str) -> bool {
    let segments = |text: &'_ str| text.split('/').filter(|segment| !segment.is_empty()).map(str::to_string).collect();
    let (pattern, path): (Vec<String>, Vec<String>) = (segments(pattern), segments(path));
    pattern.len() == path.len() && pattern.iter().zip(&path).all(|(one, other)| one.starts_with(':') || one == other)
}

#[cfg(test)]
mod tests {
    use super::{PATHS, fits};

    #[test]
    fn patterns_fit_as_routes_do() {
        for (pattern, path, expected) in [
            ("/", "/", true),
            ("/", "/clusters", false),
            ("/clusters", "/clusters/", true),
            ("/clusters/:name", "/clusters/sh", true),
            ("/clusters/:name", "/clusters", false),
            ("/clusters/:name", "/clusters/sh/x", false),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }

    /// A route without a page of its own.
    #[cfg(feature = "ssr")]
    const LEADS_ELSEWHERE: &str = "/events";

    #[cfg(feature = "ssr")]
    #[test]
    fn every_route_is_among_the_pages() {
        let mut routes: Vec<String> = leptos_axum::generate_route_list(crate::App)
            .into_iter()
            .map(|route| route.path().replace('{', ":").replace('}', ""))
            .filter(|path| path != LEADS_ELSEWHERE)
            .collect();
        let mut paths: Vec<String> = PATHS.iter().map(ToString::to_string).collect();
        routes.sort();
        paths.sort();
        assert_eq!(routes, paths);
    }
}
