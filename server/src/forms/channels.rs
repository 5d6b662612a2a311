//! Notification channels. Their addresses and secrets go from the form straight into the secret type.

use super::fields::Fields;
use super::reply::{done, refused};
use crate::http::guard::Shared;
use crate::rest::Who;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use engine::monitor::{ChannelUpdate, NewChannel};
use model::wire::alerting::Language;
use secrets::Secret;

const PAGE: &str = "/channels";
/// What may be shown again when the form is refused: everything that is no secret.
const SHOWN: [&str; 4] = ["name", "kind", "matchers", "language"];

pub async fn create(
    State(shared): State<Shared>,
    Who(caller): Who,
    headers: HeaderMap,
    mut fields: Fields,
) -> Response {
    let page = format!("{PAGE}?add=1");
    let typed = fields.shown(&SHOWN);
    let (name, url) = match (fields.required("name"), fields.take_required("url")) {
        (Ok(name), Ok(url)) => (name, url),
        (Err(problem), _) | (_, Err(problem)) => return refused(&headers, problem, &page, typed),
    };
    let new = NewChannel {
        name,
        kind: fields.text("kind").unwrap_or_default(),
        url,
        secret: fields.take("secret"),
        matchers: matchers(&fields),
        send_resolved: fields.ticked("sendResolved"),
        language: language(&fields),
        enabled: fields.ticked("enabled"),
    };
    match shared.engine.create_channel(&caller, new).await {
        Ok(_) => done(&headers, PAGE),
        Err(problem) => refused(&headers, problem, &page, typed),
    }
}

/// An empty address or secret stays as it is; `dropSecret` takes the secret away.
pub async fn replace(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
    headers: HeaderMap,
    mut fields: Fields,
) -> Response {
    let typed = fields.shown(&SHOWN);
    let secret = match fields.ticked("dropSecret") {
        true => Some(Secret::from_string(String::new())),
        false => fields.take("secret"),
    };
    let update = ChannelUpdate {
        name: None,
        kind: fields.text("kind").unwrap_or_default(),
        url: fields.take("url"),
        secret,
        matchers: matchers(&fields),
        send_resolved: fields.ticked("sendResolved"),
        language: language(&fields),
        enabled: fields.ticked("enabled"),
    };
    match shared.engine.put_channel(&caller, &name, update).await {
        Ok(_) => done(&headers, PAGE),
        Err(problem) => {
            let query = serde_urlencoded::to_string([("edit", &name)]).unwrap_or_default();
            refused(&headers, problem, &format!("{PAGE}?{query}"), typed)
        }
    }
}

/// One a line: a comma may stand within a matcher.
fn matchers(fields: &Fields) -> Vec<String> {
    let text = fields.text("matchers").unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_string).collect()
}

fn language(fields: &Fields) -> Language {
    match fields.text("language").as_deref() {
        Some("zh") => Language::Zh,
        _ => Language::En,
    }
}
