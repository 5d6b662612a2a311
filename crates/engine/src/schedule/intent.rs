//! What a worker needs to carry a decision out, also after a restart.

use super::body::{Fallback, OnDeployFailure, RequestBody};
use model::wire::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// The most attempts of one decision.
const MAX_ATTEMPTS: u32 = 10;
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);

/// Stored beside the decision, before anything is applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Intent {
    pub body: RequestBody,
    pub objects: Vec<Value>,
    pub namespace: String,
    pub replicas: i64,
    pub chain: Chain,
}

/// How far to go, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Chain {
    /// Tiers of cluster names; empty means one tier of all.
    pub tiers: Vec<Vec<String>>,
    pub max_attempts: u32,
    pub attempt_timeout: Duration,
    pub on_deploy_failure: OnDeployFailure,
}

impl Chain {
    /// # Errors
    /// 422 naming the field.
    pub(super) fn of(fallback: Option<&Fallback>) -> Result<Chain, Problem> {
        let fallback = fallback.cloned().unwrap_or_default();
        let wrong = |field: &str, code: &str, message: String| {
            Err(Problem::invalid(vec![FieldError::new(format!("fallback.{field}"), code, message)]))
        };
        if !(1..=MAX_ATTEMPTS).contains(&fallback.max_attempts) {
            return wrong("maxAttempts", "bad_max_attempts", format!("maxAttempts goes from 1 to {MAX_ATTEMPTS}"));
        }
        let Some(attempt_timeout) = duration(&fallback.attempt_timeout).filter(|t| (SHORTEST..=LONGEST).contains(t))
        else {
            return wrong("attemptTimeout", "bad_duration", "a duration from 1s to 1h, as in 120s or 2m".into());
        };
        if fallback.chain.iter().any(Vec::is_empty) {
            return wrong("chain", "empty_tier", "a tier names at least one cluster".into());
        }
        Ok(Chain {
            tiers: fallback.chain,
            max_attempts: fallback.max_attempts,
            attempt_timeout,
            on_deploy_failure: fallback.on_deploy_failure,
        })
    }

    /// The first tier that has any of `candidates`, best first; the candidates of that tier.
    pub(super) fn pick<'a>(&self, candidates: &[&'a str]) -> Option<&'a str> {
        if self.tiers.is_empty() {
            return candidates.first().copied();
        }
        self.tiers.iter().find_map(|tier| candidates.iter().copied().find(|name| tier.iter().any(|t| t == name)))
    }
}

/// `90s`, `2m`, `1h30m`, `500ms`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let units = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let unit = match rest.get(..units)? {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            _ => return None,
        };
        total = total.checked_add(unit)?;
        rest = &rest[units..];
    }
    (total > Duration::ZERO).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, millis) in
            [("120s", 120_000), ("2m", 120_000), ("1h30m", 5_400_000), ("500ms", 500), ("1m1s", 61_000)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "10", "10x", "-1s", "0s", "1.5s", "99999999999999999999s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_tier_with_a_candidate_wins_and_within_it_the_best() {
        let chain = |tiers: &[&[&str]]| Chain {
            tiers: tiers.iter().map(|tier| tier.iter().map(|name| name.to_string()).collect()).collect(),
            max_attempts: 3,
            attempt_timeout: Duration::from_secs(1),
            on_deploy_failure: OnDeployFailure::Keep,
        };
        assert_eq!(chain(&[]).pick(&["gz", "sh"]), Some("gz"));
        assert_eq!(chain(&[&["sh"], &["bj", "gz"]]).pick(&["gz", "sh"]), Some("sh"));
        assert_eq!(chain(&[&["sh"], &["bj", "gz"]]).pick(&["gz", "bj"]), Some("gz"));
        assert_eq!(chain(&[&["sh"]]).pick(&["gz"]), None);
    }

    #[test]
    fn broken_fallbacks_name_their_field() {
        let fallback = Fallback::default();
        for (broken, path) in [
            (Fallback { max_attempts: 0, ..fallback.clone() }, "fallback.maxAttempts"),
            (Fallback { attempt_timeout: "soon".into(), ..fallback.clone() }, "fallback.attemptTimeout"),
            (Fallback { chain: vec![vec![]], ..fallback }, "fallback.chain"),
        ] {
            assert_eq!(Chain::of(Some(&broken)).unwrap_err().fields[0].path, path);
        }
    }
}
