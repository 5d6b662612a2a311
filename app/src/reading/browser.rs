//! Reading in the browser: the function is called over the wire.

use super::Text;
use super::call::Call;
use super::wire::{Body, Reply, exchange};
use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;

/// What is asked, and a number that is another one when it is asked again.
pub type Key = Box<dyn Fn() -> (u64, Option<Call>) + Send + Sync>;

pub fn resource(key: Key) -> Text {
    Resource::new_str(key, |(_, call)| SendWrapper::new(answer(call)))
}

async fn answer(call: Option<Call>) -> String {
    let Some(call) = call else { return r#"{"Ok":null}"#.to_string() };
    let body = call.body.map_or(Body::Nothing, Body::Json);
    Reply::into_answer(exchange(&call.address, body).await)
}
