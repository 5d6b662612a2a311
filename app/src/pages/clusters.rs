use leptos::prelude::*;
#[component]
pub fn ClustersPage() -> impl IntoView {
    "x"
}
