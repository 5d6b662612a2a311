//! Label selectors, as objects and in the text form of URLs (upstream: `apimachinery/pkg/labels/selector.go`).

use crate::labels::Labels;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LabelOperator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// One condition on a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelRequirement {
    pub key: String,
    pub operator: LabelOperator,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "super::null_as_default")]
    pub values: Vec<String>,
}

/// Conditions joined by AND. Without any it selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelSelector {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::null_as_default")]
    pub match_labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "super::null_as_default")]
    pub match_expressions: Vec<LabelRequirement>,
}

/// A selector that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    #[error("{0:?} is not a valid label key")]
    Key(String),
    #[error("{value:?} is not a valid value of label {key}")]
    Value { key: String, value: String },
    #[error("{key}: In and NotIn need at least one value")]
    NoValues { key: String },
    #[error("{key}: Exists and DoesNotExist take no values")]
    Values { key: String },
    #[error("column {column}: expected {expected}")]
    Syntax { column: usize, expected: &'static str },
}

fn is_name(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && edge(text.chars().next())
        && edge(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn is_dns_subdomain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
}

/// `name` or `prefix/name`.
pub fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name(name),
        None => is_name(key),
    }
}

/// Empty, or up to 63 of `A-Za-z0-9-_.` that begin and end with a letter or digit.
pub fn is_label_value(value: &str) -> bool {
    value.is_empty() || is_name(value)
}

impl LabelRequirement {
    /// # Errors
    /// Names the key or value that breaks a rule of labels.
    pub fn validate(&self) -> Result<(), SelectorError> {
        check_key(&self.key)?;
        for value in &self.values {
            check_value(&self.key, value)?;
        }
        let key = || self.key.clone();
        match (self.operator, self.values.is_empty()) {
            (LabelOperator::In | LabelOperator::NotIn, true) => Err(SelectorError::NoValues { key: key() }),
            (LabelOperator::Exists | LabelOperator::DoesNotExist, false) => Err(SelectorError::Values { key: key() }),
            _ => Ok(()),
        }
    }

    /// An absent label satisfies `NotIn` and `DoesNotExist`.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let listed = || value.is_some_and(|value| self.values.iter().any(|v| v == value));
        match self.operator {
            LabelOperator::In => listed(),
            LabelOperator::NotIn => !listed(),
            LabelOperator::Exists => value.is_some(),
            LabelOperator::DoesNotExist => value.is_none(),
        }
    }
}

pub(super) fn check_key(key: &str) -> Result<(), SelectorError> {
    if is_label_key(key) { Ok(()) } else { Err(SelectorError::Key(key.chars().take(128).collect())) }
}

pub(super) fn check_value(key: &str, value: &str) -> Result<(), SelectorError> {
    if is_label_value(value) {
        return Ok(());
    }
    Err(SelectorError::Value { key: key.to_owned(), value: value.chars().take(128).collect() })
}

impl LabelSelector {
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// # Errors
    /// Names the first key or value that breaks a rule of labels.
    pub fn validate(&self) -> Result<(), SelectorError> {
        for (key, value) in &self.match_labels {
            check_key(key)?;
            check_value(key, value)?;
        }
        self.match_expressions.iter().try_for_each(LabelRequirement::validate)
    }

    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value.as_str()))
            && self.match_expressions.iter().all(|requirement| requirement.matches(labels))
    }
}

