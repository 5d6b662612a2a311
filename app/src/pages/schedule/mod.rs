//! `/schedule`: the manifests on the left, where they would go on the right, changing as one types.

mod answer;
pub mod breakdown;
mod editor;
mod guide;
mod sample;

use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::format::url::pairs;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::t;
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::schedule::{Choices, PreviewSchedule, ReadChoices, ScheduleForm};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::wire::schedule::ScheduleAnswer;
use std::time::Duration;

/// How long one must pause in typing before the answer is asked for.
const PAUSE: Duration = Duration::from_millis(300);
/// How often the answer is asked for anew, since the fleet moves.
const EVERY_SECONDS: u32 = 5;

/// What would be decided; None while there is nothing to decide about.
type Preview = Reading<Option<ScheduleAnswer>>;

#[component]
pub fn SchedulePage() -> impl IntoView {
    let search = use_location().search;
    let asked = Memo::new(move |_| search.with(|search| of_address(search)));
    let choices = Reading::new(|| 0, || ReadChoices {});
    let show = move |choices: Choices| {
        view! { {move || view! { <Workbench choices=choices.clone() initial=asked.get() /> }} }.into_any()
    };
    view! {
        <PageHead title={t::<Scheduling>().title} />
        <Loaded source=choices view=show rows=14 />
    }
    .into_any()
}

#[component]
fn Workbench(choices: Choices, initial: ScheduleForm) -> impl IntoView {
    let form = RwSignal::new(initial);
    let settled = use_settled(form);
    let changed = use_refresh(Refresh { every_seconds: EVERY_SECONDS, ..Default::default() });
    let preview: Preview = Reading::posted(
        move || changed.get(),
        move || {
            Some(settled.get()).filter(|form| !form.manifests.trim().is_empty()).map(|form| PreviewSchedule { form })
        },
    );
    view! {
        <div class="schedule">
            <editor::Editor choices form preview />
            <answer::AnswerPane preview />
        </div>
    }
    .into_any()
}

/// The form as the address has it; the sample where the address asks for it.
fn of_address(search: &str) -> ScheduleForm {
    let mut form = ScheduleForm::from_pairs(pairs(search));
    if form.manifests.is_empty() && pairs(search).any(|(key, _)| key == "sample") {
        form.manifests = sample::SAMPLE.into();
    }
    form
}

/// The form once nothing was typed for a moment.
fn use_settled(form: RwSignal<ScheduleForm>) -> ReadSignal<ScheduleForm> {
    let (settled, settle) = signal(form.get_untracked());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move |first: Option<()>| {
        form.track();
        stop();
        if first.is_some() {
            let handle = set_timeout_with_handle(move || settle.set(form.get_untracked()), PAUSE);
            waiting.set_value(handle.ok());
        }
    });
    on_cleanup(stop);
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_fills_the_form() {
        assert_eq!(of_address("?sample=1").manifests, sample::SAMPLE);
        let form =
            of_address("?manifests=kind%3A+Pod%0A&clusters%5B%5D=sh&clusters%5B%5D=bj&sample=1&weights%5Bsh%5D=2");
        assert_eq!(form.manifests, "kind: Pod\n");
        assert_eq!(form.clusters, ["sh", "bj"]);
        assert_eq!(form.weights["sh"], "2");
    }
}
