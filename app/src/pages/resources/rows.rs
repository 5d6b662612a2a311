//! The list as the page reads it: what it needs of `model::wire::resource`, in little code.

use jiff::Timestamp;
use model::labels::Labels;
use model::wire::resource::{ClusterAge, Facet};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct List {
    pub total: u64,
    pub rows: Vec<Row>,
    pub clusters: Vec<ClusterAge>,
    #[serde(default)]
    pub facets: Vec<Facet>,
}

/// What changed of it since the last message.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Delta {
    pub total: u64,
    pub rows: Vec<Row>,
    pub order: Vec<String>,
    pub clusters: Vec<ClusterAge>,
}

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub cluster: String,
    pub namespace: Option<String>,
    pub name: String,
    pub uid: String,
    pub created_at: Timestamp,
    pub labels: Labels,
    pub synced_at: Option<Timestamp>,
    columns: Vec<(String, Cell)>,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Nothing,
    Bool(bool),
    Number(i64),
    Fraction(f64),
    Text(String),
    List(Vec<Cell>),
    Object(Vec<(String, Cell)>),
}

impl Row {
    /// The value of a column; a dot goes into a nested object.
    pub fn value(&self, name: &str) -> Option<&Cell> {
        value_of(&self.columns, name)
    }
}

fn value_of<'a>(columns: &'a [(String, Cell)], name: &str) -> Option<&'a Cell> {
    let (head, rest) = name.split_once('.').unwrap_or((name, ""));
    let (_, cell) = columns.iter().find(|(key, _)| key == head)?;
    match cell {
        cell if rest.is_empty() => Some(cell),
        Cell::Object(columns) => value_of(columns, rest),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Row, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let (mut cluster, mut namespace, mut name, mut uid) = (None, None, None, None);
        let (mut created_at, mut synced_at, mut labels) = (None, None, None);
        let mut columns = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "cluster" => cluster = map.next_value()?,
                "namespace" => namespace = map.next_value()?,
                "name" => name = map.next_value()?,
                "uid" => uid = map.next_value()?,
                "createdAt" => created_at = map.next_value()?,
                "syncedAt" => synced_at = map.next_value()?,
                "labels" => labels = map.next_value()?,
                _ => columns.push((key, map.next_value()?)),
            }
        }
        let missing = || A::Error::missing_field("of a row");
        Ok(Row {
            cluster: cluster.ok_or_else(missing)?,
            namespace,
            name: name.ok_or_else(missing)?,
            uid: uid.ok_or_else(missing)?,
            created_at: created_at.ok_or_else(missing)?,
            labels: labels.ok_or_else(missing)?,
            synced_at,
            columns,
        })
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cell, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell::Nothing)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Number(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Cell, E> {
        Ok(i64::try_from(value).map_or(Cell::Fraction(value as f64), Cell::Number))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Cell, E> {
        Ok(Cell::Fraction(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cell, E> {
        Ok(Cell::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cell, A::Error> {
        let mut cells = Vec::new();
        while let Some(cell) = list.next_element()? {
            cells.push(cell);
        }
        Ok(Cell::List(cells))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
        let mut columns = Vec::new();
        while let Some(key) = map.next_key()? {
            columns.push((key, map.next_value()?));
        }
        Ok(Cell::Object(columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_writes_is_read() {
        let row = serde_json::json!({
            "cluster": "sh", "namespace": "shop", "name": "web", "uid": "1", "createdAt": "2026-01-01T00:00:00Z",
            "labels": { "app": "web" }, "syncedAt": null, "status": "Running", "restarts": 3, "images": ["a", "b"],
            "requests": { "cpu": "100m", "share": 0.5 }, "ready": true, "node": null
        });
        let list = model::wire::resource::ResourceList {
            kind: "pods".into(),
            total: 1,
            rows: vec![serde_json::from_value(row).unwrap()],
            clusters: vec![],
            revision: 1,
            next: None,
            facets: vec![],
        };
        let list: List = small_json::from_str(&serde_json::to_string(&list).unwrap()).unwrap();
        let row = &list.rows[0];
        assert_eq!((row.name.as_str(), row.namespace.as_deref(), row.labels.len()), ("web", Some("shop"), 1));
        let text = |text: &str| Cell::Text(text.into());
        for (column, expected) in [
            ("status", Some(text("Running"))),
            ("restarts", Some(Cell::Number(3))),
            ("images", Some(Cell::List(vec![text("a"), text("b")]))),
            ("requests.cpu", Some(text("100m"))),
            ("requests.share", Some(Cell::Fraction(0.5))),
            ("requests.gpu", None),
            ("ready", Some(Cell::Bool(true))),
            ("node", Some(Cell::Nothing)),
        ] {
            assert_eq!(row.value(column), expected.as_ref(), "{column}");
        }
    }
}
