pub mod query;
pub mod tables;
use leptos::prelude::*;
#[component]
pub fn ResourcesPage() -> impl IntoView {
    "x"
}
