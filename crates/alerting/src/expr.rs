//! Conditions: `nodeReadyRatio < 0.9`, or with a severity for each level,
//! `credentialDaysLeft <= 30 info, <= 7 warning, <= 1 critical`.

use crate::metric::Metric;
use model::wire::alerting::Severity;
use std::fmt;
use std::str::FromStr;

/// A condition on one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What is looked at.
    pub metric: Metric,
    /// What it is held against; at least one.
    pub levels: Vec<Level>,
}

/// One bound of a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// How value and threshold compare when the condition holds.
    pub comparison: Comparison,
    /// In the metric's unit.
    pub threshold: f64,
    /// That of the rule where none is said.
    pub severity: Option<Severity>,
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// The text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {rule}")]
pub struct BadExpr {
    /// Where, counted from 1 in characters.
    pub column: usize,
    /// What should stand there.
    pub rule: String,
}

impl Expr {
    /// The gravest level that `value` meets, with its severity; none of them where the condition does not hold.
    pub fn judge(&self, value: f64, default: Severity) -> Option<(Severity, Level)> {
        let met = self.levels.iter().filter(|level| level.comparison.holds(value, level.threshold));
        met.map(|level| (level.severity.unwrap_or(default), *level)).max_by_key(|(severity, _)| *severity)
    }
}

impl Comparison {
    // Longer ones first, as they are tried in this order.
    const ALL: [Comparison; 6] = [
        Comparison::LessOrEqual,
        Comparison::GreaterOrEqual,
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::Greater,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
        }
    }

    fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Comparison::Less => value < threshold,
            Comparison::LessOrEqual => value <= threshold,
            Comparison::Greater => value > threshold,
            Comparison::GreaterOrEqual => value >= threshold,
            Comparison::Equal => value == threshold,
            // NaN is no value, so that it meets no condition.
            Comparison::NotEqual => !value.is_nan() && value != threshold,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn fail<T>(&self, rule: impl Into<String>) -> Result<T, BadExpr> {
        let read = &self.text[..self.text.len() - self.rest.len()];
        Err(BadExpr { column: read.chars().count() + 1, rule: rule.into() })
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn metric(&mut self) -> Result<Metric, BadExpr> {
        self.skip_space();
        let before = self.rest;
        match Metric::by_name(self.take(|c| c.is_ascii_alphanumeric() || c == '_')) {
            Some(metric) => Ok(metric),
            None => {
                self.rest = before;
                let names = Metric::ALL.map(Metric::name).join(", ");
                self.fail(format!("a metric is expected; there are {names}"))
            }
        }
    }

    fn level(&mut self) -> Result<Level, BadExpr> {
        self.skip_space();
        let Some(comparison) = Comparison::ALL.into_iter().find(|one| self.rest.starts_with(one.as_str())) else {
            return self.fail("one of <, <=, >, >=, == and != is expected");
        };
        self.rest = &self.rest[comparison.as_str().len()..];
        self.skip_space();
        let before = self.rest;
        let number = self.take(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
        let Some(threshold) = number.parse().ok().filter(|number: &f64| number.is_finite()) else {
            self.rest = before;
            return self.fail("a number is expected");
        };
        Ok(Level { comparison, threshold, severity: self.severity()? })
    }

    fn severity(&mut self) -> Result<Option<Severity>, BadExpr> {
        self.skip_space();
        let before = self.rest;
        let word = self.take(char::is_alphabetic);
        match Severity::parse(word) {
            Some(severity) => Ok(Some(severity)),
            None if word.is_empty() => Ok(None),
            None => {
                self.rest = before;
                self.fail("info, warning, critical or a comma is expected")
            }
        }
    }
}

impl FromStr for Expr {
    type Err = BadExpr;

    fn from_str(text: &str) -> Result<Self, BadExpr> {
        let mut reader = Reader { text, rest: text };
        let metric = reader.metric()?;
        let mut levels = vec![reader.level()?];
        loop {
            reader.skip_space();
            match reader.rest.strip_prefix(',') {
                Some(rest) => reader.rest = rest,
                None if reader.rest.is_empty() => return Ok(Expr { metric, levels }),
                None => return reader.fail("a comma or the end is expected"),
            }
            levels.push(reader.level()?);
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric.name())?;
        for (at, level) in self.levels.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma} {} {}", level.comparison.as_str(), level.threshold)?;
            if let Some(severity) = level.severity {
                write!(f, " {}", severity.as_str())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn conditions_are_held_against_values() {
        use Severity::{Critical, Info, Warning};
        let expiring = "credentialDaysLeft <= 30 info, <= 7, <= 1 critical";
        let table = [
            ("nodeReadyRatio < 0.9", 0.89, Some(Warning)),
            ("nodeReadyRatio<0.9", 0.9, None),
            ("syncFailures >= 3", 3.0, Some(Warning)),
            ("syncFailures >= 3", 2.0, None),
            ("  etcdLeaderChanges>3  ", 4.0, Some(Warning)),
            ("scheduleFailed == 1", 1.0, Some(Warning)),
            ("scheduleFailed != 0", 0.0, None),
            ("apiLatencyP95 > 5e-1 critical", 0.6, Some(Critical)),
            (expiring, 31.0, None),
            (expiring, 30.0, Some(Info)),
            (expiring, 6.5, Some(Warning)),
            (expiring, -2.0, Some(Critical)),
            ("nodeReadyRatio < 0.9", f64::NAN, None),
            ("nodeReadyRatio != 0.9", f64::NAN, None),
        ];
        for (text, value, expected) in table {
            let expr: Expr = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(expr.judge(value, Warning).map(|(severity, _)| severity), expected, "{text} at {value}");
            assert_eq!(expr.to_string().parse(), Ok(expr), "{text}");
        }
    }

    #[test]
    fn a_bad_condition_is_refused_at_its_column() {
        let table = [
            ("", 1, "a metric is expected"),
            ("  nodeRatio < 1", 3, "a metric is expected"),
            ("nodeReadyRatio", 15, "one of <"),
            ("nodeReadyRatio = 1", 16, "one of <"),
            ("nodeReadyRatio <", 17, "a number"),
            ("nodeReadyRatio < -", 18, "a number"),
            ("nodeReadyRatio < 1e999", 18, "a number"),
            ("nodeReadyRatio < 1 urgent", 20, "info, warning, critical"),
            ("nodeReadyRatio < 1 , ", 22, "one of <"),
            ("nodeReadyRatio < 1 warning )", 28, "a comma or the end"),
            ("nodeReadyRatio < 1 且", 20, "info, warning, critical"),
        ];
        for (text, column, rule) in table {
            let error = text.parse::<Expr>().unwrap_err();
            assert!(error.column == column && error.rule.starts_with(rule), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(nodeReadyRatio)?[ <>=!,0-9.ea-z且-]{0,16}") {
            let _ = text.parse::<Expr>();
        }
    }
}
