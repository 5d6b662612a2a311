//! Keeping users.

use super::name;
use crate::authorize::authorize;
use crate::scope::{role_of, stored_role};
use crate::{Engine, audit, problem::Answer};
use jiff::Timestamp;
use model::access::{Action, Caller, Role};
use model::wire::account::{Me, User};
use model::wire::list::Items;
use model::wire::problem::Problem;
use secrets::Secret;
use serde::Deserialize;
use serde_json::json;
use store::repositories::users as stored;
use store::{Cursor, PageRequest, WriteUnit};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    pub name: String,
    pub role: Role,
    pub password: Secret,
}

/// What is not given stays as it is.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    pub role: Option<Role>,
    pub disabled: Option<bool>,
    pub password: Option<Secret>,
    /// Needed to change one's own password.
    #[serde(rename = "currentPassword")]
    pub current_password: Option<Secret>,
}

impl Engine {
    pub fn me(&self, caller: &Caller) -> Me {
        let via = match caller.via {
            model::access::Via::Token { .. } => "token",
            _ => "session",
        };
        Me { name: caller.name.clone(), role: caller.role, via: via.into() }
    }

    pub async fn users(&self, caller: &Caller, limit: u32, cursor: Option<String>) -> Result<Items<User>, Problem> {
        authorize(caller, Action::ManageUsers)?;
        let page = PageRequest::new(limit, cursor.map(Cursor::new)).answer()?;
        let page = self.store().read().await.answer()?.users().list(&page).await.answer()?;
        Ok(Items { items: page.items.iter().map(wire).collect(), next: page.next.map(|cursor| cursor.to_string()) })
    }

    pub async fn user(&self, caller: &Caller, name: &str) -> Result<User, Problem> {
        authorize(caller, Action::ManageUsers)?;
        Ok(wire(&self.store().read().await.answer()?.users().by_name(name).await.answer()?))
    }

    /// # Errors
    /// 409 `name_taken`, 422 naming the field.
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<User, Problem> {
        authorize(caller, Action::ManageUsers)?;
        name::check("name", &new.name).map_err(|field| Problem::invalid(vec![field]))?;
        let hash = self.hasher().hash("password", new.password, &new.name).await?;
        let mut unit = self.store().begin().await.answer()?;
        let user = insert(&mut unit, &new.name, new.role, &hash).await?;
        let detail = json!({ "role": new.role });
        audit::record(&mut unit, caller, "user.create", format!("user/{}", user.name), detail).await?;
        unit.commit().await.answer()?;
        Ok(user)
    }

    /// Changes a user. Losing rights or getting a new password ends all of the user's sessions.
    ///
    /// # Errors
    /// 409 `last_admin` rather than leave no one who can sign in and manage.
    pub async fn patch_user(&self, caller: &Caller, name: &str, patch: UserPatch) -> Result<User, Problem> {
        let own_password_only = patch.role.is_none() && patch.disabled.is_none() && name == caller.name;
        if own_password_only {
            authorize(caller, Action::OwnAccount)?;
            self.check_current_password(caller, patch.current_password).await?;
        } else {
            authorize(caller, Action::ManageUsers)?;
        }
        let hash = match patch.password {
            Some(password) => Some(self.hasher().hash("password", password, name).await?),
            None => None,
        };
        let now = Timestamp::now();
        let mut unit = self.store().begin().await.answer()?;
        let user = unit.users().by_name(name).await.answer()?;
        let role = patch.role.unwrap_or(role_of(user.role));
        let disabled = patch.disabled.unwrap_or(user.disabled);
        keep_an_admin(&mut unit, &user, role == Role::Admin && !disabled).await?;
        unit.users().set_access(&user.id, stored_role(role), disabled, now).await.answer()?;
        if let Some(hash) = &hash {
            unit.users().set_password(&user.id, hash, now).await.answer()?;
        }
        unit.sessions().delete_of_user(&user.id, None).await.answer()?;
        let detail = json!({ "role": role, "disabled": disabled, "password": hash.is_some() });
        audit::record(&mut unit, caller, "user.update", format!("user/{}", user.name), detail).await?;
        let changed = unit.users().get(&user.id).await.answer()?;
        unit.commit().await.answer()?;
        Ok(wire(&changed))
    }

    /// # Errors
    /// 409 `last_admin`.
    pub async fn delete_user(&self, caller: &Caller, name: &str) -> Result<(), Problem> {
        authorize(caller, Action::ManageUsers)?;
        let mut unit = self.store().begin().await.answer()?;
        let user = unit.users().by_name(name).await.answer()?;
        keep_an_admin(&mut unit, &user, false).await?;
        unit.users().delete(&user.id).await.answer()?;
        audit::record(&mut unit, caller, "user.delete", format!("user/{}", user.name), json!({})).await?;
        unit.commit().await.answer()
    }

    async fn check_current_password(&self, caller: &Caller, current: Option<Secret>) -> Result<(), Problem> {
        let user = self.store().read().await.answer()?.users().get(caller.user.as_str()).await.answer()?;
        let given = current.unwrap_or_else(|| Secret::from_string(String::new()));
        if self.hasher().verify(given, user.password_hash).await? {
            return Ok(());
        }
        let field = model::wire::problem::FieldError::new(
            "currentPassword",
            "bad_credentials",
            "this is not your present password",
        );
        Err(Problem::invalid(vec![field]))
    }
}

pub(super) async fn insert(unit: &mut WriteUnit, name: &str, role: Role, hash: &str) -> Result<User, Problem> {
    let id = uuid::Uuid::now_v7().to_string();
    let new = stored::NewUser { id: &id, name, role: stored_role(role), password_hash: Some(hash) };
    unit.users().insert(&new, Timestamp::now()).await.answer()?;
    Ok(wire(&unit.users().get(&id).await.answer()?))
}

async fn keep_an_admin(unit: &mut WriteUnit, user: &stored::User, stays_admin: bool) -> Result<(), Problem> {
    let was_admin = role_of(user.role) == Role::Admin && !user.disabled;
    if was_admin && !stays_admin && unit.users().count_admins().await.answer()? <= 1 {
        return Err(Problem::conflict("last_admin", "This is the last admin; make another one first."));
    }
    Ok(())
}

fn wire(user: &stored::User) -> User {
    User {
        name: user.name.clone(),
        role: role_of(user.role),
        disabled: user.disabled,
        created_at: user.created_at,
        last_login_at: user.last_login_at,
    }
}
