//! The web server: listener, TLS, and the layers in front of every route.

pub mod client;
pub mod guard;
pub mod headers;
pub mod listener;
pub mod origin;
pub mod peers;
pub mod problem;
pub mod session_cookie;
pub mod tls;
