//! The console: Leptos pages, components and server functions. Rendered by the server (`ssr`), brought to life in the
//! browser (`hydrate`); never both in one build.

#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("features `ssr` and `hydrate` exclude each other: build the server and the browser's copy apart");

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
compile_error!("one of the features `ssr` and `hydrate` is needed");

#[cfg(target_family = "wasm")]
extern crate browser_time as jiff;

pub mod components;
pub mod format;
pub mod i18n;
pub mod live;
pub mod pages;
pub mod reading;
mod routes;
pub mod server_fns;
#[cfg(feature = "ssr")]
mod shell;
mod site;
pub mod viewer;

pub use routes::App;
#[cfg(feature = "hydrate")]
pub use routes::load_page;
#[cfg(feature = "ssr")]
pub use shell::shell;
pub use site::{Assets, SiteInfo};
