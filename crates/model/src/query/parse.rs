//! Reads one token into a term.

use super::token::Token;
use super::{Comparison, QueryError, Term, Test};
use crate::k8s::quantity::Quantity;
use crate::kinds::{COMMON_COLUMNS, Column, ColumnType, KindSpec};

pub(super) fn term(token: &Token, kind: &'static KindSpec) -> Result<Term, QueryError> {
    let Some(colon) = token.colon else {
        return Ok(word(token));
    };
    let (field, value) = (&token.text[..colon], &token.text[colon + 1..]);
    let at_value = token.span.start + field.chars().count() + 1;
    let column = kind.column(field).ok_or_else(|| unknown_field(token, field, kind))?;
    if value.is_empty() {
        return Err(QueryError { column: at_value + 1, message: format!("`{field}:` needs a value") });
    }
    let (negated, value) = strip(value, '!');
    let value_column = at_value + usize::from(negated) + 1;
    // `label:app!=web` says no by its operator.
    let (test, flip) = match column.of {
        ColumnType::Labels => label(value, value_column)?,
        _ => by_operator(column, value, value_column)?,
    };
    Ok(Term { span: token.span, negated: negated != flip, test })
}

fn word(token: &Token) -> Term {
    let (negated, word) = strip(&token.text, '!');
    // A lone `!` is looked for as it stands.
    let (negated, word) = if word.is_empty() { (false, token.text.as_str()) } else { (negated, word) };
    Term { span: token.span, negated, test: Test::Word(word.to_lowercase()) }
}

fn strip(text: &str, sign: char) -> (bool, &str) {
    match text.strip_prefix(sign) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

fn unknown_field(token: &Token, field: &str, kind: &KindSpec) -> QueryError {
    let known: Vec<&str> = COMMON_COLUMNS.iter().chain(kind.columns).map(|c| c.name).collect();
    QueryError {
        column: token.span.start + 1,
        message: format!(
            "{} have no field `{field}`; there are {}. Put quotes around a word with a colon.",
            kind.plural,
            known.join(", ")
        ),
    }
}

fn label(value: &str, at: usize) -> Result<(Test, bool), QueryError> {
    let (key, wanted, flip) = match value.split_once('=') {
        Some((key, wanted)) => match key.strip_suffix('!') {
            Some(key) => (key, Some(wanted), true),
            None => (key, Some(wanted), false),
        },
        None => (value, None, false),
    };
    if key.is_empty() {
        return Err(QueryError { column: at, message: "a label needs a key, as in `label:app=web`".into() });
    }
    Ok((Test::Label { key: key.to_string(), value: wanted.map(str::to_string) }, flip))
}

fn by_operator(column: &'static Column, value: &str, at: usize) -> Result<(Test, bool), QueryError> {
    if let Some(part) = value.strip_prefix('~') {
        return Ok((Test::Contains { column, values: values(part, at + 1)? }, false));
    }
    let (comparison, operand) = comparison(value);
    let operand_at = at + (value.chars().count() - operand.chars().count());
    match (comparison, column.of) {
        (Some(comparison), _) => compare(column, comparison, operand, operand_at),
        (None, ColumnType::Time) => Err(QueryError {
            column: at,
            message: format!("`{}` is compared with `<` or `>`, as in `age:<1h`", column.name),
        }),
        (None, ColumnType::Number | ColumnType::Milli | ColumnType::Bytes) => {
            compare(column, Comparison::Equal, operand, at)
        }
        (None, _) => Ok((Test::Equals { column, values: values(operand, at)? }, false)),
    }
}

fn comparison(value: &str) -> (Option<Comparison>, &str) {
    const OPERATORS: [(&str, Comparison); 5] = [
        (">=", Comparison::GreaterOrEqual),
        ("<=", Comparison::LessOrEqual),
        (">", Comparison::Greater),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];
    OPERATORS
        .iter()
        .find_map(|(sign, comparison)| value.strip_prefix(sign).map(|rest| (Some(*comparison), rest)))
        .unwrap_or((None, value))
}

fn compare(
    column: &'static Column,
    comparison: Comparison,
    operand: &str,
    at: usize,
) -> Result<(Test, bool), QueryError> {
    let wrong = |what: &str| QueryError { column: at, message: format!("`{operand}` is not {what}") };
    let number = match column.of {
        ColumnType::Number | ColumnType::Ratio => operand.parse().map_err(|_| wrong("a whole number"))?,
        ColumnType::Time => age(operand).ok_or_else(|| wrong("an age such as 30s, 5m, 1h, 2d or 1w"))?,
        ColumnType::Milli => {
            let quantity = Quantity::parse(operand).map_err(|_| wrong("a quantity such as 500m or 2"))?;
            quantity.milli()
        }
        ColumnType::Bytes => {
            let quantity = Quantity::parse(operand).map_err(|_| wrong("a quantity such as 128Mi or 1G"))?;
            quantity.value()
        }
        ColumnType::Text | ColumnType::Bool | ColumnType::List | ColumnType::Labels => {
            if comparison == Comparison::Equal {
                return Ok((Test::Equals { column, values: values(operand, at)? }, false));
            }
            return Err(QueryError {
                column: at.saturating_sub(1),
                message: format!("`{}` is text and has no order; use `:`, `:~` or `:!`", column.name),
            });
        }
    };
    Ok((Test::Compare { column, comparison, number }, false))
}

/// `1h30m` in seconds.
fn age(text: &str) -> Option<i64> {
    let mut seconds: i64 = 0;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        seconds = seconds.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then_some(seconds)
}

fn values(text: &str, at: usize) -> Result<Vec<String>, QueryError> {
    let values: Vec<String> = text.split(',').map(str::to_lowercase).filter(|v| !v.is_empty()).collect();
    if values.is_empty() {
        return Err(QueryError { column: at, message: "a value is missing here".into() });
    }
    Ok(values)
}
