//! What every row has, and one cell of it as lists, filters, sorting and CSV see it.

use crate::labels::Labels;
use std::cmp::Ordering;
use std::sync::Arc;

/// What every mirrored object has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMeta {
    pub uid: Arc<str>,
    /// None for cluster-scoped kinds.
    pub namespace: Option<Arc<str>>,
    pub name: Arc<str>,
    /// Seconds since the Unix epoch.
    pub created_at: i64,
    pub labels: Arc<Labels>,
}

/// One cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    None,
    Text(&'a str),
    Owned(String),
    Number(i64),
    /// Milli-units of CPU; written as Kubernetes writes quantities.
    Milli(i64),
    /// Bytes; written as Kubernetes writes quantities.
    Bytes(i64),
    /// Seconds since the Unix epoch.
    Time(i64),
    Bool(bool),
    /// Sorted by key.
    Labels(Vec<(&'a str, &'a str)>),
    List(Vec<&'a str>),
    /// `ready/total`, sorted by the share that is ready.
    Ratio(i64, i64),
}

impl Cell<'_> {
    /// The text that filters compare with; None where a cell has no text of its own.
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        use std::borrow::Cow;
        match self {
            Cell::Text(text) => Some(Cow::Borrowed(text)),
            Cell::Owned(text) => Some(Cow::Borrowed(text.as_str())),
            Cell::Number(number) => Some(Cow::Owned(number.to_string())),
            Cell::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Cell::Ratio(part, whole) => Some(Cow::Owned(format!("{part}/{whole}"))),
            _ => None,
        }
    }

    /// The order that sorting uses, but for empty cells, which come last whichever the direction.
    pub fn compare(&self, other: &Cell<'_>) -> Ordering {
        match (self, other) {
            (Cell::Number(a), Cell::Number(b))
            | (Cell::Milli(a), Cell::Milli(b))
            | (Cell::Bytes(a), Cell::Bytes(b))
            | (Cell::Time(a), Cell::Time(b)) => a.cmp(b),
            (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
            (Cell::Ratio(a, b), Cell::Ratio(c, d)) => {
                let (left, right) = (*a as i128 * (*d).max(1) as i128, *c as i128 * (*b).max(1) as i128);
                left.cmp(&right).then(b.cmp(d))
            }
            (Cell::List(a), Cell::List(b)) => a.cmp(b),
            (Cell::Labels(a), Cell::Labels(b)) => a.cmp(b),
            (a, b) => a.text().cmp(&b.text()),
        }
    }
}
