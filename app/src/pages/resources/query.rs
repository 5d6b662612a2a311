//! What a list shows, as its address says it: the parameters of the REST list, and which row is open.

use super::tables::table_of;
use crate::format::{text::words, url};
use leptos_router::params::ParamsMap;

/// Rows of the window at most, whatever its address says: a browser never holds a table.
pub const MOST_ROWS: usize = 60;

/// A list's parameters. An empty one is left out of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// The plural.
    pub kind: String,
    pub clusters: Vec<String>,
    pub namespaces: Vec<String>,
    pub q: String,
    /// `-restarts,name`.
    pub sort: String,
    /// 0 is [`MOST_ROWS`].
    pub limit: usize,
    /// Rows before the window.
    pub offset: usize,
    /// The uid of the row whose details are shown.
    pub open: Option<String>,
}

impl ListQuery {
    /// From the address of the page.
    pub fn from_address(kind: String, query: &ParamsMap) -> ListQuery {
        let mut list = ListQuery { kind, ..Default::default() };
        for (key, value) in query.clone() {
            list.set(&key, &value);
        }
        // Where the window is, scrolling says; a smaller one would leave rows in sight empty.
        ListQuery { offset: 0, limit: 0, ..list }
    }

    /// From what [`ListQuery::to_query_string`] wrote.
    pub fn from_query_string(text: &str) -> ListQuery {
        let mut list = ListQuery::default();
        for (key, value) in url::pairs(text) {
            list.set(&key, &value);
        }
        list
    }

    fn set(&mut self, key: &str, value: &str) {
        let some = || Some(value.to_string()).filter(|value| !value.is_empty());
        match key {
            "kind" if self.kind.is_empty() => self.kind = value.to_string(),
            "clusters" => self.clusters.extend(words(value)),
            "namespaces" => self.namespaces.extend(words(value)),
            "q" => self.q = value.trim().to_string(),
            "sort" => self.sort = value.to_string(),
            "limit" => self.limit = value.parse().unwrap_or_default(),
            "offset" => self.offset = value.parse().unwrap_or_default(),
            "open" => self.open = some(),
            _ => {}
        }
    }

    /// For the server: the list without what is open, with `kind` in front.
    pub fn to_query_string(&self) -> String {
        let limit = if self.limit == 0 { MOST_ROWS } else { self.limit.min(MOST_ROWS) };
        let asked = ListQuery { open: None, limit, ..self.clone() };
        asked.write(Some(&self.kind))
    }

    /// For the stream, with the facets that its pages must count.
    pub fn to_stream_parameters(&self) -> String {
        format!("{}&facets={}", self.to_query_string(), self.facets().join(","))
    }

