//! The one place where a caller's rights are held against what is asked.

use model::access::{Action, Caller};
use model::wire::problem::Problem;

/// # Errors
/// 403 `forbidden` where the caller's role does not allow `action`. Objects outside the caller's scope
/// are not this function's matter: they are 404, like absent ones.
pub(crate) fn authorize(caller: &Caller, action: Action) -> Result<(), Problem> {
    if caller.may(action) {
        return Ok(());
    }
    let mut problem = Problem::forbidden();
    problem.detail = format!("This needs the role {}; yours is {}.", action.needs(), caller.role);
    Err(problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::access::{Role, Scope, Via};
    use model::ids::UserId;

    #[test]
    fn each_role_may_do_what_lesser_roles_may_and_no_more() {
        let table = [
            (Action::Read, [true, true, true]),
            (Action::Plan, [true, true, true]),
            (Action::OwnAccount, [true, true, true]),
            (Action::Schedule, [false, true, true]),
            (Action::OperateCluster, [false, true, true]),
            (Action::HandleAlert, [false, true, true]),
            (Action::ManageClusters, [false, false, true]),
            (Action::ManageAlerting, [false, false, true]),
            (Action::ManageUsers, [false, false, true]),
            (Action::ReadAudit, [false, false, true]),
        ];
        for (action, expected) in table {
            for (role, expected) in Role::ALL.into_iter().zip(expected) {
                let caller =
                    Caller { user: UserId::new("u"), name: "u".into(), role, scope: Scope::ALL, via: Via::Session };
                assert_eq!(authorize(&caller, action).is_ok(), expected, "{role} {action:?}");
            }
        }
    }
}
