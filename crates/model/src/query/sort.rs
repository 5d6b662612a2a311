//! The `sort` parameter: `-restarts,name`.

use crate::kinds::{Column, KindSpec};
use std::fmt;

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SortKey {
    pub column: &'static Column,
    pub descending: bool,
}

/// A sort key that the kind does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortError {
    pub word: String,
    pub plural: &'static str,
}

impl fmt::Display for SortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} have no column `{}` to sort by", self.plural, self.word)
    }
}

impl std::error::Error for SortError {}

/// Reads comma-separated column names, each with `-` before it for descending. `age` is the reverse of
/// `createdAt`: the oldest is the greatest.
pub fn parse_sort(text: &str, kind: &'static KindSpec) -> Result<Vec<SortKey>, SortError> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let (descending, name) = match word.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, word),
            };
            let column = kind.column(name).ok_or_else(|| SortError { word: name.to_string(), plural: kind.plural })?;
            Ok(SortKey { column, descending: descending != (name == "age") })
        })
        .collect()
}
