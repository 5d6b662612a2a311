//! An alert rule.

use crate::duration;
use crate::expr::{BadExpr, Expr};
use crate::machine::Timing;
use crate::template::{BadTemplate, Facts, expand};
use model::wire::alerting::{AlertRule, Severity};
use std::collections::BTreeMap;

/// A rule that reads well.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Unique; the `alertname` of its alerts.
    pub name: String,
    /// The condition.
    pub expr: Expr,
    /// Its patience.
    pub timing: Timing,
    /// Where the condition says none.
    pub severity: Severity,
    /// Put on every alert of this rule.
    pub labels: BTreeMap<String, String>,
    /// Texts with figures in them; `summary_zh` is `summary` in Chinese.
    pub annotations: BTreeMap<String, String>,
}

/// A field of a rule does not read well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// The condition.
    #[error("expr: {0}")]
    Expr(#[from] BadExpr),
    /// `for` or `keepFiringFor`.
    #[error("{0}: not a duration such as 30s, 2m or 1h30m")]
    Duration(&'static str),
    /// An annotation.
    #[error("annotations.{0}: {1}")]
    Annotation(String, BadTemplate),
}

impl TryFrom<&AlertRule> for Rule {
    type Error = BadRule;

    fn try_from(wire: &AlertRule) -> Result<Self, BadRule> {
        let read = |field, text| duration::parse(text).map_err(|_| BadRule::Duration(field));
        let none = BTreeMap::new();
        for (name, text) in &wire.annotations {
            expand(text, &Facts { labels: &none, value: 0.0, threshold: 0.0 })
                .map_err(|error| BadRule::Annotation(name.clone(), error))?;
        }
        Ok(Rule {
            name: wire.name.clone(),
            expr: wire.expr.parse()?,
            timing: Timing {
                hold: read("for", &wire.hold)?,
                keep_firing_for: read("keepFiringFor", &wire.keep_firing_for)?,
            },
            severity: wire.severity,
            labels: wire.labels.clone(),
            annotations: wire.annotations.clone(),
        })
    }
}

impl Rule {
    /// The annotations of an alert with these figures.
    pub fn annotations(&self, facts: &Facts<'_>) -> BTreeMap<String, String> {
        let expanded = |text: &String| expand(text, facts).unwrap_or_else(|_| text.clone());
        self.annotations.iter().map(|(name, text)| (name.clone(), expanded(text))).collect()
    }
}
