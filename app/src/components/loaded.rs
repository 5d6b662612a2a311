//! A view of something the server was asked for, in its designed states: loading, failed, not allowed, and there.

use super::problem::{ProblemBanner, ProblemPanel};
use crate::components::each::CollectAny;
use crate::i18n::common::Common;
use crate::i18n::t;
use crate::live::wall_ms;
use crate::reading::{Reading, Text, read};
use crate::server_fns::{Answer, Failure};
use leptos::prelude::*;
use serde::de::DeserializeOwned;

/// Shows `view` of the answer. While another answer is on its way the last one stays; when asking fails, the last
/// good answer stays below a note that says so.
#[component]
pub fn Loaded<T, V>(
    source: Reading<T>,
    view: V,
    /// Rows of the skeleton, so that nothing jumps when the answer arrives.
    #[prop(default = 6)]
    rows: usize,
) -> impl IntoView
where
    T: DeserializeOwned + 'static,
    V: Fn(T) -> AnyView + Send + Sync + 'static,
{
    let shown: Shown = Box::new(move |text| read(text).map(&view));
    view! { <LoadedText source=source.text() shown rows /> }
}

/// The view of a good answer's text.
type Shown = Box<dyn Fn(&str) -> Answer<AnyView> + Send + Sync>;

#[component]
fn LoadedText(source: Text, shown: Shown, rows: usize) -> impl IntoView {
    let good = StoredValue::new(None::<String>);
    let failing_since = StoredValue::new(None::<f64>);
    let retry = Callback::new(move |()| source.refetch());
    let note = move |Failure(problem): Failure| {
        failing_since.update_value(|since| {
            since.get_or_insert_with(wall_ms);
        });
        let since_ms = failing_since.get_value();
        view! { <ProblemBanner problem since_ms retry /> }.into_any()
    };
    let show = move |text: String| match (shown(&text), good.get_value()) {
        (Ok(view), _) => {
            good.set_value(Some(text));
            failing_since.set_value(None);
            (None, view)
        }
        (Err(failure), Some(last)) => (Some(note(failure)), shown(&last).unwrap_or_else(|_| ().into_any())),
        (Err(Failure(problem)), None) => (None, view! { <ProblemPanel problem retry /> }.into_any()),
    };
    view! {
        <Transition fallback=move || view! { <Skeleton rows /> }>{move || source.get().map(&show)}</Transition>
    }
    .into_any()
}

/// Grey bars in place of rows; they appear after 200 ms.
#[component]
pub fn Skeleton(#[prop(default = 6)] rows: usize) -> impl IntoView {
    let loading = t::<Common>().loading;
    let bars = (0..rows).map(|_| view! { <div class="skeleton-row"></div> }).collect_any();
    view! {
        <div class="skeleton" role="status" aria-label=loading>
            {bars}
        </div>
    }
}
