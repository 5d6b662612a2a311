//! Reading while the server renders: the function itself is run.

use super::Text;
use crate::server_fns::{Answer, Failure};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use model::wire::problem::Problem;
use serde::Serialize;
use std::future::Future;

/// A page is rendered once, so that it hardly matters what makes a browser ask again.
pub fn resource<R>(again: impl Fn() -> u64 + Send + Sync + 'static, run: impl Fn() -> R + Send + Sync + 'static) -> Text
where
    R: Future<Output = String> + Send + 'static,
{
    Resource::new_str(again, move |_| untrack(&run))
}

pub async fn run<F>(call: F) -> String
where
    F: ServerFn<Error = Failure>,
    F::Output: Serialize,
{
    written(call.run_body().await)
}

pub async fn run_some<F>(call: Option<F>) -> String
where
    F: ServerFn<Error = Failure>,
    F::Output: Serialize,
{
    match call {
        Some(call) => written(call.run_body().await.map(Some)),
        None => written(Answer::<Option<F::Output>>::Ok(None)),
    }
}

fn written<T: Serialize>(answer: Answer<T>) -> String {
    let internal = || Answer::<()>::Err(Failure(Problem::internal()));
    serde_json::to_string(&answer).or_else(|_| serde_json::to_string(&internal())).unwrap_or_default()
}
