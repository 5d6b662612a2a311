//! Counting what the test runners report.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// How many tests passed and failed, over all runners.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Adds a runner's counts.
    pub fn add(&mut self, passed: u64, failed: u64) {
        self.passed += passed;
        self.failed += failed;
    }

    /// Counts a check that is a test of its own, and hands on its result.
    ///
    /// # Errors
    /// The check's.
    pub fn count(&mut self, check: Result<()>) -> Result<()> {
        match check {
            Ok(()) => self.add(1, 0),
            Err(_) => self.add(0, 1),
        }
        check
    }

    /// How many failed so far.
    pub fn failed(&self) -> u64 {
        self.failed
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Passed and failed from a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
pub fn cargo_result(line: &str) -> Option<(u64, u64)> {
    let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what: &str| counts.split("; ").find_map(|part| part.strip_suffix(what)?.trim().parse().ok());
    Some((count(" passed")?, count(" failed")?))
}

/// Passed and failed from the report of Playwright's JSON reporter. A test that passed only at the second try
/// counts as failed.
///
/// # Errors
/// When it is no such report.
pub fn playwright_result(report: &[u8]) -> Result<(u64, u64)> {
    let report: Value = serde_json::from_slice(report).context("understand Playwright's report")?;
    let count =
        |name: &str| report["stats"][name].as_u64().with_context(|| format!("Playwright's report has no stats.{name}"));
    Ok((count("expected")?, count("unexpected")? + count("flaky")?))
}

#[cfg(test)]
mod tests {
    use super::{Tally, cargo_result, playwright_result};

    #[test]
    fn reads_cargos_result_lines() {
        for (line, expected) in [
            (
                "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.05s",
                Some((12, 0)),
            ),
            (
                "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
                Some((1, 2)),
            ),
            ("test model::test_result ... ok", None),
            ("running 3 tests", None),
        ] {
            assert_eq!(cargo_result(line), expected, "{line}");
        }
    }

    #[test]
    fn reads_playwrights_report() {
        let report = br#"{"stats":{"expected":5,"skipped":1,"unexpected":2,"flaky":1}}"#;
        assert_eq!(playwright_result(report).unwrap(), (5, 3));
        assert!(playwright_result(b"{}").is_err());
    }

    #[test]
    fn the_closing_line_is_plain() {
        let mut tally = Tally::default();
        tally.add(40, 1);
        tally.count(Ok(())).unwrap();
        tally.count(Err(anyhow::anyhow!("no"))).unwrap_err();
        assert_eq!(tally.to_string(), "41 passed, 2 failed");
    }
}
