//! Which address shows which page.

use crate::components::frame::Frame;
use crate::live::{provide_clock, provide_live};
use crate::pages;
use crate::viewer::provide_viewer;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
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
                </ParentRoute>
            </Routes>
        </Router>
    }
}

#[component]
fn FramedPages() -> impl IntoView {
    provide_live();
    view! { <Frame /> }
}
