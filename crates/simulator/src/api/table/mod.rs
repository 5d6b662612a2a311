//! `meta.k8s.io/v1` Table, what `kubectl get` shows.

mod age;
mod columns;
mod pod;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::object_store::{Kind, StoredObject};
use columns::Column;

/// What each row carries beside its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Include {
    None,
    Metadata,
    Object,
}

/// Renders objects of one kind; `columns` false leaves the definitions out, as later watch events do.
pub fn render(kind: &Kind, objects: &[Arc<StoredObject>], meta: Value, columns: bool, include: Include) -> Value {
    let table = columns::of(kind);
    let now = Timestamp::now();
    let rows: Vec<Value> = objects
        .iter()
        .map(|stored| {
            let object = stored.value();
            let cells: Vec<Value> = table.iter().map(|c| (c.cell)(&object, now)).collect();
            let mut row = json!({"cells": cells});
            match include {
                Include::None => {}
                Include::Object => row["object"] = (*object).clone(),
                Include::Metadata => {
                    row["object"] = json!({
                        "kind": "PartialObjectMetadata",
                        "apiVersion": "meta.k8s.io/v1",
                        "metadata": object["metadata"],
                    });
                }
            }
            row
        })
        .collect();
    document(&table, meta, columns, rows)
}

/// A bookmark within a watch of tables.
pub fn bookmark(kind: &Kind, object: Value, version: u64, columns: bool) -> Value {
    let table = columns::of(kind);
    let cells = vec![Value::Null; table.len()];
    let meta = json!({"resourceVersion": version.to_string()});
    document(&table, meta, columns, vec![json!({"cells": cells, "object": object})])
}

fn document(table: &[Column], meta: Value, columns: bool, rows: Vec<Value>) -> Value {
    let definitions: Vec<Value> = if columns { table.iter().map(Column::definition).collect() } else { Vec::new() };
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": meta,
        "columnDefinitions": definitions,
        "rows": rows,
    })
}
