//! What a server function finds around it: the engine, and who is asking.

use super::Failure;
use engine::Engine;
use leptos::prelude::use_context;
use model::access::Caller;
use model::wire::problem::Problem;

/// The engine and the caller of this request.
///
/// # Errors
/// 401 without a caller; 500 when the server provides no engine.
pub(crate) fn ask() -> Result<(Engine, Caller), Failure> {
    let caller = crate::viewer::on_server::caller().ok_or_else(Problem::unauthenticated)?;
    let engine = use_context::<Engine>().ok_or_else(Problem::internal)?;
    Ok((engine, caller))
}
