//! A part of a page whose code the browser loads when it is first shown.
//!
//! What the server rendered must be taken over at once: whoever lets an address show such a part from the start says so in
//! `pages::lazy`, and its code is loaded with the page's.

use super::problem::ProblemPanel;
use crate::server_fns::unreachable_server;
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// The code did not come.
#[derive(Clone, Copy, Debug)]
pub struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        NotLoaded
    }
}

/// Loads the code of a part.
pub type Loading = Pin<Box<dyn Future<Output = Result<(), SplitLoaderError>>>>;
/// A part once its code is there.
pub type Made = Pin<Box<dyn Future<Output = Result<AnyView, NotLoaded>>>>;

/// Whether the code of a part is there, or did not come.
#[derive(Clone, Copy)]
struct Code {
    there: RwSignal<bool>,
    missing: RwSignal<bool>,
}

/// Shows what `make` makes, with `meanwhile` in its place until its code is there.
pub fn on_demand(
    load: fn() -> Loading,
    make: impl Fn() -> Made + Send + Sync + 'static,
    meanwhile: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let code = Code { there: RwSignal::new(false), missing: RwSignal::new(false) };
    ask(load, code);
    let retry = Callback::new(move |()| {
        code.missing.set(false);
        ask(load, code);
    });
    (move || match (code.there.get(), code.missing.get()) {
        (true, _) => now(make()).and_then(Result::ok).unwrap_or_else(|| ().into_any()),
        (false, false) => meanwhile(),
        (false, true) => view! { <ProblemPanel problem=unreachable_server() retry /> }.into_any(),
    })
    .into_any()
}

/// Asks for the code. Where it is there, as on the server, `code` says so at once.
fn ask(load: fn() -> Loading, code: Code) {
    let told = move |came: Result<(), SplitLoaderError>| {
        let state = if came.is_ok() { code.there } else { code.missing };
        // What it is for may have been closed by now.
        let _ = state.try_set(true);
    };
    later(load(), told);
}

/// Hands the outcome to `then`: at once where it is there.
pub fn later<T: 'static>(mut coming: Pin<Box<dyn Future<Output = T>>>, then: impl FnOnce(T) + 'static) {
    match coming.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => then(outcome),
        Poll::Pending => leptos::task::spawn_local(async move { then(coming.await) }),
    }
}

/// The outcome, if it is there already.
pub fn now<T>(coming: impl Future<Output = T>) -> Option<T> {
    match pin!(coming).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}
