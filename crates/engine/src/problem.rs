//! How failures of the crates below become problems for the caller. What they say in detail goes to
//! the log, not into the answer.

use model::wire::problem::{FieldError, Problem};
use store::{StoreError, Unique};

/// Turns a failure into the problem the caller gets.
pub(crate) trait Answer<T> {
    fn answer(self) -> Result<T, Problem>;
}

impl<T> Answer<T> for Result<T, StoreError> {
    fn answer(self) -> Result<T, Problem> {
        self.map_err(store_problem)
    }
}

fn store_problem(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound { what } => Problem::not_found(what),
        StoreError::Conflict { what } => taken(what),
        StoreError::Stale { what } => {
            Problem::conflict("changed_meanwhile", format!("This {what} was changed meanwhile; read it again."))
        }
        StoreError::Invalid { what, rule } => {
            Problem::malformed("invalid", format!("{what} {rule}")).with_field(FieldError::new(what, "invalid", rule))
        }
        StoreError::Busy => {
            Problem { retry_after: Some(1), ..Problem::unavailable("busy", "The database is busy; try again.") }
        }
        StoreError::Full(reason) => {
            tracing::error!(%reason, "the database cannot be written");
            Problem::new(507, "storage_full", "The database cannot be written; reading still works.")
        }
        StoreError::Closed => Problem::unavailable("shutting_down", "The server is shutting down."),
        other => {
            tracing::error!(error = %other, "store failed");
            Problem::internal()
        }
    }
}

fn taken(what: Unique) -> Problem {
    let (code, path) = match what {
        Unique::UserName | Unique::ClusterName | Unique::ChannelName | Unique::AlertRuleName => ("name_taken", "name"),
        Unique::ClusterUid => ("duplicate_cluster", "credential"),
        _ => ("conflict", ""),
    };
    let problem = Problem::conflict(code, format!("This {what} is taken."));
    match path {
        "" => problem,
        path => problem.with_field(FieldError::new(path, code, format!("This {what} is taken."))),
    }
}
