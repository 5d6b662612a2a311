//! Controllers of which lists show how far they are: StatefulSets, DaemonSets, ReplicaSets.

use super::{OwnerRef, RowMeta};
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::kinds::{Column, ColumnType, KindSpec, MirroredKind, column};
use std::sync::Arc;

/// How far a controller is with its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub meta: RowMeta,
    /// Pods wanted.
    pub replicas: i32,
    pub updated: i32,
    pub ready: i32,
    pub available: i32,
    /// The status shows the generation that is there now.
    pub observed: bool,
    pub owner: Option<Arc<OwnerRef>>,
    pub images: Arc<[Arc<str>]>,
}

/// Fields of [`Workload`], the same for each of its kinds.
const STATUS: Field = Field(0);
const READY: Field = Field(1);
const REPLICAS: Field = Field(2);
const UPDATED: Field = Field(3);
const AVAILABLE: Field = Field(4);
const OBSERVED: Field = Field(5);
const OWNER: Field = Field(6);
const IMAGES: Field = Field(7);
const FIELDS: &[Width] =
    &[Width::U8, Width::U32, Width::U32, Width::U32, Width::U32, Width::U8, Width::U32, Width::U32];
const STATUSES: &[&str] = &["Progressing", "Available"];

impl Workload {
    /// The rule of `kubectl rollout status`: observed, all updated, all available.
    pub fn is_rolled_out(&self) -> bool {
        self.observed && self.updated >= self.replicas && self.available >= self.replicas
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        cells.number(STATUS, u64::from(self.is_rolled_out()));
        cells.count(READY, self.ready.into());
        cells.count(REPLICAS, self.replicas.into());
        cells.count(UPDATED, self.updated.into());
        cells.count(AVAILABLE, self.available.into());
        cells.number(OBSERVED, u64::from(self.observed));
        OwnerRef::write(self.owner.as_ref(), cells, OWNER);
        cells.texts(IMAGES, self.images.iter().map(AsRef::as_ref));
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let count = |field| row.number(field) as i32;
        Workload {
            meta,
            replicas: count(REPLICAS),
            updated: count(UPDATED),
            ready: count(READY),
            available: count(AVAILABLE),
            observed: row.number(OBSERVED) != 0,
            owner: OwnerRef::read(row, OWNER),
            images: row.words(IMAGES).shared_texts(),
        }
    }
}

const fn images() -> Column {
    Column { aliases: &["image"], ..column("images", ColumnType::List, Access::List(IMAGES)) }
}

const STATUS_COLUMN: Column = column("status", ColumnType::Text, Access::Choice(STATUS, STATUSES));
const READY_COLUMN: Column = column("ready", ColumnType::Ratio, Access::Ratio(READY, REPLICAS));
const UPDATED_COLUMN: Column = column("updated", ColumnType::Number, Access::Number(UPDATED));
const AVAILABLE_COLUMN: Column = column("available", ColumnType::Number, Access::Number(AVAILABLE));
const REPLICAS_COLUMN: Column = column("replicas", ColumnType::Number, Access::Number(REPLICAS));

macro_rules! workload {
    ($(#[doc = $doc:literal])+ $row:ident, $spec:ident: $kind:literal, $plural:literal, $mirrored:ident, [$($column:expr),+ $(,)?]) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $row(pub Workload);

        pub(crate) static $spec: KindSpec = KindSpec {
            mirrored: MirroredKind::$mirrored,
            kind: $kind,
            plural: $plural,
            group: "apps",
            version: "v1",
            namespaced: true,
            columns: &[$($column),+],
        };

        impl Columnar for $row {
            const FIELDS: &'static [Width] = FIELDS;

            fn meta(&self) -> &RowMeta {
                &self.0.meta
            }

            fn write(&self, cells: &mut CellWriter<'_>) {
                self.0.write(cells);
            }

            fn read(meta: RowMeta, row: &Row<'_>) -> Self {
                $row(Workload::read(meta, row))
            }
        }
    };
}

workload!(
    /// One StatefulSet.
    StatefulSetRow, STATEFUL_SETS: "StatefulSet", "statefulsets", StatefulSet,
    [STATUS_COLUMN, READY_COLUMN, REPLICAS_COLUMN, UPDATED_COLUMN, AVAILABLE_COLUMN, images()]
);
workload!(
    /// One DaemonSet; its replicas are the nodes that should run it.
    DaemonSetRow, DAEMON_SETS: "DaemonSet", "daemonsets", DaemonSet,
    [
        STATUS_COLUMN,
        READY_COLUMN,
        Column { aliases: &["replicas"], ..column("desired", ColumnType::Number, Access::Number(REPLICAS)) },
        UPDATED_COLUMN,
        AVAILABLE_COLUMN,
        images(),
    ]
);
workload!(
    /// One ReplicaSet.
    ReplicaSetRow, REPLICA_SETS: "ReplicaSet", "replicasets", ReplicaSet,
    [
        READY_COLUMN,
        REPLICAS_COLUMN,
        AVAILABLE_COLUMN,
        column("owner", ColumnType::Text, Access::Pair(OWNER)),
        images(),
    ]
);
