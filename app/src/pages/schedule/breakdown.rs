//! The answer taken apart. Its code is loaded when there is something to decide about.

use crate::components::on_demand::{Loading, NotLoaded};
use crate::components::placement::Breakdown;
use crate::components::problem::ProblemPanel;
use crate::reading::read;
use crate::server_fns::Failure;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use model::wire::schedule::ScheduleAnswer;

pub fn load() -> Loading {
    Box::pin(load_breakdown())
}

/// `text` is the good answer as it travelled.
#[wasm_split(schedule__breakdown, wasm_split_path = leptos::wasm_split, preload(load_breakdown), fallible)]
pub fn breakdown(text: String) -> Result<AnyView, NotLoaded> {
    Ok(match read::<Option<ScheduleAnswer>>(&text) {
        Ok(answer) => answer.map(|answer| view! { <Breakdown answer /> }).into_any(),
        Err(Failure(problem)) => view! { <ProblemPanel problem /> }.into_any(),
    })
}