impl fmt::Display for LabelSelector {
    /// The text form, which [`LabelSelector::from_str`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (key, value) in &self.match_labels {
            write!(f, "{separator}{key}={value}")?;
            separator = ",";
        }
        for LabelRequirement { key, operator, values } in &self.match_expressions {
            f.write_str(separator)?;
            separator = ",";
            match operator {
                LabelOperator::In => write!(f, "{key} in ({})", values.join(","))?,
                LabelOperator::NotIn => write!(f, "{key} notin ({})", values.join(","))?,
                LabelOperator::Exists => f.write_str(key)?,
                LabelOperator::DoesNotExist => write!(f, "!{key}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for LabelSelector {
    type Err = SelectorError;

    /// Reads `env=prod,tier!=x,app in (a,b),zone notin (c),has,!gone`. The empty text selects everything.
    fn from_str(text: &str) -> Result<LabelSelector, SelectorError> {
        let mut selector = LabelSelector::default();
        let mut reader = Reader { text, at: 0 };
        reader.skip_spaces();
        if reader.rest().is_empty() {
            return Ok(selector);
        }
        loop {
            let requirement = reader.requirement()?;
            requirement.validate()?;
            selector.match_expressions.push(requirement);
            if reader.rest().is_empty() {
                break;
            }
            reader.expect(",", "a comma or the end")?;
        }
        // Written back, plain equality stays plain.
        let (equalities, others): (Vec<_>, Vec<_>) = std::mem::take(&mut selector.match_expressions)
            .into_iter()
            .partition(|r| r.operator == LabelOperator::In && r.values.len() == 1);
        for mut requirement in equalities {
            let value = requirement.values.swap_remove(0);
            match selector.match_labels.get(&requirement.key) {
                Some(known) if *known != value => {
                    requirement.values.push(value);
                    selector.match_expressions.push(requirement);
                }
                _ => {
                    selector.match_labels.insert(requirement.key, value);
                }
            }
        }
        selector.match_expressions.extend(others);
        Ok(selector)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn error(&self, expected: &'static str) -> SelectorError {
        SelectorError::Syntax { column: self.text[..self.at].chars().count() + 1, expected }
    }

    fn accept(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
            self.skip_spaces();
        }
        found
    }

    fn expect(&mut self, token: &str, expected: &'static str) -> Result<(), SelectorError> {
        if self.accept(token) { Ok(()) } else { Err(self.error(expected)) }
    }

    /// A run of what keys and values are made of; may be empty.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let word = &rest[..rest.find(|c: char| c.is_whitespace() || "=!,()<>".contains(c)).unwrap_or(rest.len())];
        self.at += word.len();
        self.skip_spaces();
        word
    }

    fn requirement(&mut self) -> Result<LabelRequirement, SelectorError> {
        let absent = self.accept("!");
        let key = self.word();
        if key.is_empty() {
            return Err(self.error("a label key"));
        }
        let of = |operator, values| LabelRequirement { key: key.to_owned(), operator, values };
        if absent {
            return Ok(of(LabelOperator::DoesNotExist, vec![]));
        }
        if self.accept("==") || self.accept("=") {
            return Ok(of(LabelOperator::In, vec![self.word().to_owned()]));
        }
        if self.accept("!=") {
            return Ok(of(LabelOperator::NotIn, vec![self.word().to_owned()]));
        }
        if self.rest().is_empty() || self.rest().starts_with(',') {
            return Ok(of(LabelOperator::Exists, vec![]));
        }
        let start = self.at;
        let operator = match self.word() {
            "in" => LabelOperator::In,
            "notin" => LabelOperator::NotIn,
            _ => {
                self.at = start;
                return Err(self.error("=, !=, in, notin, a comma or the end"));
            }
        };
        self.expect("(", "an opening parenthesis")?;
        let mut values = vec![self.word().to_owned()];
        while self.accept(",") {
            values.push(self.word().to_owned());
        }
        self.expect(")", "a comma or a closing parenthesis")?;
        Ok(of(operator, values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().copied().collect()
    }

    #[test]
    fn text_form_selects() {
        let prod = labels(&[("env", "prod"), ("app", "a"), ("tier", "y")]);
        for (text, want) in [
            ("", true),
            ("  ", true),
            ("env=prod", true),
            ("env==prod", true),
            ("env = prod , app in ( a , b ) , !gone", true),
            ("env=prod,tier!=x,app in (a,b),!gone", true),
            ("tier!=y", false),
            ("absent!=x", true),
            ("absent notin (x)", true),
            ("app notin (a)", false),
            ("absent", false),
            ("env", true),
            ("!env", false),
            ("env=prod,env=dev", false),
            ("env=", false),
        ] {
            let selector: LabelSelector = text.parse().unwrap();
            assert_eq!(selector.matches(&prod), want, "{text}");
            let again: LabelSelector = selector.to_string().parse().unwrap();
            assert_eq!(again, selector, "{text} is not read back");
        }
    }

    #[test]
    fn bad_text_is_refused_with_its_column() {
        for (text, column) in
            [("a=b,,c", 5), ("a b", 3), ("a in b", 6), ("a in (b", 8), ("=x", 1), ("a=b)", 4), ("a>1", 2)]
        {
            match text.parse::<LabelSelector>() {
                Err(SelectorError::Syntax { column: at, .. }) => assert_eq!(at, column, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!("-a=b".parse::<LabelSelector>(), Err(SelectorError::Key(_))));
        assert!(matches!("a=b_".parse::<LabelSelector>(), Err(SelectorError::Value { .. })));
    }

    #[test]
    fn object_form_is_strict() {
        let read = |json| serde_json::from_str::<LabelSelector>(json);
        let selector =
            read(r#"{"matchLabels":{"env":"prod"},"matchExpressions":[{"key":"x","operator":"DoesNotExist"}]}"#)
                .unwrap();
        assert!(selector.matches(&labels(&[("env", "prod")])));
        assert!(!selector.matches(&labels(&[("env", "prod"), ("x", "")])));
        assert!(read(r#"{"matchlabels":{}}"#).is_err());
        assert!(read(r#"{"matchExpressions":[{"key":"x","operator":"Gt","values":["1"]}]}"#).is_err());
        let empty_in = read(r#"{"matchExpressions":[{"key":"x","operator":"In"}]}"#).unwrap();
        assert_eq!(empty_in.validate(), Err(SelectorError::NoValues { key: "x".into() }));
    }

    #[test]
    fn knows_label_syntax() {
        for key in ["a", "app.kubernetes.io/name", "A-b_c.d", "node-role.kubernetes.io/control-plane"] {
            assert!(is_label_key(key), "{key}");
        }
        for key in ["", "/a", "a/", "a/b/c", "-a", "a-", "UPPER.io/x", "a b", &"x".repeat(64)] {
            assert!(!is_label_key(key), "{key}");
        }
        assert!(is_label_value(""));
        assert!(!is_label_value("invalid value: ___@#$%^"));
    }
}
