//! Forms of server functions. Without JavaScript the browser posts them; with it they are sent in place, and the page
//! stays. The browser never reads what the function takes: it sends the fields as they are.

use super::post::FormState;
use crate::format::base64;
use crate::format::url::pairs;
use crate::reading::read;
use crate::server_fns::{Answer, Failure};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;
use model::wire::problem::Problem;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// The calls of one server function by forms of this page.
pub struct Calls<T> {
    wire: WireCalls,
    shape: PhantomData<fn() -> T>,
}

impl<T> Clone for Calls<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Calls<T> {}

/// The same, whatever the function answers.
#[derive(Clone, Copy)]
pub struct WireCalls {
    pub path: &'static str,
    /// The last answer, as it travelled.
    pub answer: RwSignal<Option<String>>,
    /// What a form that was posted without JavaScript came back with.
    before: StoredValue<Option<Problem>>,
    pub pending: RwSignal<bool>,
    /// How many were answered.
    pub count: RwSignal<u64>,
}

/// Forms that call `F`.
pub fn use_calls<F>() -> Calls<F::Output>
where
    F: ServerFn<Error = Failure>,
{
    Calls { wire: WireCalls::of(F::PATH), shape: PhantomData }
}

impl WireCalls {
    fn of(path: &'static str) -> WireCalls {
        WireCalls {
            path,
            answer: RwSignal::new(None),
            before: StoredValue::new(from_address(path)),
            pending: RwSignal::new(false),
            count: RwSignal::new(0),
        }
    }
}

impl<T: DeserializeOwned> Calls<T> {
    /// The last answer; follows it.
    pub fn answer(&self) -> Option<Answer<T>> {
        let before = || self.wire.before.get_value().map(|problem| Err(Failure(problem)));
        self.wire.answer.with(|text| text.as_deref().map(read)).or_else(before)
    }

    /// Whether one is on its way.
    pub fn pending(&self) -> bool {
        self.wire.pending.get()
    }

    /// How many were answered; follows it.
    pub fn count(&self) -> u64 {
        self.wire.count.get()
    }

    pub fn wire(&self) -> WireCalls {
        self.wire
    }
}

/// The state of the form of `calls`, known to the fields below the caller. Call it once per form, in a component of
/// its own.
pub fn use_call_form<T: DeserializeOwned>(calls: Calls<T>) -> FormState {
    let wire = calls.wire();
    let state = FormState { problem: RwSignal::new(wire.before.get_value()), busy: wire.pending };
    Effect::new(move |_| {
        wire.answer.with(|text| match text.as_deref().map(read::<serde::de::IgnoredAny>) {
            Some(Err(Failure(problem))) => state.problem.set(Some(problem)),
            Some(Ok(_)) => state.problem.set(None),
            None => {}
        })
    });
    provide_context(state);
    state
}

/// `<form method="post">` to the server function of `calls`.
#[component]
pub fn CallForm(
    #[prop(into)] calls: WireCalls,
    #[prop(optional)] class: Option<&'static str>,
    #[prop(optional)] testid: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let submit = super::send::call(calls);
    view! {
        <form method="post" action=calls.path class=class data-testid=testid on:submit=submit>
            {children()}
        </form>
    }
    .into_any()
}

impl<T> From<Calls<T>> for WireCalls {
    fn from(calls: Calls<T>) -> WireCalls {
        calls.wire
    }
}

/// What a server function says about its form that was posted without JavaScript.
fn from_address(path: &str) -> Option<Problem> {
    let search = use_location().search.get_untracked();
    let find = |key: &str| pairs(&search).find(|(name, _)| name == key).map(|(_, value)| value);
    if find("__path")? != path {
        return None;
    }
    Some(told(&find("__err")?))
}

/// An error as `server_fn` puts it into an address.
fn told(error: &str) -> Problem {
    let text = base64::decode(error).and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| small_json::from_str(&text).ok()).unwrap_or_else(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::server_fn::error::ServerFnUrlError;

    #[test]
    fn an_error_in_an_address_is_read() {
        let problem = Problem::malformed("bad_name", "Not “this” name: ÿ?>");
        let error = ServerFnUrlError::new("/fn/rename", Failure(problem.clone()));
        let address = error.to_url("http://localhost/clusters").expect("an address");
        let pairs: Vec<_> = pairs(address.query().unwrap_or_default()).collect();
        let (_, error) = pairs.iter().find(|(key, _)| key == "__err").expect("it is there");
        assert_eq!(told(error), problem);
        assert_eq!(told("~"), Problem::internal());
    }
}
