//! Holds rows against a query.

use super::{Comparison, Query, Term, Test};
use crate::kinds::ColumnType;
use crate::rows::{Cell, Row};

impl Query {
    /// Whether a row of cluster `cluster`, synced at `synced_at`, matches; times in seconds since the Unix epoch.
    pub fn matches(&self, cluster: &str, synced_at: Option<i64>, row: &dyn Row, now: i64) -> bool {
        self.terms.iter().all(|term| self.holds(term, cluster, synced_at, row, now) != term.negated)
    }

    /// Whether no row of this cluster can match, so that its rows need no look.
    pub fn excludes_cluster(&self, cluster: &str) -> bool {
        self.terms.iter().any(|term| match &term.test {
            Test::Equals { column, values } if column.name == "cluster" => {
                values.iter().any(|v| equal(cluster, v)) == term.negated
            }
            _ => false,
        })
    }

    fn holds(&self, term: &Term, cluster: &str, synced_at: Option<i64>, row: &dyn Row, now: i64) -> bool {
        let cell = |name: &str| match name {
            "cluster" => Cell::Text(cluster),
            "syncedAt" => synced_at.map_or(Cell::None, Cell::Time),
            other => row.cell(other),
        };
        match &term.test {
            Test::Word(word) => self.has_word(&cell, word),
            Test::Equals { column, values } => {
                any_text(&cell(column.name), |text| values.iter().any(|v| equal(text, v)))
            }
            Test::Contains { column, values } => {
                any_text(&cell(column.name), |text| values.iter().any(|v| contains(text, v)))
            }
            Test::Compare { column, comparison, number } => compares(&cell(column.name), *comparison, *number, now),
            Test::Label { key, value } => match (row.meta().labels.get(key), value) {
                (Some(is), Some(wanted)) => is == wanted,
                (is, None) => is.is_some(),
                (None, Some(_)) => false,
            },
        }
    }

    fn has_word<'a>(&self, cell: &dyn Fn(&str) -> Cell<'a>, word: &str) -> bool {
        let common = ["name", "namespace", "cluster"];
        let own = self.kind.columns.iter().filter(|c| matches!(c.of, ColumnType::Text | ColumnType::List));
        common.into_iter().chain(own.map(|c| c.name)).any(|column| any_text(&cell(column), |text| contains(text, word)))
    }
}

fn any_text(cell: &Cell<'_>, test: impl Fn(&str) -> bool) -> bool {
    match cell {
        Cell::List(items) => items.iter().any(|item| test(item)),
        other => other.text().is_some_and(|text| test(&text)),
    }
}

/// `lower` is already lower-case.
fn equal(text: &str, lower: &str) -> bool {
    text.eq_ignore_ascii_case(lower) || (!text.is_ascii() && text.to_lowercase() == lower)
}

fn contains(text: &str, lower: &str) -> bool {
    if text.is_ascii() && lower.is_ascii() {
        let (text, lower) = (text.as_bytes(), lower.as_bytes());
        return lower.is_empty() || text.windows(lower.len()).any(|part| part.eq_ignore_ascii_case(lower));
    }
    text.to_lowercase().contains(lower)
}

fn compares(cell: &Cell<'_>, comparison: Comparison, number: i64, now: i64) -> bool {
    let value = match cell {
        Cell::Number(n) | Cell::Milli(n) | Cell::Bytes(n) => *n,
        Cell::Ratio(part, _) => *part,
        Cell::Time(at) => now - at,
        _ => return false,
    };
    match comparison {
        Comparison::Less => value < number,
        Comparison::LessOrEqual => value <= number,
        Comparison::Equal => value == number,
        Comparison::GreaterOrEqual => value >= number,
        Comparison::Greater => value > number,
    }
}
