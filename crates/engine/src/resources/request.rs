//! What a list is asked for, checked before anything is looked at.

use model::kinds::{Column, KindSpec, MirroredKind};
use model::query::{Query, SortKey, parse_sort};
use model::wire::problem::{FieldError, Problem};

/// The parameters of a list, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRequest {
    /// The plural, `pods`, with `.group` behind it where wanted.
    pub kind: String,
    /// Only these clusters, by name; none means all.
    pub clusters: Vec<String>,
    /// Only these namespaces; none means all.
    pub namespaces: Vec<String>,
    pub q: String,
    /// `-restarts,name`.
    pub sort: String,
    /// 1..=1000; 0 means 100.
    pub limit: usize,
    pub cursor: Option<String>,
    /// Rows before the page: for who scrolls to a place, where a cursor only goes on.
    pub offset: usize,
    /// Columns whose values are counted.
    pub facets: Vec<String>,
}

/// The most rows of one page.
pub const MAX_LIMIT: usize = 1000;
const DEFAULT_LIMIT: usize = 100;

/// A list request that can be answered.
#[derive(Clone, Debug)]
pub struct Checked {
    pub kind: MirroredKind,
    pub clusters: Vec<String>,
    pub namespaces: Vec<String>,
    pub query: Query,
    pub sort: Vec<SortKey>,
    pub limit: usize,
    pub cursor: Option<String>,
    pub offset: usize,
    pub facets: Vec<&'static Column>,
    /// Ties a cursor to the list it was made for.
    pub fingerprint: String,
}

impl ListRequest {
    /// # Errors
    /// 404 for a kind that is not mirrored; 400 naming the parameter, for `q` with its column.
    pub fn check(&self) -> Result<Checked, Problem> {
        let kind = MirroredKind::from_plural(&self.kind).ok_or_else(|| Problem::not_found("kind"))?;
        let spec = kind.spec();
        Ok(Checked {
            kind,
            clusters: self.clusters.clone(),
            namespaces: self.namespaces.clone(),
            query: Query::parse(&self.q, spec)
                .map_err(|e| Problem { column: Some(e.column), ..bad("q", "bad_query", e.to_string()) })?,
            sort: self.sort(spec)?,
            limit: self.limit()?,
            cursor: self.cursor.clone(),
            offset: self.offset()?,
            facets: self.facet_columns(spec)?,
            fingerprint: [spec.plural, &self.q, &self.sort, &self.clusters.join(","), &self.namespaces.join(",")]
                .join("\n"),
        })
    }

    fn sort(&self, spec: &'static KindSpec) -> Result<Vec<SortKey>, Problem> {
        let sort = if self.sort.is_empty() { spec.mirrored.default_sort() } else { &self.sort };
        parse_sort(sort, spec).map_err(|e| bad("sort", "bad_sort", e.to_string()))
    }

    fn limit(&self) -> Result<usize, Problem> {
        match self.limit {
            0 => Ok(DEFAULT_LIMIT),
            limit if limit <= MAX_LIMIT => Ok(limit),
            _ => Err(bad("limit", "bad_limit", format!("limit goes from 1 to {MAX_LIMIT}"))),
        }
    }

    fn offset(&self) -> Result<usize, Problem> {
        if self.offset > 0 && self.cursor.is_some() {
            return Err(bad("offset", "bad_offset", "a page begins at a cursor or at an offset, not at both".into()));
        }
        Ok(self.offset)
    }

    fn facet_columns(&self, spec: &'static KindSpec) -> Result<Vec<&'static Column>, Problem> {
        self.facets
            .iter()
            .map(|word| {
                spec.column(word)
                    .ok_or_else(|| bad("facets", "bad_facet", format!("{} have no column `{word}`", spec.plural)))
            })
            .collect()
    }
}

pub(crate) fn bad(parameter: &str, code: &str, message: String) -> Problem {
    Problem::malformed(code, message.clone()).with_field(FieldError::new(parameter, code, message))
}
