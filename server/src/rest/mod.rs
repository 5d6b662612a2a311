//! `/api/v1` and what stands beside it. Handlers read the request, call one use case, and answer.

mod account;
mod alerts;
mod audit;
mod channels;
mod clusters;
mod delta_pace;
mod extract;
mod health;
mod openapi;
mod resources;
mod resume;
mod schedule;
mod session;
mod stream;
mod tokens;
mod users;

pub use extract::{MAX_BODY, Who, bytes as body_bytes};
pub use resume::Paused;
pub use session::attempt as login_attempt;

use crate::http::guard::Shared;
use utoipa_axum::router::OpenApiRouter;

/// Every REST route, with its description.
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(session::routes())
        .merge(account::routes())
        .merge(users::routes())
        .merge(tokens::routes())
        .merge(audit::routes())
        .merge(clusters::routes())
        .merge(resources::routes())
        .merge(schedule::routes())
        .merge(alerts::routes())
        .merge(channels::routes())
        .merge(stream::routes())
        .merge(health::routes())
}
