//! Which columns each kind's table shows, in which order; the rest stands in the drawer.

use super::query::Direction;
use model::kinds::{Column, ColumnType, KindSpec, MirroredKind};

/// One kind's table.
#[derive(Debug)]
pub struct TableSpec {
    pub kind: MirroredKind,
    /// State first, then what identifies the object, then figures, the age last.
    pub columns: &'static [&'static str],
    pub facets: &'static [&'static str],
    /// Columns that go when there is little room.
    pub minor: &'static [&'static str],
    /// Columns that are shown only where there is plenty.
    pub spare: &'static [&'static str],
}

static TABLES: [TableSpec; 12] = [
    TableSpec {
        kind: MirroredKind::Pod,
        columns: &[
            "status",
            "name",
            "namespace",
            "cluster",
            "node",
            "ready",
            "restarts",
            "requests.cpu",
            "requests.memory",
            "createdAt",
        ],
        facets: &["cluster", "namespace", "status"],
        minor: &["node"],
        spare: &["requests.cpu", "requests.memory"],
    },
    TableSpec {
        kind: MirroredKind::Node,
        columns: &[
            "status",
            "name",
            "cluster",
            "roles",
            "zone",
            "version",
            "allocatable.cpu",
            "allocatable.memory",
            "allocatable.pods",
            "taints",
            "createdAt",
        ],
        facets: &["cluster", "status", "zone", "version"],
        minor: &["roles", "allocatable.pods"],
        spare: &["taints"],
    },
    TableSpec {
        kind: MirroredKind::Namespace,
        columns: &["status", "name", "cluster", "createdAt"],
        facets: &["cluster", "status"],
        minor: &[],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::Deployment,
        columns: &["status", "name", "namespace", "cluster", "ready", "updated", "available", "images", "createdAt"],
        facets: &["cluster", "namespace", "status"],
        minor: &["images", "updated"],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::StatefulSet,
        columns: &["status", "name", "namespace", "cluster", "ready", "updated", "available", "images", "createdAt"],
        facets: &["cluster", "namespace", "status"],
        minor: &["images", "updated"],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::DaemonSet,
        columns: &["status", "name", "namespace", "cluster", "ready", "updated", "available", "images", "createdAt"],
        facets: &["cluster", "namespace", "status"],
        minor: &["images", "updated"],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::ReplicaSet,
        columns: &["name", "namespace", "cluster", "owner", "ready", "available", "images", "createdAt"],
        facets: &["cluster", "namespace"],
        minor: &["images", "available"],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::Job,
        columns: &["status", "name", "namespace", "cluster", "completions", "active", "failed", "images", "createdAt"],
        facets: &["cluster", "namespace", "status"],
        minor: &["images", "active"],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::ResourceQuota,
        columns: &["name", "namespace", "cluster", "limiting", "used", "resources", "createdAt"],
        facets: &["cluster", "namespace", "limiting"],
        minor: &["resources"],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::LimitRange,
        columns: &["name", "namespace", "cluster", "limits", "createdAt"],
        facets: &["cluster", "namespace"],
        minor: &[],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::PersistentVolumeClaim,
        columns: &["status", "name", "namespace", "cluster", "capacity", "storageClass", "volume", "createdAt"],
        facets: &["cluster", "namespace", "status", "storageClass"],
        minor: &["volume"],
        spare: &[],
    },
    TableSpec {
        kind: MirroredKind::Event,
        columns: &["type", "reason", "object", "message", "namespace", "cluster", "count", "source", "lastSeen"],
        facets: &["cluster", "namespace", "type", "reason"],
        minor: &["source", "count"],
        spare: &["source"],
    },
];

/// The table of a kind by its plural.
pub fn table_of(plural: &str) -> Option<&'static TableSpec> {
    let kind = MirroredKind::from_plural(plural)?;
    TABLES.iter().find(|table| table.kind == kind)
}

impl TableSpec {
    pub fn spec(&self) -> &'static KindSpec {
        self.kind.spec()
    }

    /// The columns of the table, looked up.
    pub fn shown(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter_map(|name| self.spec().column(name))
    }

    /// The classes of a column's cells.
    pub fn class(&self, column: &Column) -> String {
        let mut class = match column.name {
            "name" => "cell-name".to_string(),
            "status" => "cell-state".to_string(),
            "createdAt" | "lastSeen" => "cell-age".to_string(),
            other => format!("cell-{}", other.replace('.', "-")),
        };
        if is_figure(column) {
            class.push_str(" figure");
        }
        if self.minor.contains(&column.name) {
            class.push_str(" minor");
        }
        if self.spare.contains(&column.name) {
            class.push_str(" spare");
        }
        class
    }
}

/// Figures and ages stand at the right, names at the left.
pub fn is_figure(column: &Column) -> bool {
    matches!(
        column.of,
        ColumnType::Number | ColumnType::Milli | ColumnType::Bytes | ColumnType::Ratio | ColumnType::Time
    )
}

/// How a column is sorted at the first click: figures from the top, names from the front, the youngest first.
pub fn first_direction(column: &Column) -> Direction {
    match column.of {
        ColumnType::Number | ColumnType::Milli | ColumnType::Bytes | ColumnType::Time => Direction::Descending,
        _ => Direction::Ascending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_table_of_columns_that_exist() {
        for kind in MirroredKind::ALL {
            let table = table_of(kind.spec().plural).unwrap();
            for name in table.columns.iter().chain(table.facets).chain(table.minor).chain(table.spare) {
                assert!(kind.spec().column(name).is_some(), "{kind}: {name}");
            }
        }
    }
}
