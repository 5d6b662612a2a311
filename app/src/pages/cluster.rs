use leptos::prelude::*;
#[component]
pub fn ClusterPage() -> impl IntoView {
    "x"
}
