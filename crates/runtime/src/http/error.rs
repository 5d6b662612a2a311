//! What went wrong with a call, in words that are safe to show: no URL, no header, no body.

use std::error::Error;
use std::io;

use crate::body::BodyError;
use crate::egress::{ConnectError, TargetForbidden};

/// Why a call through [`GuardedClient`](super::GuardedClient) has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The policy refuses the target.
    #[error(transparent)]
    Forbidden(#[from] TargetForbidden),
    /// The URL or a header cannot be sent.
    #[error("the request cannot be sent: {0}")]
    Invalid(&'static str),
    /// The host name could not be resolved.
    #[error("the host name could not be resolved")]
    Dns,
    /// The connection was refused, or the host cannot be reached.
    #[error("the connection was refused")]
    Refused,
    /// The deadline passed.
    #[error("no complete answer in time")]
    Timeout,
    /// The server's certificate is not trusted, or the TLS handshake failed.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The connection broke, or what came was not HTTP.
    #[error("the connection broke or did not speak HTTP")]
    Http,
    /// The body is larger than the cap.
    #[error("the answer is larger than {cap} bytes")]
    TooLarge {
        /// The cap, in bytes.
        cap: usize,
    },
}

impl HttpError {
    /// The stable word for metrics and API answers.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => TargetForbidden::CODE,
            Self::Invalid(_) => "invalid",
            Self::Dns => "dns",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Tls(_) => "tls",
            Self::Http => "http",
            Self::TooLarge { .. } => "too_large",
        }
    }
}

impl From<BodyError> for HttpError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { cap } => Self::TooLarge { cap },
            BodyError::Timeout => Self::Timeout,
            BodyError::Transport(_) => Self::Http,
        }
    }
}

/// What a failed exchange comes down to, found in the chain of errors that the HTTP stack wraps around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportFailure {
    /// The policy refuses the target. Nothing was sent.
    Forbidden(TargetForbidden),
    /// The name could not be resolved. Nothing was sent.
    Dns,
    /// The connection was refused. Nothing was sent.
    Refused,
    /// No connection stood in time. Nothing was sent.
    ConnectTimeout,
    /// The host or network cannot be reached, or the connection broke before it stood. Nothing was sent.
    Unreachable,
    /// The server's certificate is not trusted. No request was sent. The text says why.
    Untrusted(String),
    /// The TLS handshake failed for another reason. The text says why.
    Tls(String),
    /// The connection broke; the request may have been sent.
    Broken,
}

/// Finds the cause at the bottom of `error`'s chain.
pub fn classify_failure(error: &(dyn Error + 'static)) -> TransportFailure {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(connect) = current.downcast_ref::<ConnectError>() {
            return from_connect(connect);
        }
        if let Some(tls) = current.downcast_ref::<rustls::Error>() {
            return from_tls(tls);
        }
        // An io::Error's source() is what lies below the error it wraps, not that error itself.
        next = match current.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => current.source(),
        };
    }
    match error.downcast_ref::<hyper_util::client::legacy::Error>() {
        Some(error) if error.is_connect() => TransportFailure::Unreachable,
        _ => TransportFailure::Broken,
    }
}

fn from_connect(error: &ConnectError) -> TransportFailure {
    match error {
        ConnectError::Forbidden(forbidden) => TransportFailure::Forbidden(*forbidden),
        ConnectError::Dns => TransportFailure::Dns,
        ConnectError::Refused => TransportFailure::Refused,
        ConnectError::Timeout => TransportFailure::ConnectTimeout,
        ConnectError::Unreachable(_) => TransportFailure::Unreachable,
    }
}

fn from_tls(error: &rustls::Error) -> TransportFailure {
    use rustls::CertificateError as C;
    let rustls::Error::InvalidCertificate(cause) = error else {
        // Alerts and protocol errors have short texts of rustls' own making.
        return TransportFailure::Tls(error.to_string());
    };
    // rustls' texts list the names of the certificate, which the server chose.
    let reason = match cause {
        C::Expired | C::ExpiredContext { .. } => "the certificate has expired",
        C::NotValidYet | C::NotValidYetContext { .. } => "the certificate is not valid yet",
        C::NotValidForName | C::NotValidForNameContext { .. } => "the certificate is for another name",
        C::UnknownIssuer => "the certificate's issuer is not trusted",
        C::Revoked => "the certificate is revoked",
        C::BadSignature => "the certificate's signature is wrong",
        _ => "the certificate cannot be verified",
    };
    TransportFailure::Untrusted(reason.to_owned())
}

impl From<TransportFailure> for HttpError {
    fn from(failure: TransportFailure) -> Self {
        match failure {
            TransportFailure::Forbidden(forbidden) => Self::Forbidden(forbidden),
            TransportFailure::Dns => Self::Dns,
            TransportFailure::Refused | TransportFailure::Unreachable => Self::Refused,
            TransportFailure::ConnectTimeout => Self::Timeout,
            TransportFailure::Untrusted(reason) | TransportFailure::Tls(reason) => Self::Tls(reason),
            TransportFailure::Broken => Self::Http,
        }
    }
}
