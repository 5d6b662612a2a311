//! What can go wrong with the database, in terms a caller can act on.

/// A rule that two rows must not share something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unique {
    /// Two users whose names differ by case or form only.
    UserName,
    /// Two live clusters of one name.
    ClusterName,
    /// One cluster under two names.
    ClusterUid,
    /// Two unresolved alerts of one fingerprint.
    AlertFingerprint,
    /// Two channels of one name.
    ChannelName,
    /// Two alert rules of one name.
    AlertRuleName,
    /// Two versions of a profile with one number.
    ProfileVersion,
    /// Two rows with one identity of another kind.
    Identity,
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::UserName => "user name",
            Self::ClusterName => "cluster name",
            Self::ClusterUid => "cluster uid",
            Self::AlertFingerprint => "alert fingerprint",
            Self::ChannelName => "channel name",
            Self::AlertRuleName => "alert rule name",
            Self::ProfileVersion => "profile version",
            Self::Identity => "identity",
        })
    }
}

/// Why a store operation failed. No text holds a stored value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row asked for does not exist, or no longer.
    #[error("no such {what}")]
    NotFound {
        /// The kind of row.
        what: &'static str,
    },
    /// Another row already has this.
    #[error("this {what} is already taken")]
    Conflict {
        /// What is taken.
        what: Unique,
    },
    /// The row was changed by someone else since it was read.
    #[error("this {what} was changed meanwhile")]
    Stale {
        /// The kind of row.
        what: &'static str,
    },
    /// A value breaks a rule.
    #[error("{what} {rule}")]
    Invalid {
        /// The value's name.
        what: &'static str,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A row refers to one that does not exist, or a referred one was to be deleted.
    #[error("the row refers to one that does not exist, or is still referred to")]
    Reference,
    /// A record of the audit was to be changed or deleted.
    #[error("the audit is append-only")]
    AppendOnly,
    /// The key of the audit chain was not given, was given twice, or is another one.
    #[error("the key of the audit chain {0}")]
    AuditKey(&'static str),
    /// No room, or the file cannot be written. Reading may still work.
    #[error("the database cannot be written: {0}")]
    Full(String),
    /// The database is locked, or too many callers wait for it. Worth another try.
    #[error("the database is busy")]
    Busy,
    /// The file is damaged or is not a database of ours.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The file does not exist and was not to be created, or cannot be opened.
    #[error("the database cannot be opened: {0}")]
    CannotOpen(String),
    /// The file was written by a newer version of the program.
    #[error(
        "the database has schema {found}, this program knows schemas up to {known}: use a newer version of the program"
    )]
    Newer {
        /// Newest migration in the file.
        found: i64,
        /// Newest migration of this program.
        known: i64,
    },
    /// The linked SQLite has a known defect.
    #[error("SQLite {found} is too old, {needed} or newer is needed")]
    SqliteTooOld {
        /// Version linked into this program.
        found: String,
        /// Oldest version that is accepted.
        needed: &'static str,
    },
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// Anything else the database reported.
    #[error("the database reported an error: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether the same call may succeed later without anything else being changed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match error {
            sqlx::Error::Database(error) => crate::dialect::classify(error.as_ref()),
            sqlx::Error::RowNotFound => Self::NotFound { what: "row" },
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            sqlx::Error::Io(error) if matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem) => {
                Self::Full(error.kind().to_string())
            }
            sqlx::Error::ColumnDecode { index, .. } => {
                Self::Corrupt(format!("column {index} holds a value of another type"))
            }
            error => Self::Database(error.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => Self::CannotOpen(error.to_string()),
            _ => sqlx::Error::Io(error).into(),
        }
    }
}