    /// The address of the page that shows this.
    pub fn address(&self) -> String {
        let path = format!("/resources/{}", self.kind);
        let query = self.write(None);
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    fn write(&self, kind: Option<&str>) -> String {
        let (clusters, namespaces) = (self.clusters.join(","), self.namespaces.join(","));
        let unless_zero = |number: usize| if number == 0 { String::new() } else { number.to_string() };
        let (limit, offset) = (unless_zero(self.limit), unless_zero(self.offset));
        url::query([
            ("kind", kind.unwrap_or_default()),
            ("clusters", &clusters),
            ("namespaces", &namespaces),
            ("q", &self.q),
            ("sort", &self.sort),
            ("limit", &limit),
            ("offset", &offset),
            ("open", self.open.as_deref().unwrap_or_default()),
        ])
    }

    /// Columns whose values are counted beside the list.
    pub fn facets(&self) -> Vec<String> {
        table_of(&self.kind).map_or(&[][..], |table| table.facets).iter().map(|column| column.to_string()).collect()
    }

    /// The same list from its first page on.
    fn restarted(&self) -> ListQuery {
        ListQuery { offset: 0, open: None, ..self.clone() }
    }

    pub fn with_q(&self, q: impl Into<String>) -> ListQuery {
        ListQuery { q: q.into(), ..self.restarted() }
    }

    pub fn with_offset(&self, offset: usize) -> ListQuery {
        ListQuery { offset, ..self.clone() }
    }

    pub fn with_open(&self, uid: Option<&str>) -> ListQuery {
        ListQuery { open: uid.map(str::to_string), ..self.clone() }
    }

    /// Which way a column is sorted now; None when the list is sorted by another.
    pub fn direction(&self, column: &str) -> Option<Direction> {
        let first = self.sort.split(',').next().unwrap_or_default();
        match first.strip_prefix('-') {
            Some(name) if name == column => Some(Direction::Descending),
            None if first == column => Some(Direction::Ascending),
            _ => None,
        }
    }

    /// Sorted by a column; by the same one again the other way round.
    pub fn sorted_by(&self, column: &str, first: Direction) -> ListQuery {
        let direction = match self.direction(column) {
            Some(Direction::Ascending) => Direction::Descending,
            Some(Direction::Descending) => Direction::Ascending,
            None => first,
        };
        let sort = match direction {
            Direction::Ascending => column.to_string(),
            Direction::Descending => format!("-{column}"),
        };
        ListQuery { sort, ..self.restarted() }
    }

    /// Whether the query has this very term.
    pub fn has_term(&self, term: &str) -> bool {
        pieces(&self.q).iter().any(|piece| piece == term)
    }

    /// The term taken out where it is there, put in place of others of its column where it is not.
    pub fn toggled(&self, column: &str, term: &str) -> ListQuery {
        let had = self.has_term(term);
        let prefix = format!("{column}:");
        let mut kept: Vec<String> =
            pieces(&self.q).into_iter().filter(|piece| piece != term && (had || !piece.starts_with(&prefix))).collect();
        if !had {
            kept.push(term.to_string());
        }
        self.with_q(kept.join(" "))
    }
}

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// `column:value`, with quotes where the value needs them.
pub fn term(column: &str, value: &str) -> String {
    let plain = !value.is_empty()
        && !value.starts_with(['!', '~', '<', '>', '='])
        && value.chars().all(|c| !c.is_whitespace() && !matches!(c, '"' | ','));
    if plain { format!("{column}:{value}") } else { format!("{column}:\"{}\"", value.replace('"', "")) }
}

/// The query's pieces, split at blanks outside quotes.
fn pieces(query: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    for c in query.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => {
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pods(q: &str) -> ListQuery {
        ListQuery { kind: "pods".into(), q: q.into(), ..Default::default() }
    }

    #[test]
    fn a_list_survives_the_way_to_the_server() {
        let list = ListQuery {
            kind: "pods".into(),
            clusters: vec!["sh".into(), "bj".into()],
            namespaces: vec!["shop".into()],
            q: "status:!Running \"a b\"".into(),
            sort: "-restarts,name".into(),
            limit: 50,
            offset: 120,
            open: None,
        };
        assert_eq!(ListQuery::from_query_string(&list.to_query_string()), list);
    }

    #[test]
    fn a_page_never_asks_for_more_rows_than_a_browser_should_hold() {
        for (asked, expected) in [(0, MOST_ROWS), (10, 10), (500, MOST_ROWS)] {
            let list = ListQuery { limit: asked, ..pods("") };
            assert_eq!(ListQuery::from_query_string(&list.to_query_string()).limit, expected);
        }
    }

    #[test]
    fn sorting_again_turns_round() {
        let list = pods("").sorted_by("restarts", Direction::Descending);
        assert_eq!(list.sort, "-restarts");
        assert_eq!(list.sorted_by("restarts", Direction::Descending).sort, "restarts");
        assert_eq!(list.sorted_by("name", Direction::Ascending).sort, "name");
    }

    #[test]
    fn a_facet_is_put_in_and_taken_out() {
        let list = pods("web ns:shop").toggled("status", "status:Running");
        assert_eq!(list.q, "web ns:shop status:Running");
        assert_eq!(list.toggled("status", "status:Failed").q, "web ns:shop status:Failed");
        assert_eq!(list.toggled("status", "status:Running").q, "web ns:shop");
        assert_eq!(pods("\"a b\" x").toggled("cluster", &term("cluster", "sh")).q, "\"a b\" x cluster:sh");
    }

    #[test]
    fn odd_values_are_quoted_so_that_they_read_back() {
        assert_eq!(term("status", "Init:0/1"), "status:Init:0/1");
        assert_eq!(term("status", "a b"), "status:\"a b\"");
        let spec = model::kinds::MirroredKind::Pod.spec();
        for value in ["Running", "Init:0/1", "a b", "Ready,SchedulingDisabled"] {
            assert!(model::query::Query::parse(&term("status", value), spec).is_ok(), "{value}");
        }
    }
}
