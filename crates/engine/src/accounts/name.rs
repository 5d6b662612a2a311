//! The rule for names of users, channels and tokens.

use model::wire::problem::FieldError;

/// 1 to 64 letters, digits, `.`, `_`, `@` or `-`, beginning with a letter or digit.
pub(crate) fn check(path: &str, name: &str) -> Result<(), FieldError> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '@' | '-');
    let fits = (1..=64).contains(&name.chars().count())
        && name.chars().all(allowed)
        && name.chars().next().is_some_and(char::is_alphanumeric);
    if fits {
        return Ok(());
    }
    Err(FieldError::new(
        path,
        "bad_name",
        "a name has 1 to 64 letters, digits, `.`, `_`, `@` or `-`, beginning with a letter or digit",
    ))
}
