//! The only place where `#[server]` stands. Each function takes the caller of the request, calls one use case of the
//! engine and returns shapes of `model::wire`. Reads go by GET. None carries a secret: forms with one post to `/forms/…`.

pub mod accounts;
pub mod alerting;
pub mod clusters;
#[cfg(feature = "ssr")]
mod context;
mod failure;
pub mod frame;
pub mod overview;
pub mod resources;
pub mod schedule;

pub use failure::{Answer, Failure, unreachable_server};

#[cfg(feature = "ssr")]
pub(crate) use context::ask;

/// Rows of one page of a list.
#[cfg(feature = "ssr")]
pub(crate) const PAGE: usize = 50;

/// A filter's text; none where nothing was typed.
#[cfg(feature = "ssr")]
pub(crate) fn given(text: String) -> Option<String> {
    Some(text.trim().to_string()).filter(|text| !text.is_empty())
}

/// Whether the name was typed to confirm.
///
/// # Errors
/// 422 naming `confirm`.
#[cfg(feature = "ssr")]
pub(crate) fn confirmed(name: &str, typed: &str) -> Result<(), model::wire::problem::Problem> {
    use model::wire::problem::{FieldError, Problem};
    if typed.trim() == name {
        return Ok(());
    }
    Err(Problem::invalid(vec![FieldError::new("confirm", "name_mismatch", "Type the name exactly.")]))
}

/// Whether a browser without JavaScript sent this.
#[cfg(feature = "ssr")]
pub(crate) fn is_plain_form() -> bool {
    use leptos::prelude::use_context;
    use_context::<http::request::Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    })
}
