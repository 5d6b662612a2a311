//! Password rules and hashing: Argon2id with the parameters that OWASP names (19 MiB, 2 passes, 1 lane),
//! which are also the crate's defaults.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use model::wire::problem::{FieldError, Problem};
use secrets::Secret;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The shortest and longest password, in bytes of UTF-8.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;
/// Hashes at once; each takes 19 MiB and a core for some tens of milliseconds.
const AT_ONCE: usize = 2;
/// Callers that may wait for their turn.
const WAITING: usize = 32;
/// What everyone tries first.
const COMMON: [&str; 24] = [
    "password",
    "password1",
    "password123",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "qwertyui",
    "qwerty123",
    "qwertyuiop",
    "11111111",
    "00000000",
    "iloveyou",
    "admin123",
    "administrator",
    "changeme",
    "letmein1",
    "welcome1",
    "sunshine",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "abcd1234",
];

/// Hashes and checks passwords, few at a time.
pub(crate) struct Hasher {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Checked for names that do not exist, so that they take as long as those that do.
    decoy: String,
}

impl Hasher {
    pub(crate) fn new() -> Result<Hasher, Problem> {
        Ok(Hasher {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            decoy: hash(b"a password that nobody has")?,
        })
    }

    /// The hash to store, in PHC form.
    ///
    /// # Errors
    /// 422 naming `field` where a rule is broken, 503 where too many wait.
    pub(crate) async fn hash(&self, field: &str, password: Secret, name: &str) -> Result<String, Problem> {
        check_rules(field, &password, name)?;
        self.in_turn(move || hash(password.expose())).await?
    }

    /// Whether `password` is the one of `stored`; without one it takes as long and says no.
    ///
    /// # Errors
    /// 503 where too many wait.
    pub(crate) async fn verify(&self, password: Secret, stored: Option<String>) -> Result<bool, Problem> {
        if password.len() > *LENGTH.end() {
            return Ok(false);
        }
        let (hash, real) = match stored {
            Some(hash) => (hash, true),
            None => (self.decoy.clone(), false),
        };
        let matches = self.in_turn(move || verify(password.expose(), &hash)).await?;
        Ok(matches && real)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let busy = || Problem {
            retry_after: Some(2),
            ..Problem::unavailable("busy", "Too many people sign in at once; try again in a moment.")
        };
        let _place = self.queue.clone().try_acquire_owned().map_err(|_| busy())?;
        let _turn = self.turns.clone().acquire_owned().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())
    }
}

fn hash(password: &[u8]) -> Result<String, Problem> {
    let hash: PasswordHash = Argon2::default().hash_password(password).map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        Problem::internal()
    })?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
}

fn check_rules(field: &str, password: &Secret, name: &str) -> Result<(), Problem> {
    let broken = |code: &str, message: &str| Err(Problem::invalid(vec![FieldError::new(field, code, message)]));
    let Some(text) = password.expose_str() else {
        return broken("password_encoding", "a password must be text");
    };
    if !LENGTH.contains(&text.len()) {
        return broken("password_length", "a password has 8 to 128 bytes");
    }
    if text.eq_ignore_ascii_case(name) || COMMON.contains(&text.to_ascii_lowercase().as_str()) {
        return broken("password_common", "this password is among the first that anyone tries");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from_string(text.to_string())
    }

    #[test]
    fn rules_name_the_field_and_the_rule() {
        for (password, code) in [
            ("short", "password_length"),
            (&"x".repeat(129), "password_length"),
            ("Password123", "password_common"),
            ("captainahab", "password_common"),
        ] {
            let problem = check_rules("password", &secret(password), "captainAhab").unwrap_err();
            assert_eq!((problem.status, problem.fields[0].path.as_str()), (422, "password"));
            assert_eq!(problem.code, code, "{password}");
        }
        assert!(check_rules("password", &secret("white whale 9"), "ahab").is_ok());
    }

    #[tokio::test]
    async fn a_hash_verifies_its_own_password_only_and_a_missing_hash_none() {
        let hasher = Hasher::new().unwrap();
        let hash = hasher.hash("password", secret("white whale 9"), "ahab").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(secret("white whale 9"), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(secret("white whale 8"), Some(hash)).await.unwrap());
        assert!(!hasher.verify(secret("a password that nobody has"), None).await.unwrap());
    }
}
