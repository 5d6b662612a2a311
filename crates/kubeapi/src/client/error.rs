//! What goes wrong with a cluster's client. No text here ever holds a credential, a URL or a body.

use std::time::Duration;

use runtime::body::BodyError;
use runtime::egress::TargetForbidden;
use runtime::http::TransportFailure;

/// No client can be made of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The policy refuses the server.
    #[error(transparent)]
    Forbidden(#[from] TargetForbidden),
    /// The CA data holds no readable certificate.
    #[error("the CA data holds no readable PEM certificate")]
    BadCa,
    /// The client certificate cannot be read.
    #[error("the client certificate is not readable PEM")]
    BadCertificate,
    /// The client key cannot be read, or does not belong to the certificate.
    #[error("the client key is not readable PEM, or is not the certificate's")]
    BadKey,
    /// The TLS server name is no name.
    #[error("the TLS server name is not a DNS name or an IP address")]
    BadServerName,
    /// The token has characters that no header may have.
    #[error("the token has characters that cannot be sent")]
    BadToken,
}

/// Where the way to a server ended. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unreachable {
    /// The name could not be resolved.
    Dns,
    /// The connection was refused.
    Refused,
    /// No connection stood in time.
    ConnectTimeout,
    /// No route, or another error of the network.
    Network,
    /// The TLS handshake failed for another reason than the certificate.
    Tls,
}

impl Unreachable {
    /// The stable word for metrics and reasons.
    pub fn code(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Refused => "refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::Network => "network",
            Self::Tls => "tls",
        }
    }

    /// What it means, for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::Dns => "the host name cannot be resolved",
            Self::Refused => "the connection is refused",
            Self::ConnectTimeout => "no connection in time",
            Self::Network => "the host cannot be reached",
            Self::Tls => "the TLS handshake fails",
        }
    }
}

/// An answer that says no, as the API server words it in its `Status` object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} {reason}: {message}")]
pub struct ApiStatus {
    /// The HTTP status.
    pub code: u16,
    /// Kubernetes' word for it, such as `NotFound`; empty where the answer had none.
    pub reason: String,
    /// The server's sentence, without control characters and cut to a length that can be shown.
    pub message: String,
    /// How long the server asks to wait, at most a minute.
    pub retry_after: Option<Duration>,
}

/// A call has no useful answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The policy refuses the address the server's name resolves to. Nothing was sent.
    #[error(transparent)]
    Forbidden(#[from] TargetForbidden),
    /// There was no connection. Nothing was sent.
    #[error("{}", .0.message())]
    Unreachable(Unreachable),
    /// The server's certificate is not trusted. Nothing was sent.
    #[error("the server is not trusted: {0}")]
    Untrusted(String),
    /// The request cannot be put into HTTP. Nothing was sent.
    #[error("the request cannot be sent")]
    Invalid,
    /// The deadline passed. The request may have been carried out.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke, or what came was not HTTP. The request may have been carried out.
    #[error("the connection broke before the answer was complete")]
    Broken,
    /// The answer is larger than the cap.
    #[error("the answer is larger than {cap} bytes")]
    TooLarge {
        /// The cap, in bytes.
        cap: usize,
    },
    /// The answer is not what was asked for: not JSON, not UTF-8, not gzip though it says so.
    #[error("the answer cannot be read")]
    BadAnswer,
    /// The server said no.
    #[error(transparent)]
    Status(#[from] ApiStatus),
}

impl CallError {
    /// The HTTP status, where the server said no.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status.code),
            _ => None,
        }
    }

    /// True where the request cannot have reached the server.
    pub fn never_sent(&self) -> bool {
        matches!(self, Self::Forbidden(_) | Self::Unreachable(_) | Self::Untrusted(_) | Self::Invalid)
    }

    /// The stable word for metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => TargetForbidden::CODE,
            Self::Unreachable(kind) => kind.code(),
            Self::Untrusted(_) => "untrusted",
            Self::Invalid => "invalid",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::TooLarge { .. } => "too_large",
            Self::BadAnswer => "bad_answer",
            Self::Status(status) => match status.code {
                401 => "unauthorized",
                403 => "forbidden",
                404 => "not_found",
                410 => "gone",
                429 => "throttled",
                500.. => "server_error",
                _ => "refused_by_server",
            },
        }
    }
}

impl From<TransportFailure> for CallError {
    fn from(failure: TransportFailure) -> Self {
        match failure {
            TransportFailure::Forbidden(forbidden) => Self::Forbidden(forbidden),
            TransportFailure::Dns => Self::Unreachable(Unreachable::Dns),
            TransportFailure::Refused => Self::Unreachable(Unreachable::Refused),
            TransportFailure::ConnectTimeout => Self::Unreachable(Unreachable::ConnectTimeout),
            TransportFailure::Unreachable => Self::Unreachable(Unreachable::Network),
            TransportFailure::Tls(_) => Self::Unreachable(Unreachable::Tls),
            TransportFailure::Untrusted(reason) => Self::Untrusted(reason),
            TransportFailure::Broken => Self::Broken,
        }
    }
}

impl From<BodyError> for CallError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { cap } => Self::TooLarge { cap },
            BodyError::Timeout => Self::Timeout,
            BodyError::Transport(_) => Self::Broken,
        }
    }
}
