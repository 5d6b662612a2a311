//! The guarded HTTP client for webhooks and metrics sources.

mod client;
mod error;
mod tls;

pub use client::{GuardedClient, Outgoing, Reply};
pub use error::{HttpError, TransportFailure, classify_failure};
pub use tls::{TlsSetupError, Trust, roots_from_pem, tls_config};
