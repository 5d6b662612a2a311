//! Users, tokens and the audit log. Passwords never pass here: their forms post to `/forms/users`.

use super::Answer;
use leptos::server;
use leptos::server_fn::codec::GetUrl;
use model::wire::account::{AuditEntry, Token, User};
use model::wire::list::Items;

#[server(prefix = "/fn", endpoint = "users", input = GetUrl)]
pub async fn list_users(cursor: String) -> Answer<Items<User>> {
    let (engine, caller) = super::ask()?;
    Ok(engine.users(&caller, super::PAGE as u32, super::given(cursor)).await?)
}

#[server(prefix = "/fn", endpoint = "user", input = GetUrl)]
pub async fn read_user(name: String) -> Answer<User> {
    let (engine, caller) = super::ask()?;
    Ok(engine.user(&caller, &name).await?)
}

/// Changes the role and whether the account is disabled.
#[server(prefix = "/fn", endpoint = "user-access")]
pub async fn set_user_access(name: String, role: String, disabled: Option<String>) -> Answer<()> {
    use model::access::Role;
    use model::wire::problem::{FieldError, Problem};
    let (engine, caller) = super::ask()?;
    let role = Role::parse(&role).ok_or_else(|| {
        Problem::invalid(vec![FieldError::new("role", "bad_role", "A role is admin, operator or viewer.")])
    })?;
    let patch =
        engine::accounts::UserPatch { role: Some(role), disabled: Some(disabled.is_some()), ..Default::default() };
    engine.patch_user(&caller, &name, patch).await?;
    leptos_axum::redirect("/users");
    Ok(())
}

/// Deletes the user when `confirm` is the name.
#[server(prefix = "/fn", endpoint = "user-delete")]
pub async fn delete_user(name: String, confirm: String) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    super::confirmed(&name, &confirm)?;
    engine.delete_user(&caller, &name).await?;
    leptos_axum::redirect("/users");
    Ok(())
}

#[server(prefix = "/fn", endpoint = "tokens", input = GetUrl)]
pub async fn list_tokens() -> Answer<Vec<Token>> {
    let (engine, caller) = super::ask()?;
    Ok(engine.tokens(&caller).await?.items)
}

#[server(prefix = "/fn", endpoint = "token-revoke")]
pub async fn revoke_token(id: String) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    engine.delete_token(&caller, &id).await?;
    Ok(())
}

/// `from` and `to` are points in time as RFC 3339, or days; an empty text filters nothing.
#[server(prefix = "/fn", endpoint = "audit", input = GetUrl)]
pub async fn list_audit(
    actor: String,
    action: String,
    object: String,
    outcome: String,
    from: String,
    to: String,
    cursor: String,
) -> Answer<Items<AuditEntry>> {
    let (engine, caller) = super::ask()?;
    let query = engine::accounts::AuditQuery {
        actor: super::given(actor),
        action: super::given(action),
        object: super::given(object),
        outcome: super::given(outcome),
        from: moment(&from, "from", "T00:00:00Z")?,
        to: moment(&to, "to", "T23:59:59Z")?,
        limit: super::PAGE as u32,
        cursor: super::given(cursor),
    };
    Ok(engine.audit(&caller, query).await?)
}

#[cfg(feature = "ssr")]
fn moment(text: &str, field: &str, of_day: &str) -> Result<Option<jiff::Timestamp>, model::wire::problem::Problem> {
    use model::wire::problem::{FieldError, Problem};
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = if text.len() == 10 { format!("{text}{of_day}") } else { text.to_string() };
    whole.parse().map(Some).map_err(|_| {
        Problem::invalid(vec![FieldError::new(
            field,
            "bad_time",
            "A day as 2026-11-24, or a time as 2026-11-24T14:00:00Z.",
        )])
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::moment;

    #[test]
    fn a_day_reaches_from_its_first_to_its_last_second() {
        let at = |text, of_day| moment(text, "from", of_day).unwrap().map(|at| at.to_string());
        assert_eq!(at("", "T00:00:00Z"), None);
        assert_eq!(at("2026-11-24", "T00:00:00Z").as_deref(), Some("2026-11-24T00:00:00Z"));
        assert_eq!(at("2026-11-24", "T23:59:59Z").as_deref(), Some("2026-11-24T23:59:59Z"));
        assert_eq!(at("2026-11-24T10:00:00+08:00", "").as_deref(), Some("2026-11-24T02:00:00Z"));
        assert_eq!(moment("yesterday", "from", "").unwrap_err().fields[0].path, "from");
    }
}
