//! How a write ended, with the doubt kept: what may have been carried out is never called failed.

use std::time::Duration;

use serde_json::Value;

use super::object::{ObjectError, metadata};
use crate::client::{ApiStatus, CallError};

/// How an apply ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ApplyOutcome {
    /// The cluster has the object as asked for (with a dry run: would have it).
    Applied {
        /// The object's uid.
        uid: String,
        /// Its version after the apply.
        resource_version: String,
        /// Whether it was not there before.
        created: bool,
        /// The whole object, defaults included.
        object: Box<Value>,
    },
    /// The cluster or we ourselves refuse it; asking again changes nothing.
    Refused(Refusal),
    /// It was not carried out, and may be asked for again.
    Retryable {
        /// The least time to wait, where the server named one; at most a minute.
        after: Option<Duration>,
        /// What happened.
        error: CallError,
    },
    /// It may have been carried out or not: read back before anything else is tried.
    Unknown(CallError),
}

/// A refusal, in the API server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status, or what it would have been.
    pub status: u16,
    /// Kubernetes' word for it, such as `Forbidden`, `Invalid`, `Conflict`.
    pub reason: String,
    /// The sentence.
    pub message: String,
}

/// How a delete ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// The cluster deletes it.
    Deleted,
    /// It was not there.
    Gone,
    /// Another object has that name now: its uid differs.
    AnotherObject,
}

impl ApplyOutcome {
    pub(super) fn of_object(object: Value, created: bool) -> Self {
        let text = |field| metadata(&object, field).unwrap_or_default().to_owned();
        Self::Applied { uid: text("uid"), resource_version: text("resourceVersion"), created, object: Box::new(object) }
    }

    pub(super) fn of_error(error: CallError) -> Self {
        match error {
            error if error.never_sent() => Self::Retryable { after: None, error },
            CallError::Status(status) => Self::of_status(status),
            error => Self::Unknown(error),
        }
    }

    fn of_status(status: ApiStatus) -> Self {
        match status.code {
            429 => Self::Retryable { after: status.retry_after, error: status.into() },
            // Admission may have timed out after the object was stored, and a proxy's 502 to 504 says nothing of the server.
            500.. => Self::Unknown(status.into()),
            _ => Self::Refused(Refusal { status: status.code, reason: status.reason, message: status.message }),
        }
    }
}

impl From<ObjectError> for ApplyOutcome {
    fn from(error: ObjectError) -> Self {
        let (status, reason) = match error {
            ObjectError::NotServed(_) => (404, "KindNotServed"),
            ObjectError::Missing(_) | ObjectError::NamespaceMissing(_) => (422, "Invalid"),
        };
        Self::Refused(Refusal { status, reason: reason.to_owned(), message: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Unreachable;

    #[test]
    fn doubt_is_kept() {
        let status = |code| {
            let retry_after = Some(Duration::from_secs(7));
            CallError::Status(ApiStatus { code, reason: "R".to_owned(), message: "m".to_owned(), retry_after })
        };
        for code in [301, 400, 401, 403, 404, 405, 409, 413, 415, 422] {
            assert!(
                matches!(ApplyOutcome::of_error(status(code)), ApplyOutcome::Refused(r) if r.status == code),
                "{code}"
            );
        }
        for code in [500, 502, 503, 504, 599] {
            assert!(matches!(ApplyOutcome::of_error(status(code)), ApplyOutcome::Unknown(_)), "{code}");
        }
        let throttled = ApplyOutcome::of_error(status(429));
        assert!(matches!(throttled, ApplyOutcome::Retryable { after: Some(wait), .. } if wait.as_secs() == 7));
        for error in [CallError::Timeout, CallError::Broken, CallError::BadAnswer, CallError::TooLarge { cap: 1 }] {
            assert!(matches!(ApplyOutcome::of_error(error), ApplyOutcome::Unknown(_)));
        }
        let unsent = [
            Unreachable::Dns,
            Unreachable::Refused,
            Unreachable::ConnectTimeout,
            Unreachable::Network,
            Unreachable::Tls,
        ];
        for error in unsent.map(CallError::Unreachable).into_iter().chain([CallError::Untrusted(String::new())]) {
            assert!(matches!(ApplyOutcome::of_error(error), ApplyOutcome::Retryable { after: None, .. }));
        }
    }
}
