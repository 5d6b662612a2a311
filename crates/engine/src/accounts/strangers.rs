//! Names that nobody has wait after wrong passwords as real ones do, so that the wait tells nobody which exist.

use super::login::wait_after;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most names remembered; beyond, all are forgotten, so that made-up names take no room.
const MOST_NAMES: usize = 4096;

#[derive(Default)]
pub(crate) struct Strangers {
    tries: Mutex<HashMap<String, Tries>>,
}

#[derive(Default)]
struct Tries {
    failed: u32,
    retry_at: Option<Timestamp>,
}

impl Strangers {
    /// Counts a try at this name.
    ///
    /// # Errors
    /// How long it waits yet.
    pub fn claim_try(&self, name: &str, now: Timestamp) -> Result<(), SignedDuration> {
        let mut names = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES && !names.contains_key(name) {
            names.clear();
        }
        let tries = names.entry(name.to_owned()).or_default();
        if let Some(left) = tries.retry_at.map(|at| at.duration_since(now)).filter(|left| left.is_positive()) {
            return Err(left);
        }
        tries.failed += 1;
        tries.retry_at = Some(now + SignedDuration::from_secs(wait_after(tries.failed)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_name_waits_as_a_real_one_does() {
        let (strangers, now) = (Strangers::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..6 {
            assert!(strangers.claim_try("nobody", now).is_ok());
        }
        assert_eq!(strangers.claim_try("nobody", now), Err(SignedDuration::from_secs(2)));
        assert!(strangers.claim_try("other", now).is_ok());
        assert!(strangers.claim_try("nobody", now + SignedDuration::from_secs(2)).is_ok());
        assert_eq!(
            strangers.claim_try("nobody", now + SignedDuration::from_secs(3)),
            Err(SignedDuration::from_secs(3))
        );
    }
}
