//! The session cookie.

use axum::http::{HeaderMap, header};
use secrets::Secret;

/// `__Host-` makes browsers refuse the cookie unless it is Secure, of this host alone and of path `/`.
fn name(secure: bool) -> &'static str {
    if secure { "__Host-pilothouse" } else { "pilothouse" }
}

/// The value the browser sent.
pub fn read(headers: &HeaderMap, secure: bool) -> Option<Secret> {
    value(headers, name(secure)).map(|text| Secret::from_string(text.to_string()))
}

/// One cookie's value.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// `Set-Cookie` that begins a session. Lax, so that a link in an alert opens where one is signed in.
pub fn set(cookie: &Secret, secure: bool) -> String {
    let flags = if secure { "; Secure" } else { "" };
    let value = cookie.expose_str().unwrap_or_default();
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{flags}", name(secure))
}

/// `Set-Cookie` that ends it.
pub fn clear(secure: bool) -> String {
    let flags = if secure { "; Secure" } else { "" };
    format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{flags}", name(secure))
}
