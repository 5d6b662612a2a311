//! Texts with figures in them: `{{ $labels.cluster }}: {{ $value | humanizePercentage }} of its nodes are ready`.
//! The part of Prometheus' templates (template/template.go) that alerts of one series need.

use std::collections::BTreeMap;

/// What a text can speak of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// `$labels.NAME`; an absent one is empty.
    pub labels: &'a BTreeMap<String, String>,
    /// `$value`.
    pub value: f64,
    /// `$threshold`: what the value was held against.
    pub threshold: f64,
}

/// The text is no template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {rule}")]
pub struct BadTemplate {
    /// Where the expression begins, counted from 1 in characters.
    pub column: usize,
    /// What is wrong with it.
    pub rule: &'static str,
}

/// Puts the facts into the text.
///
/// # Errors
/// [`BadTemplate`] for an expression that is not closed or not known; whether there is one depends on `text` alone.
pub fn expand(text: &str, facts: &Facts<'_>) -> Result<String, BadTemplate> {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let column = text[..text.len() - rest.len() + before.len()].chars().count() + 1;
        let fail = |rule| BadTemplate { column, rule };
        let (expression, behind) = after.split_once("}}").ok_or_else(|| fail("the closing }} is missing"))?;
        out.push_str(before);
        out.push_str(&evaluate(expression.trim(), facts).map_err(fail)?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

fn evaluate(expression: &str, facts: &Facts<'_>) -> Result<String, &'static str> {
    let (subject, function) = match expression.split_once('|') {
        Some((subject, function)) => (subject.trim(), Some(function.trim())),
        None => (expression, None),
    };
    let number = match subject {
        "$value" => facts.value,
        "$threshold" => facts.threshold,
        _ => {
            let label = subject.strip_prefix("$labels.").ok_or("$value, $threshold or $labels.NAME is expected")?;
            return match function {
                None => Ok(facts.labels.get(label).cloned().unwrap_or_default()),
                Some(_) => Err("a function takes $value or $threshold"),
            };
        }
    };
    match function {
        None => Ok(plain(number)),
        Some("humanizePercentage") => Ok(format!("{}%", plain(number * 100.0))),
        Some("humanizeDuration") => Ok(duration(number)),
        Some(_) => Err("the functions are humanizePercentage and humanizeDuration"),
    }
}

/// At most four significant digits after the point, no trailing zeros.
fn plain(number: f64) -> String {
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

fn duration(seconds: f64) -> String {
    match seconds.abs() {
        size if size >= 86_400.0 => format!("{}d", plain(seconds / 86_400.0)),
        size if size >= 3600.0 => format!("{}h", plain(seconds / 3600.0)),
        size if size >= 60.0 => format!("{}m", plain(seconds / 60.0)),
        size if size >= 1.0 || size == 0.0 => format!("{}s", plain(seconds)),
        _ => format!("{}ms", plain(seconds * 1000.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str, value: f64) -> Result<String, BadTemplate> {
        let labels = [("cluster".to_string(), "上海".to_string())].into();
        expand(text, &Facts { labels: &labels, value, threshold: 0.9 })
    }

    #[test]
    fn facts_are_put_in() {
        let table = [
            ("no facts", 1.0, "no facts"),
            ("{{ $labels.cluster }}: {{$value}}", 3.0, "上海: 3"),
            ("{{ $labels.absent }}|", 3.0, "|"),
            ("{{ $value | humanizePercentage }} < {{ $threshold|humanizePercentage }}", 2.0 / 3.0, "66.6667% < 90%"),
            ("{{ $value | humanizeDuration }}", 0.25, "250ms"),
            ("{{ $value | humanizeDuration }}", 90.0, "1.5m"),
            ("{{ $value | humanizeDuration }}", -7200.0, "-2h"),
            ("{{ $value | humanizeDuration }}", 172_800.0, "2d"),
            ("{{ $value }} }} {", -0.00001, "0 }} {"),
        ];
        for (text, value, expected) in table {
            assert_eq!(expanded(text, value).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_bad_expression_is_refused_at_its_column() {
        let table = [
            ("上 {{ $value", 3, "the closing }} is missing"),
            ("{{ value }}", 1, "$value, $threshold or $labels.NAME is expected"),
            ("{{ $value }}{{ $value | upper }}", 13, "the functions are humanizePercentage and humanizeDuration"),
            ("{{ $labels.a | humanizePercentage }}", 1, "a function takes $value or $threshold"),
        ];
        for (text, column, rule) in table {
            assert_eq!(expanded(text, 1.0), Err(BadTemplate { column, rule }), "{text}");
        }
    }
}
