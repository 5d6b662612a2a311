//! Forms that post to plain handlers of the server. Without JavaScript the browser posts them; with it they are sent in
//! place, straight from the element, so that this code never reads what was typed into them.

mod action;
mod choice;
mod field;
mod go;
mod post;
mod send;

pub use action::{CallForm, Calls, use_call_form, use_calls};
pub use choice::SelectField;
pub use field::{AreaField, Check, TextField};
pub use go::GoForm;
pub use post::{FormProblem, FormState, PostForm, use_form};
