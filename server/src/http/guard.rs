//! What stands in front of every route: the names this server goes by, cross-site writes, and who is asking.
//! A route that is not in the list of open ones is closed to strangers.

use super::origin::PublicUrl;
use super::problem::ApiError;
use super::session_cookie;
use crate::rest::Paused;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use engine::Engine;
use ipnet::IpNet;
use model::access::Caller;
use model::wire::problem::Problem;
use secrets::Secret;
use std::sync::Arc;

/// What handlers and layers share.
#[derive(Clone)]
pub struct Shared {
    pub engine: Engine,
    pub public: Arc<PublicUrl>,
    pub trusted_proxies: Arc<[IpNet]>,
    pub paused: Arc<Paused>,
}

/// Open to anyone, besides static files.
const OPEN: [&str; 9] =
    ["/login", "/setup", "/forms/login", "/forms/setup", "/livez", "/readyz", "/healthz", "/version", "/openapi.json"];

/// Probes come by pod address, whatever the server's name.
const ANY_HOST: [&str; 4] = ["/livez", "/readyz", "/healthz", "/version"];

fn is_open(request: &Request) -> bool {
    let path = request.uri().path();
    let begins_session = path == "/api/v1/session" && request.method() == Method::POST;
    let verbose = path == "/readyz" && request.uri().query().is_some_and(|query| query.contains("verbose"));
    let preferences = path == "/forms/preferences";
    !verbose && (OPEN.contains(&path) || begins_session || preferences || path.starts_with("/assets/"))
}

fn is_page(path: &str) -> bool {
    !["/api/", "/v1/", "/fn/"].iter().any(|prefix| path.starts_with(prefix)) && path != "/metrics" && path != "/readyz"
}

pub async fn check(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    if let Err(problem) = check_host(&shared.public, &request).and_then(|()| check_site(&shared.public, &request)) {
        return ApiError(problem).into_response();
    }
    let caller = match identify(&shared, request.headers()).await {
        Ok(caller) => caller,
        Err(problem) => return ApiError(problem).into_response(),
    };
    match caller {
        Some(caller) => {
            request.extensions_mut().insert(caller);
        }
        None if is_open(&request) => {}
        None => return turn_away(&request),
    }
    next.run(request).await
}

fn check_host(public: &PublicUrl, request: &Request) -> Result<(), Problem> {
    if ANY_HOST.contains(&request.uri().path()) {
        return Ok(());
    }
    // HTTP/2 has the name in the URI.
    let named = request.uri().authority().map(|authority| authority.as_str());
    let header = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    match named.or(header) {
        Some(host) if public.accepts_host(host) => Ok(()),
        _ => Err(PublicUrl::misdirected()),
    }
}

/// Refuses writes that another site's page makes in a browser. Browsers say so in `Sec-Fetch-Site`, older
/// ones in `Origin`; what sends neither is no browser and has no cookie that a stranger could use.
fn check_site(public: &PublicUrl, request: &Request) -> Result<(), Problem> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let same = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => public.accepts_origin(origin),
        (None, None) => true,
    };
    if same { Ok(()) } else { Err(Problem::new(403, "cross_site", "Another site may not do this in your name.")) }
}

async fn identify(shared: &Shared, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        // A bad token is an error, even where a cookie would do: whoever sent it meant it.
        return bearer(headers, &shared.engine).await?.map(Some).ok_or_else(Problem::unauthenticated);
    }
    match session_cookie::read(headers, shared.public.secure) {
        Some(cookie) => shared.engine.caller_by_session(&cookie).await,
        None => Ok(None),
    }
}

/// Who holds the token in `Authorization: Bearer …`.
pub async fn bearer(headers: &HeaderMap, engine: &Engine) -> Result<Option<Caller>, Problem> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| Secret::from_string(token.trim().to_string()));
    match token {
        Some(token) => engine.caller_by_token(&token).await,
        None => Ok(None),
    }
}

fn turn_away(request: &Request) -> Response {
    let path = request.uri().path();
    if !is_page(path) {
        return ApiError(Problem::unauthenticated()).into_response();
    }
    if request.method() != Method::GET {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, "/login")]).into_response();
    }
    let next = request.uri().path_and_query().map_or("/", |target| target.as_str());
    if next == "/" {
        return Redirect::to("/login").into_response();
    }
    let encoded: String = next
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => (byte as char).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    Redirect::to(&format!("/login?next={encoded}")).into_response()
}
