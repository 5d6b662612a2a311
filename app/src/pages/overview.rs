use leptos::prelude::*;
#[component]
pub fn Overview() -> impl IntoView {
    "x"
}
