//! The only place where `#[server]` stands. Each function takes the caller of the request, calls one use case of the
//! engine and returns shapes of `model::wire`. Reads go by GET. None carries a secret: forms with one post to `/forms/…`.

pub mod clusters;
#[cfg(feature = "ssr")]
mod context;
mod failure;
pub mod frame;
pub mod overview;
pub mod resources;

pub use failure::{Answer, Failure};

#[cfg(feature = "ssr")]
pub(crate) use context::ask;
