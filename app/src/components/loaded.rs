//! A view of something the server was asked for, in its designed states: loading, failed, not allowed, and there.

use super::problem::{ProblemBanner, ProblemPanel};
use crate::i18n::common::Common;
use crate::i18n::t;
use crate::live::wall_ms;
use crate::server_fns::{Answer, Failure};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Shows `view` of the answer. While another answer is on its way the last one stays; when asking fails, the last
/// good answer stays below a note that says so.
#[component]
pub fn Loaded<T, V>(
    source: Resource<Answer<T>>,
    view: V,
    /// Rows of the skeleton, so that nothing jumps when the answer arrives.
    #[prop(default = 6)]
    rows: usize,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: Fn(T) -> AnyView + Send + Sync + 'static,
{
    let good = StoredValue::new(None::<T>);
    let failing_since = StoredValue::new(None::<f64>);
    let retry = Callback::new(move |()| source.refetch());
    let note = move |Failure(problem): Failure| {
        failing_since.update_value(|since| {
            since.get_or_insert_with(wall_ms);
        });
        let since_ms = failing_since.get_value();
        view! { <ProblemBanner problem since_ms retry /> }.into_any()
    };
    let show = move |answer: Answer<T>| match (answer, good.get_value()) {
        (Ok(value), _) => {
            good.set_value(Some(value.clone()));
            failing_since.set_value(None);
            (None, view(value))
        }
        (Err(failure), Some(last)) => (Some(note(failure)), view(last)),
        (Err(Failure(problem)), None) => (None, view! { <ProblemPanel problem retry /> }.into_any()),
    };
    view! {
        <Transition fallback=move || view! { <Skeleton rows /> }>{move || source.get().map(&show)}</Transition>
    }
}

/// Grey bars in place of rows; they appear after 200 ms.
#[component]
pub fn Skeleton(#[prop(default = 6)] rows: usize) -> impl IntoView {
    let loading = t::<Common>().loading;
    let bars = (0..rows).map(|_| view! { <div class="skeleton-row"></div> }).collect_view();
    view! {
        <div class="skeleton" role="status" aria-label=loading>
            {bars}
        </div>
    }
}
