//! Why a list or a watch failed, in few words.

use crate::decode::StatusBody;
use std::time::Duration;

/// No server may make us wait longer than this.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// A failed list or watch. The text holds nothing that the server wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// The credential is refused (401).
    #[error("the credential is refused")]
    Unauthorized,
    /// The credential may not see this kind (403).
    #[error("the credential may not list and watch this kind")]
    Forbidden,
    /// The cluster does not serve this kind (404).
    #[error("the cluster does not serve this kind")]
    NotFound,
    /// The version asked for is no longer, or not yet, known (410, "too large resource version").
    #[error("the version asked for is gone")]
    Gone,
    /// Throttled (429), or asked to come back later.
    #[error("the API server asks to wait")]
    TooManyRequests {
        /// How long to wait at least; at most 60 s.
        retry_after: Duration,
    },
    /// Another HTTP status.
    #[error("the API server answered {status}")]
    Server {
        /// The status.
        status: u16,
    },
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection could not be made, or broke.
    #[error("no connection")]
    Connection,
    /// The certificate is not the one trusted.
    #[error("the certificate is not trusted")]
    Tls,
    /// The answer is not what the API promises.
    #[error("the answer is not a list or watch of this kind")]
    BadData,
    /// The list goes on beyond what a cluster can have.
    #[error("the list has more than {cap} objects")]
    TooMany {
        /// What is allowed.
        cap: usize,
    },
    /// The watch has brought more than it may, for long.
    #[error("the watch brings more changes than may be read")]
    Flooding,
    /// What is kept takes more room than it may.
    #[error("the objects take more than {cap} bytes")]
    OverBudget {
        /// What is allowed, in bytes.
        cap: usize,
    },
    /// The answer is larger than allowed.
    #[error("the answer is larger than {cap} bytes")]
    TooLarge {
        /// What is allowed, in bytes.
        cap: usize,
    },
}

impl SyncError {
    /// A stable word for metrics and states.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Gone => "gone",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Server { .. } => "server_error",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::BadData => "bad_data",
            Self::TooMany { .. } => "too_many",
            Self::Flooding => "flooding",
            Self::OverBudget { .. } => "over_budget",
            Self::TooLarge { .. } => "too_large",
        }
    }

    /// From an answer that is not 2xx.
    pub fn from_status(status: u16, retry_after: Option<Duration>, body: &StatusBody) -> Self {
        let wait = retry_after.or(body.retry_after_seconds.map(Duration::from_secs));
        match status {
            _ if body.version_lost => Self::Gone,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            410 => Self::Gone,
            429 => Self::TooManyRequests { retry_after: clamp(wait) },
            500..=599 if wait.is_some() => Self::TooManyRequests { retry_after: clamp(wait) },
            status => Self::Server { status },
        }
    }

    /// From an ERROR event of a watch.
    pub fn from_event(body: &StatusBody) -> Self {
        Self::from_status(body.code, None, body)
    }

    /// Whether the cluster has more than may be kept: asking again soon would bring as much.
    pub fn is_over_budget(&self) -> bool {
        matches!(self, Self::TooMany { .. } | Self::Flooding | Self::OverBudget { .. })
    }

    /// The least time to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}

fn clamp(wait: Option<Duration>) -> Duration {
    wait.unwrap_or(Duration::from_secs(1)).min(MAX_RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_told_apart() {
        let plain = StatusBody::default();
        let lost = StatusBody { version_lost: true, ..StatusBody::default() };
        let later = StatusBody { retry_after_seconds: Some(3600), ..StatusBody::default() };
        let wait = |seconds| SyncError::TooManyRequests { retry_after: Duration::from_secs(seconds) };
        let cases = [
            (401, None, &plain, SyncError::Unauthorized),
            (403, None, &plain, SyncError::Forbidden),
            (404, None, &plain, SyncError::NotFound),
            (410, None, &plain, SyncError::Gone),
            (504, None, &lost, SyncError::Gone),
            (504, None, &plain, SyncError::Server { status: 504 }),
            (429, Some(30), &plain, wait(30)),
            (429, None, &plain, wait(1)),
            (429, Some(3600), &plain, wait(60)),
            (503, None, &later, wait(60)),
            (500, None, &plain, SyncError::Server { status: 500 }),
            (302, None, &plain, SyncError::Server { status: 302 }),
        ];
        for (status, retry_after, body, expected) in cases {
            assert_eq!(SyncError::from_status(status, retry_after.map(Duration::from_secs), body), expected);
        }
    }
}
