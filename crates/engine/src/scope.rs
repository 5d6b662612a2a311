//! Narrowing to what a caller sees.

use model::access::{Caller, Role, Scope, Via};
use model::ids::UserId;
use store::repositories::users::User;

/// The caller a user row stands for. The three roles see every cluster and namespace; role bindings
/// narrow the scope here.
pub(crate) fn caller_of(user: &User, via: Via) -> Caller {
    Caller {
        user: UserId::new(user.id.as_str()),
        name: user.name.clone(),
        role: role_of(user.role),
        scope: Scope::ALL,
        via,
    }
}

pub(crate) fn role_of(role: store::repositories::users::Role) -> Role {
    use store::repositories::users::Role as Stored;
    match role {
        Stored::Admin => Role::Admin,
        Stored::Operator => Role::Operator,
        Stored::Viewer => Role::Viewer,
    }
}

pub(crate) fn stored_role(role: Role) -> store::repositories::users::Role {
    use store::repositories::users::Role as Stored;
    match role {
        Role::Admin => Stored::Admin,
        Role::Operator => Stored::Operator,
        Role::Viewer => Stored::Viewer,
    }
}
