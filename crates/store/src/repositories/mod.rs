//! One file per table, each with its own row types. Methods that write exist in a
//! [`WriteUnit`](crate::WriteUnit) only.

pub mod alert_rules;
pub mod alerts;
pub mod attempts;
pub mod audit;
pub mod channels;
pub mod checkpoints;
pub mod clusters;
pub mod credentials;
pub mod decisions;
pub mod deliveries;
pub mod idempotency;
pub mod intents;
pub mod profiles;
pub mod reservations;
pub mod role_bindings;
pub mod sessions;
pub mod settings;
pub mod setup_tokens;
pub mod silences;
pub mod slis;
pub mod tokens;
pub mod users;

use crate::{StoreError, dialect::Outcome};

/// Defines a repository: a view of one table within a unit of work.
macro_rules! repository {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<'u, M> {
            pub(crate) conn: &'u mut $crate::dialect::Conn,
            pub(crate) mode: std::marker::PhantomData<M>,
        }
    };
}
use repository;

/// Fails with [`StoreError::NotFound`] if a statement met no row.
fn found(outcome: &Outcome, what: &'static str) -> Result<(), StoreError> {
    if outcome.rows_affected() == 0 { Err(StoreError::NotFound { what }) } else { Ok(()) }
}
