//! Forms of server functions: what went wrong, in the place where forms of plain handlers say it.

use super::post::FormState;
use crate::format::url::pairs;
use crate::server_fns::Failure;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::ServerFnUrlError;
use leptos_router::hooks::use_location;
use model::wire::problem::Problem;

/// The state of the form of `action`, known to the fields below the caller. Call it once per form, in a component of
/// its own.
pub fn use_action_form<F>(action: ServerAction<F>) -> FormState
where
    F: ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    F::Output: Clone + Send + Sync + 'static,
{
    let state = FormState { problem: RwSignal::new(from_address(F::PATH)), busy: RwSignal::new(false) };
    let (value, pending) = (action.value(), action.pending());
    Effect::new(move |_| state.busy.set(pending.get()));
    Effect::new(move |_| {
        value.with(|value| match value {
            Some(Err(Failure(problem))) => state.problem.set(Some(problem.clone())),
            Some(Ok(_)) => state.problem.set(None),
            None => {}
        })
    });
    provide_context(state);
    state
}

/// What a server function says about its form that was posted without JavaScript.
fn from_address(path: &str) -> Option<Problem> {
    let search = use_location().search.get_untracked();
    let find = |key: &str| pairs(&search).find(|(name, _)| name == key).map(|(_, value)| value);
    if find("__path")? != path {
        return None;
    }
    let Failure(problem) = ServerFnUrlError::<Failure>::decode_err(&find("__err")?);
    Some(problem)
}
