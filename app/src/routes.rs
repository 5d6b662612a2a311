//! Which address shows which page.

use crate::components::frame::Frame;
use crate::live::{provide_clock, provide_live};
use crate::pages;
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
                <Route path=path!("/login") view=pages::login::Login ssr=SsrMode::Async />
                <Route path=path!("/setup") view=pages::setup::Setup ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=FramedPages ssr=SsrMode::Async>
                    <Route path=path!("") view=pages::overview::Overview ssr=SsrMode::Async />
                    <Route path=path!("clusters") view=pages::clusters::ClustersPage ssr=SsrMode::Async />
                    <Route path=path!("clusters/:name") view=pages::cluster::ClusterPage ssr=SsrMode::Async />
                    <Route path=path!("resources/:kind") view=pages::resources::ResourcesPage ssr=SsrMode::Async />
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

#[component]
fn FramedPages() -> impl IntoView {
    provide_live();
    view! { <Frame /> }
}

#[component(transparent)]
fn SchedulingRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("schedule") view=pages::schedule::SchedulePage ssr=SsrMode::Async />
            <Route path=path!("decisions") view=pages::decisions::DecisionsPage ssr=SsrMode::Async />
            <Route path=path!("decisions/:id") view=pages::decision::DecisionPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn MonitoringRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("alerts") view=pages::alerts::AlertsPage ssr=SsrMode::Async />
            <Route path=path!("alert-rules") view=pages::alert_rules::AlertRulesPage ssr=SsrMode::Async />
            <Route path=path!("channels") view=pages::channels::ChannelsPage ssr=SsrMode::Async />
            <Route path=path!("deliveries") view=pages::deliveries::DeliveriesPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

#[component(transparent)]
fn AccountRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("users") view=pages::users::UsersPage ssr=SsrMode::Async />
            <Route path=path!("tokens") view=pages::tokens::TokensPage ssr=SsrMode::Async />
            <Route path=path!("audit") view=pages::audit::AuditPage ssr=SsrMode::Async />
            <Route path=path!("preferences") view=pages::preferences::PreferencesPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}
