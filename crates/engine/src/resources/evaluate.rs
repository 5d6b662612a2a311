//! Answers a list from rows in memory: filter, facets, order, page.

use super::cursor;
use super::order;
use super::request::Checked;
use model::access::Scope;
use model::fleet::ClusterState;
use model::ids::ClusterId;
use model::k8s::quantity::{format_bytes, format_cpu_milli};
use model::rows::{Cell, Row};
use model::wire::problem::Problem;
use model::wire::resource::{ClusterAge, Facet, FacetValue, ResourceList, ResourceRow};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Past this age a cluster's rows are the last known, not the present.
pub const HARD_STALENESS_SECONDS: f64 = 10.0;
/// How many values of a facet are told.
const FACET_VALUES: usize = 50;

/// One cluster's rows of one kind at one moment.
pub struct Part<'a> {
    pub id: &'a ClusterId,
    pub name: &'a str,
    pub state: ClusterState,
    /// The last proof of life of this kind's stream, milliseconds since the Unix epoch.
    pub evidence_ms: Option<i64>,
    pub not_allowed: bool,
    pub rows: Vec<&'a dyn Row>,
}

/// A row that matches, with the cluster it is in.
pub(super) struct Found<'a> {
    pub cluster: &'a str,
    pub evidence_ms: Option<i64>,
    pub row: &'a dyn Row,
}

impl<'a> Found<'a> {
    pub(super) fn cell(&self, column: &str) -> Cell<'a> {
        match column {
            "cluster" => Cell::Text(self.cluster),
            "syncedAt" => self.evidence_ms.map_or(Cell::None, |ms| Cell::Time(ms.div_euclid(1000))),
            other => self.row.cell(other),
        }
    }
}

/// The page that `list` asks for, within `scope`.
///
/// # Errors
/// 400 for a cursor of another list.
pub fn evaluate(
    list: &Checked,
    scope: &Scope,
    parts: &[Part<'_>],
    revision: u64,
    now_ms: i64,
) -> Result<ResourceList, Problem> {
    let parts: Vec<&Part<'_>> = parts.iter().filter(|part| wanted(list, scope, part)).collect();
    let found = matching(list, scope, &parts, now_ms);
    let facets = facets(&list.facets, &found);
    let total = found.len() as u64;
    let mut placed: Vec<_> = found.iter().map(|f| (order::position(f, &list.sort), f)).collect();
    if let Some(text) = &list.cursor {
        let after = cursor::decode(&list.fingerprint, text)?;
        placed.retain(|(at, _)| order::compare(at, &after, &list.sort).is_gt());
    }
    let more = placed.len() > list.limit;
    if more {
        placed.select_nth_unstable_by(list.limit, |a, b| order::compare(&a.0, &b.0, &list.sort));
        placed.truncate(list.limit);
    }
    placed.sort_unstable_by(|a, b| order::compare(&a.0, &b.0, &list.sort));
    let rows = placed.iter().map(|(_, f)| wire_row(f, list)).collect();
    let next = placed.pop().filter(|_| more).map(|(at, _)| cursor::encode(&list.fingerprint, at));
    Ok(ResourceList {
        kind: list.kind.spec().plural.to_string(),
        total,
        rows,
        clusters: parts.iter().map(|part| age(part, now_ms)).collect(),
        revision,
        next,
        facets,
    })
}

fn wanted(list: &Checked, scope: &Scope, part: &Part<'_>) -> bool {
    scope.sees_cluster(part.id)
        && (list.clusters.is_empty() || list.clusters.iter().any(|name| name == part.name))
        && !list.query.excludes_cluster(part.name)
}

fn matching<'a>(list: &Checked, scope: &Scope, parts: &[&'a Part<'a>], now_ms: i64) -> Vec<Found<'a>> {
    let now = now_ms.div_euclid(1000);
    let mut found = Vec::new();
    for part in parts {
        let synced_at = part.evidence_ms.map(|ms| ms.div_euclid(1000));
        for row in &part.rows {
            let namespace = row.meta().namespace.as_deref();
            let asked = list.namespaces.is_empty()
                || namespace.is_some_and(|is| list.namespaces.iter().any(|wanted| wanted == is));
            if asked && scope.sees_namespace(namespace) && list.query.matches(part.name, synced_at, *row, now) {
                found.push(Found { cluster: part.name, evidence_ms: part.evidence_ms, row: *row });
            }
        }
    }
    found
}

fn facets(columns: &[&'static str], found: &[Found<'_>]) -> Vec<Facet> {
    columns
        .iter()
        .map(|column| {
            let mut counts: HashMap<String, u64> = HashMap::new();
            for row in found {
                match row.cell(column) {
                    Cell::List(items) => items.iter().for_each(|i| *counts.entry(i.to_string()).or_default() += 1),
                    cell => {
                        if let Some(text) = cell.text() {
                            *counts.entry(text.into_owned()).or_default() += 1;
                        }
                    }
                }
            }
            let mut values: Vec<FacetValue> =
                counts.into_iter().map(|(value, count)| FacetValue { value, count }).collect();
            values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            values.truncate(FACET_VALUES);
            Facet { column: column.to_string(), values }
        })
        .collect()
}

fn age(part: &Part<'_>, now_ms: i64) -> ClusterAge {
    let age = part.evidence_ms.map(|at| (now_ms - at).max(0) as f64 / 1000.0);
    ClusterAge {
        name: part.name.to_string(),
        state: part.state,
        age,
        stale: !part.not_allowed && age.is_none_or(|age| age > HARD_STALENESS_SECONDS),
        synced_at: part.evidence_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()),
        not_allowed: part.not_allowed,
    }
}

fn wire_row(found: &Found<'_>, list: &Checked) -> ResourceRow {
    let meta = found.row.meta();
    let mut columns = Map::new();
    for column in list.kind.spec().columns {
        insert(&mut columns, column.name, value(&found.cell(column.name)));
    }
    ResourceRow {
        cluster: found.cluster.to_string(),
        namespace: meta.namespace.as_deref().map(str::to_string),
        name: meta.name.to_string(),
        uid: meta.uid.to_string(),
        created_at: jiff::Timestamp::from_second(meta.created_at).unwrap_or(jiff::Timestamp::UNIX_EPOCH),
        labels: (*meta.labels).clone(),
        synced_at: found.evidence_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()),
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
        Cell::Labels(labels) => serde_json::to_value(labels).unwrap_or(Value::Null),
        other => other.text().map_or(Value::Null, |text| Value::from(text.into_owned())),
    }
}
