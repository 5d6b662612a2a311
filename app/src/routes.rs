//! Which address shows which page.

use crate::components::frame::Frame;
use crate::live::{provide_clock, provide_live};
use crate::pages::{self, lazy};
use crate::viewer::provide_viewer;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_query_map;
use leptos_router::{SsrMode, path};

/// The application. Pages are rendered whole before they are sent, so that they are readable without JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_viewer();
    provide_clock();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Pilothouse".into() } else { format!("{title} · Pilothouse") } />
        <Router>
            <Routes fallback=pages::not_found::NotFound>
                <Route path=path!("/login") view=lazy::login::PAGE ssr=SsrMode::Async />
                <Route path=path!("/setup") view=lazy::setup::PAGE ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=FramedPages ssr=SsrMode::Async>
                    <Route path=path!("") view=lazy::overview::PAGE ssr=SsrMode::Async />
                    <Route path=path!("clusters") view=lazy::clusters::PAGE ssr=SsrMode::Async />
                    <Route path=path!("clusters/:name") view=lazy::cluster::PAGE ssr=SsrMode::Async />
                    <Route path=path!("resources/:kind") view=lazy::resources::PAGE ssr=SsrMode::Async />
                    <Route path=path!("events") view=EventsRedirect ssr=SsrMode::Async />
                    <SchedulingRoutes />
                    <MonitoringRoutes />
                    <AccountRoutes />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Events are a list like the others; this is their short address.
#[component]
fn EventsRedirect() -> impl IntoView {
    let query = use_query_map().with_untracked(|query| query.to_query_string());
    view! { <Redirect path=format!("/resources/events{query}") /> }
}

/// Loads the code of the page that the browser is at. Before that the application cannot take the page over.
#[cfg(feature = "hydrate")]
pub async fn load_page() {
    let location = window().location();
    lazy::load(&location.pathname().unwrap_or_default(), &location.search().unwrap_or_default()).await;
}

#[component]
fn FramedPages() -> impl IntoView {
    provide_live();
    view! { <Frame /> }
}

#[component(transparent)]
fn SchedulingRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("schedule") view=lazy::schedule::PAGE ssr=SsrMode::Async />
            <Route path=path!("decisions") view=lazy::decisions::PAGE ssr=SsrMode::Async />
            <Route path=path!("decisions/:id") view=lazy::decision::PAGE ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn MonitoringRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("alerts") view=lazy::alerts::PAGE ssr=SsrMode::Async />
            <Route path=path!("alert-rules") view=lazy::alert_rules::PAGE ssr=SsrMode::Async />
            <Route path=path!("channels") view=lazy::channels::PAGE ssr=SsrMode::Async />
            <Route path=path!("deliveries") view=lazy::deliveries::PAGE ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn AccountRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("users") view=lazy::users::PAGE ssr=SsrMode::Async />
            <Route path=path!("tokens") view=lazy::tokens::PAGE ssr=SsrMode::Async />
            <Route path=path!("audit") view=lazy::audit::PAGE ssr=SsrMode::Async />
            <Route path=path!("preferences") view=lazy::preferences::PAGE ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}
