use thiserror::Error;

/// Why the store refused a read or write.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum StoreError {
    /// No such object.
    #[error("{resource} \"{name}\" not found")]
    NotFound { resource: String, name: String },
    /// An object of that name exists.
    #[error("{resource} \"{name}\" already exists")]
    AlreadyExists { resource: String, name: String },
    /// A precondition (uid or resourceVersion) did not hold.
    #[error("Operation cannot be fulfilled on {resource} \"{name}\": {message}")]
    Conflict { resource: String, name: String, message: String },
    /// The object has no `metadata.name`, or lacks the namespace its kind needs.
    #[error("{resource}: {message}")]
    Malformed { resource: String, message: String },
}

/// The history asked for is forgotten: HTTP 410, reason `Expired`.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
#[error("too old resource version: {asked} ({oldest})")]
pub struct Gone {
    /// The resourceVersion the client asked for.
    pub asked: u64,
    /// The oldest resourceVersion from which a watch can still start.
    pub oldest: u64,
}
