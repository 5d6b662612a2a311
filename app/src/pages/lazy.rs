//! Pages whose code the browser loads when they are first gone to.
//!
//! The build cuts the WebAssembly into files: one for each page, and some for what pages share
//! (`xtask/src/site/bundles.rs`).

use crate::components::on_demand::Loading;
use crate::format::url;
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

        /// Loads the code of the page at this path.
        async fn load_page(path: &str) {
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

/// A page, a parameter of its address, and what loads the part that it shows.
type OnDemand = (&'static str, Option<&'static str>, fn() -> Loading);

/// Parts of pages whose code is loaded on demand, with the parameter of an address that shows them from the start. All of
/// them stand here: what remembers that a part was loaded must lie in the code that is loaded once.
const ON_DEMAND: [OnDemand; 6] = [
    ("/clusters", Some("add"), crate::pages::clusters::add::load),
    ("/clusters/:name", None, crate::pages::cluster::credential::load),
    ("/resources/:kind", Some("q"), crate::pages::resources::check::load),
    ("/resources/:kind", Some("open"), crate::pages::resources::details::load),
    ("/schedule", Some("manifests"), crate::pages::schedule::breakdown::load),
    ("/schedule", Some("sample"), crate::pages::schedule::breakdown::load),
];

/// Loads all code that this address needs. What the server rendered can then be taken over at once.
pub async fn load(path: &str, search: &str) {
    let is_shown = |parameter: &Option<&str>| url::pairs(search).any(|(key, _)| Some(key.as_str()) == *parameter);
    let parts = ON_DEMAND.iter().filter(|(page, parameter, _)| fits(page, path) && is_shown(parameter));
    let parts: Vec<_> = parts.map(|(_, _, load)| *load).collect();
    parts.iter().copied().for_each(start);
    load_page(path).await;
    for part in parts {
        // What does not come is asked for again by what shows it.
        drop(part().await);
    }
}

/// Loads a part beside the page, but not before it. Nothing is mounted yet that would run a task of Leptos.
#[cfg(feature = "hydrate")]
fn start(part: fn() -> Loading) {
    wasm_bindgen_futures::spawn_local(async move { drop(part().await) });
}

#[cfg(not(feature = "hydrate"))]
fn start(_part: fn() -> Loading) {}

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
