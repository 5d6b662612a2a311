//! Language and theme: cookies that the server reads, so that the first paint is right.

use super::fields::Fields;
use super::reply::{append, done, own_path};
use crate::http::guard::Shared;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;

const YEAR_SECONDS: u32 = 31_536_000;

pub async fn set(State(shared): State<Shared>, headers: HeaderMap, fields: Fields) -> Response {
    let mut response = done(&headers, &own_path(fields.text("next")));
    let secure = if shared.public.secure { "; Secure" } else { "" };
    for (name, allowed) in [("lang", &["en", "zh"][..]), ("theme", &["light", "dark", "system"][..])] {
        let Some(value) = fields.text(name).filter(|value| allowed.contains(&value.as_str())) else { continue };
        // As the system has it: no cookie says so.
        let cookie = match value.as_str() {
            "system" => format!("{name}=; Path=/; SameSite=Lax; Max-Age=0{secure}"),
            value => format!("{name}={value}; Path=/; SameSite=Lax; Max-Age={YEAR_SECONDS}{secure}"),
        };
        append(&mut response, header::SET_COOKIE, &cookie);
    }
    response
}
