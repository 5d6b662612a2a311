//! A row as it goes over the wire.

use super::evaluate::Source;
use super::request::Checked;
use model::columns::Row;
use model::k8s::quantity::{format_bytes, format_cpu_milli};
use model::rows::Cell;
use model::wire::resource::ResourceRow;
use serde_json::{Map, Value};

pub(super) fn wire_row(source: &Source<'_>, row: &Row<'_>, list: &Checked) -> ResourceRow {
    let mut columns = Map::new();
    for column in list.kind.spec().columns {
        insert(&mut columns, column.name, value(&row.cell(column.at)));
    }
    ResourceRow {
        cluster: source.place.cluster.to_string(),
        namespace: row.namespace().map(str::to_string),
        name: row.name(),
        uid: row.uid(),
        created_at: jiff::Timestamp::from_second(row.created_at()).unwrap_or(jiff::Timestamp::UNIX_EPOCH),
        labels: row.labels().collect(),
        synced_at: source.evidence_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()),
        columns,
    }
}

fn insert(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            object.insert(path.to_string(), value);
        }
        Some((head, rest)) => {
            let nested = object.entry(head.to_string()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(nested) = nested {
                insert(nested, rest, value);
            }
        }
    }
}

/// A cell as JSON: quantities as Kubernetes writes them, times as RFC 3339.
fn value(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::None => Value::Null,
        Cell::Number(n) => Value::from(*n),
        Cell::Bool(b) => Value::from(*b),
        Cell::Milli(n) => Value::from(format_cpu_milli(*n)),
        Cell::Bytes(n) => Value::from(format_bytes(*n)),
        Cell::Time(at) => jiff::Timestamp::from_second(*at).map_or(Value::Null, |t| Value::from(t.to_string())),
        Cell::List(items) => items.iter().map(|i| Value::from(*i)).collect(),
        Cell::Labels(labels) => {
            labels.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect::<Map<_, _>>().into()
        }
        other => other.text().map_or(Value::Null, |text| Value::from(text.into_owned())),
    }
}
