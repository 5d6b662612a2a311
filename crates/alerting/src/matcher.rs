//! Matchers as Alertmanager writes them: `severity="critical"`, `cluster!="bj"`, `rule=~"Node.*"`.

use regex_lite::{Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Enough for any list of names; keeps a pattern from eating memory.
const MAX_PATTERN: usize = 256 << 10;

/// One condition on one label. An absent label counts as the empty text.
#[derive(Clone, Debug)]
pub struct Matcher {
    label: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Equal(String),
    NotEqual(String),
    /// The pattern as written, and anchored at both ends.
    Matches(String, Regex),
    MatchesNot(String, Regex),
}

/// The text is no matcher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {rule}")]
pub struct BadMatcher {
    /// Where, counted from 1 in characters.
    pub column: usize,
    /// What should stand there.
    pub rule: &'static str,
}

impl Matcher {
    /// Whether these labels meet the condition.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.label).map_or("", String::as_str);
        match &self.test {
            Test::Equal(wanted) => value == wanted,
            Test::NotEqual(unwanted) => value != unwanted,
            Test::Matches(_, pattern) => pattern.is_match(value),
            Test::MatchesNot(_, pattern) => !pattern.is_match(value),
        }
    }
}

/// Whether these labels meet every condition; no condition is met by all.
pub fn all_match(matchers: &[Matcher], labels: &BTreeMap<String, String>) -> bool {
    matchers.iter().all(|matcher| matcher.matches(labels))
}

impl FromStr for Matcher {
    type Err = BadMatcher;

    fn from_str(text: &str) -> Result<Self, BadMatcher> {
        let trimmed = text.trim();
        let lead = text.chars().take_while(|c| c.is_whitespace()).count();
        let fail = |offset: usize, rule| BadMatcher { column: lead + trimmed[..offset].chars().count() + 1, rule };
        let label_end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(trimmed.len());
        let (label, rest) = trimmed.split_at(label_end);
        if label.is_empty() || label.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(fail(0, "a label name is expected"));
        }
        let rest = rest.trim_start();
        let operator = ["=~", "!~", "!=", "="]
            .into_iter()
            .find(|operator| rest.starts_with(operator))
            .ok_or_else(|| fail(trimmed.len() - rest.len(), "=, !=, =~ or !~ is expected"))?;
        let written = rest[operator.len()..].trim_start();
        let place = trimmed.len() - written.len();
        let value = unquote(written).map_err(|rule| fail(place, rule))?;
        let test = match operator {
            "=" => Test::Equal(value),
            "!=" => Test::NotEqual(value),
            _ => {
                let pattern = RegexBuilder::new(&format!("^(?:{value})$"))
                    .size_limit(MAX_PATTERN)
                    .build()
                    .map_err(|_| fail(place, "not a regular expression, or too large a one"))?;
                if operator == "=~" { Test::Matches(value, pattern) } else { Test::MatchesNot(value, pattern) }
            }
        };
        Ok(Matcher { label: label.into(), test })
    }
}

/// Takes the quotes off; a value without quotes may hold neither quotes nor white space.
fn unquote(text: &str) -> Result<String, &'static str> {
    let Some(inside) = text.strip_prefix('"') else {
        let plain = !text.is_empty() && !text.contains(|c: char| c == '"' || c == '\\' || c.is_whitespace());
        return if plain { Ok(text.into()) } else { Err("a value in double quotes is expected") };
    };
    let (mut value, mut chars) = (String::new(), inside.chars());
    loop {
        match chars.next() {
            None => return Err("the closing quote is missing"),
            Some('"') if chars.as_str().is_empty() => return Ok(value),
            Some('"') => return Err("nothing may follow the closing quote"),
            Some('\\') => match chars.next() {
                Some('n') => value.push('\n'),
                Some(c @ ('"' | '\\')) => value.push(c),
                // Regular expressions are full of backslashes of their own.
                Some(c) => value.extend(['\\', c]),
                None => return Err("the closing quote is missing"),
            },
            Some(c) => value.push(c),
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operator, value) = match &self.test {
            Test::Equal(value) => ("=", value),
            Test::NotEqual(value) => ("!=", value),
            Test::Matches(value, _) => ("=~", value),
            Test::MatchesNot(value, _) => ("!~", value),
        };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        write!(f, "{}{operator}\"{value}\"", self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels() -> BTreeMap<String, String> {
        [("severity", "critical"), ("cluster", "sh"), ("rule", "NodeReadyLow")]
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .into()
    }

    #[test]
    fn matchers_are_held_against_labels() {
        let table = [
            (r#"severity="critical""#, true),
            (r#" severity = "critical" "#, true),
            ("severity=critical", true),
            (r#"severity="crit""#, false),
            (r#"severity!="critical""#, false),
            (r#"severity!="info""#, true),
            (r#"severity=~"crit.*|warning""#, true),
            (r#"severity=~"crit""#, false),
            (r#"cluster!~"bj|gz""#, true),
            (r#"cluster!~"s.""#, false),
            (r#"team="""#, true),
            (r#"team!="""#, false),
            (r#"rule=~"\\w+Low""#, true),
            (r#"rule=~"\w+Low""#, true),
        ];
        for (text, expected) in table {
            let matcher: Matcher = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(matcher.matches(&labels()), expected, "{text}");
            let again: Matcher = matcher.to_string().parse().unwrap();
            assert_eq!(again.matches(&labels()), expected, "{matcher}");
        }
        assert!(all_match(&[], &labels()));
    }

    #[test]
    fn a_bad_matcher_is_refused_at_its_column() {
        let table = [
            ("", 1, "a label name is expected"),
            ("=\"a\"", 1, "a label name is expected"),
            ("1a=\"b\"", 1, "a label name is expected"),
            ("severity", 9, "=, !=, =~ or !~ is expected"),
            ("severity > 3", 10, "=, !=, =~ or !~ is expected"),
            ("severity=", 10, "a value in double quotes is expected"),
            ("severity=a b", 10, "a value in double quotes is expected"),
            ("severity=\"a", 10, "the closing quote is missing"),
            ("severity=\"a\"b", 10, "nothing may follow the closing quote"),
            ("a=~\"(\"", 4, "not a regular expression, or too large a one"),
            ("a=~\"(a{999}){999}\"", 4, "not a regular expression, or too large a one"),
        ];
        for (text, column, rule) in table {
            assert_eq!(text.parse::<Matcher>().err(), Some(BadMatcher { column, rule }), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "[a=!~\" \\\\\\PC]{0,16}") {
            let _ = text.parse::<Matcher>();
        }

        #[test]
        fn a_quoted_value_survives(value in "\\PC{0,8}") {
            let matcher = Matcher { label: "a".into(), test: Test::Equal(value.clone()) };
            let again: Matcher = matcher.to_string().parse().unwrap();
            prop_assert!(again.matches(&[("a".to_string(), value)].into()));
        }
    }
}
