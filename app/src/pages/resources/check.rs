//! Whether a query makes sense. Its code is loaded when something is first typed.

use crate::components::on_demand::{Loading, NotLoaded};
use leptos::wasm_split::wasm_split;
use model::kinds::KindSpec;
use model::query::{Query, QueryError};

pub fn load() -> Loading {
    Box::pin(load_check())
}

#[wasm_split(resources__check, wasm_split_path = leptos::wasm_split, preload(load_check), fallible)]
pub fn check(query: String, spec: &'static KindSpec) -> Result<Option<QueryError>, NotLoaded> {
    Ok(Query::parse(&query, spec).err())
}
