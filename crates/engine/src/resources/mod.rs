//! Lists of mirrored objects over all clusters in scope.

mod cursor;
mod evaluate;
mod facets;
mod keys;
mod list;
mod order;
mod request;
mod row;
mod select;
mod window;

pub use evaluate::{HARD_STALENESS_SECONDS, Part, evaluate};
pub(crate) use request::bad as bad_parameter;
pub use request::{Checked, ListRequest, MAX_LIMIT};
pub use window::{PausedWindow, Window, WindowUpdate};

#[cfg(test)]
mod tests;
