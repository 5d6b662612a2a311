//! Objects that cannot be used.

/// Why one object was skipped. Says nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadObject {
    /// A field that identifies the object is absent or empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field holds what its type does not allow.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// Not JSON, or a field of another JSON type than the API's.
    #[error("not the JSON of this kind (column {column})")]
    Json {
        /// Where, in bytes from the start of the line.
        column: usize,
    },
}

impl BadObject {
    pub(crate) fn from_json(error: &serde_json::Error) -> Self {
        // The error's own text quotes the content.
        Self::Json { column: error.column() }
    }
}
