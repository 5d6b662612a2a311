//! Users, sessions, tokens and the first set-up.

mod login;
mod name;
mod password;
mod sessions;
mod setup;
mod strangers;
mod tokens;
mod trail;
mod users;

pub use login::{LoginAttempt, NewSession};
pub(crate) use password::Hasher;
pub use setup::SetupState;
pub(crate) use strangers::Strangers;
pub use tokens::NewToken;
pub use trail::AuditQuery;
pub use users::{NewUser, UserPatch};
