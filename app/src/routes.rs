//! Which address shows which page.

use crate::components::frame::Frame;
use crate::live::{provide_clock, provide_live};
use crate::pages::{self, lazy};
use crate::viewer::provide_viewer;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_query_map;
use leptos_router::{Lazy, SsrMode, path};

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
                <Route path=path!("/login") view={Lazy::<lazy::login::Route>::new()} ssr=SsrMode::Async />
                <Route path=path!("/setup") view={Lazy::<lazy::setup::Route>::new()} ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=FramedPages ssr=SsrMode::Async>
                    <Route path=path!("") view={Lazy::<lazy::overview::Route>::new()} ssr=SsrMode::Async />
                    <Route path=path!("clusters") view={Lazy::<lazy::clusters::Route>::new()} ssr=SsrMode::Async />
                    <Route path=path!("clusters/:name") view={Lazy::<lazy::cluster::Route>::new()} ssr=SsrMode::Async />
                    <Route path=path!("resources/:kind") view={Lazy::<lazy::resources::Route>::new()} ssr=SsrMode::Async />
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
    lazy::load(&window().location().pathname().unwrap_or_default()).await;
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
            <Route path=path!("schedule") view={Lazy::<lazy::schedule::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("decisions") view={Lazy::<lazy::decisions::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("decisions/:id") view={Lazy::<lazy::decision::Route>::new()} ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn MonitoringRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("alerts") view={Lazy::<lazy::alerts::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("alert-rules") view={Lazy::<lazy::alert_rules::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("channels") view={Lazy::<lazy::channels::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("deliveries") view={Lazy::<lazy::deliveries::Route>::new()} ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn AccountRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("users") view={Lazy::<lazy::users::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("tokens") view={Lazy::<lazy::tokens::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("audit") view={Lazy::<lazy::audit::Route>::new()} ssr=SsrMode::Async />
            <Route path=path!("preferences") view={Lazy::<lazy::preferences::Route>::new()} ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}
