//! The query language `q`: `cluster:sh ns:shop status:!Running node:~gpu label:app=web restarts:>5
//! age:<1h word`, joined by AND. One parser for REST, pages, saved views and rules.
//!
//! - `field:value` equals, ignoring case; several values by comma are joined by OR.
//! - `!` negates, `~` means contains, `>` `>=` `<` `<=` compare numbers, quantities and ages.
//! - `label:app=web`, `label:app!=web`, `label:app` (is there), `label:!app` (is not).
//! - A bare word is looked for in every text column; `!word` wants it in none.
//! - `"…"` keeps spaces and colons together.

mod filter;
mod parse;
mod sort;
mod text;
mod token;

pub use filter::{Filter, Place};
pub use sort::{SortError, SortKey, parse_sort};

use crate::kinds::{Column, KindSpec};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A query against one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    kind: &'static KindSpec,
    terms: Vec<Term>,
}

/// One condition, with where it stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub span: Span,
    pub negated: bool,
    pub test: Test,
}

/// Character positions in the query, from 0, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// What a term asks of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// A word, lower-cased, in any text column.
    Word(String),
    /// A column equals one of these, lower-cased.
    Equals { column: &'static Column, values: Vec<String> },
    /// A column contains one of these, lower-cased.
    Contains { column: &'static Column, values: Vec<String> },
    /// A column compares with a number, in the column's own unit. For times: an age in seconds.
    Compare { column: &'static Column, comparison: Comparison, number: i64 },
    /// A label is there, with this value where one is given.
    Label { key: String, value: Option<String> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// The longest query, in characters. Each term is held against every row, so a query's length is a cost to everybody.
pub const MAX_CHARS: usize = 2000;
/// The most terms of a query.
pub const MAX_TERMS: usize = 32;

/// Why a query cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryError {
    /// The character the trouble starts at, counted from 1.
    pub column: usize,
    pub message: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// Reads a query against the columns of `kind`. An empty text matches everything.
    ///
    /// # Errors
    /// Where it stops making sense, or grows beyond [`MAX_CHARS`] or [`MAX_TERMS`].
    pub fn parse(text: &str, kind: &'static KindSpec) -> Result<Query, QueryError> {
        if text.chars().count() > MAX_CHARS {
            let message = format!("a query has at most {MAX_CHARS} characters");
            return Err(QueryError { column: MAX_CHARS + 1, message });
        }
        let tokens = token::split(text)?;
        if let Some(extra) = tokens.get(MAX_TERMS) {
            return Err(QueryError {
                column: extra.span.start + 1,
                message: format!("a query has at most {MAX_TERMS} terms"),
            });
        }
        let terms = tokens.iter().map(|token| parse::term(token, kind)).collect::<Result<Vec<_>, _>>()?;
        Ok(Query { kind, terms })
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    pub fn kind(&self) -> &'static KindSpec {
        self.kind
    }
}

#[cfg(test)]
mod tests;
