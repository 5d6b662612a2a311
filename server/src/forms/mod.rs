//! Handlers for the forms that carry a password, a credential or a channel's secret: server functions
//! never do. They work without JavaScript (303 back to a page) and with it (`Accept: application/json`).

mod account;
mod channels;
mod clusters;
mod fields;
mod preferences;
mod reply;

use crate::http::guard::Shared;
use axum::Router;
use axum::routing::post;

pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/forms/login", post(account::login))
        .route("/forms/logout", post(account::logout))
        .route("/forms/setup", post(account::setup))
        .route("/forms/users", post(account::create_user))
        .route("/forms/users/{name}/password", post(account::set_password))
        .route("/forms/tokens", post(account::create_token))
        .route("/forms/preferences", post(preferences::set))
        .route("/forms/channels", post(channels::create))
        .route("/forms/channels/{name}", post(channels::replace))
        .route("/forms/clusters", post(clusters::add))
        .route("/forms/clusters/validate", post(clusters::validate))
        .route("/forms/clusters/{name}/credential", post(clusters::replace_credential))
}
