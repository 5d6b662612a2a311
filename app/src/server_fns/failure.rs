//! The error of a server function: a problem as REST would answer it.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::wire::problem::Problem;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A refused or failed server function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failure(pub Problem);

/// What a server function returns.
pub type Answer<T> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        #[cfg(feature = "ssr")]
        set_status(problem.status);
        Failure(problem)
    }
}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Failure::from(match error {
            ServerFnErrorErr::Request(_) => unreachable_server(),
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                Problem::malformed("bad_arguments", detail)
            }
            // The text of the others may hold what the answer was made of.
            _ => Problem::internal(),
        })
    }
}

/// Nothing came back.
pub fn unreachable_server() -> Problem {
    Problem::new(503, "unreachable", "The server did not answer. The network or the server is away.")
}

/// An answer to a call of a server function has the problem's status. A page that a failed read is part of keeps its
/// own, since the rest of it stands; so does the way back to the page of a plain form.
#[cfg(feature = "ssr")]
fn set_status(status: u16) {
    use leptos::prelude::use_context;
    let is_call = use_context::<http::request::Parts>().is_some_and(|parts| parts.uri.path().starts_with("/fn/"));
    if is_call
        && !super::is_plain_form()
        && let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(status)
    {
        response.set_status(status);
    }
}
