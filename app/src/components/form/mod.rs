//! Forms that post to plain handlers of the server. Without JavaScript the browser posts them; with it they are sent in
//! place, straight from the element, so that this code never reads what was typed into them.

mod field;
mod post;
mod send;

pub use field::{AreaField, Check, TextField};
pub use post::{FormState, PostForm, use_form};
