//! Events.

use super::{OwnerRef, RowMeta};
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::kinds::{Column, ColumnType, KindSpec, MirroredKind, column};
use std::sync::Arc;

/// One Event, as clusters tell what happened to their objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub meta: RowMeta,
    /// `Normal` or `Warning`.
    pub severity: Arc<str>,
    pub reason: Arc<str>,
    /// What it happened to.
    pub object: Option<Arc<OwnerRef>>,
    pub message: Arc<str>,
    /// How often it happened.
    pub count: u32,
    /// The component that tells it.
    pub source: Arc<str>,
    /// When it happened last, seconds since the Unix epoch.
    pub last_seen: i64,
}

impl EventRow {
    const SEVERITY: Field = Field(0);
    const REASON: Field = Field(1);
    const OBJECT: Field = Field(2);
    const MESSAGE: Field = Field(3);
    const COUNT: Field = Field(4);
    const SOURCE: Field = Field(5);
    const LAST_SEEN: Field = Field(6);

    /// When the event of a row happened last, seconds since the Unix epoch.
    pub fn last_seen_of(row: &Row<'_>) -> i64 {
        row.number(Self::LAST_SEEN) as i64
    }
}

pub(crate) static EVENTS: KindSpec = KindSpec {
    mirrored: MirroredKind::Event,
    kind: "Event",
    plural: "events",
    group: "",
    version: "v1",
    namespaced: true,
    columns: &[
        column("type", ColumnType::Text, Access::Text(EventRow::SEVERITY)),
        column("reason", ColumnType::Text, Access::Text(EventRow::REASON)),
        column("object", ColumnType::Text, Access::Pair(EventRow::OBJECT)),
        column("message", ColumnType::Text, Access::Text(EventRow::MESSAGE)),
        column("count", ColumnType::Number, Access::Number(EventRow::COUNT)),
        column("source", ColumnType::Text, Access::Text(EventRow::SOURCE)),
        Column { aliases: &["seen"], ..column("lastSeen", ColumnType::Time, Access::Time(EventRow::LAST_SEEN)) },
    ],
};

impl Columnar for EventRow {
    const FIELDS: &'static [Width] =
        &[Width::U32, Width::U32, Width::U32, Width::U32, Width::U32, Width::U32, Width::U32];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        cells.text(Self::SEVERITY, &self.severity);
        cells.text(Self::REASON, &self.reason);
        OwnerRef::write(self.object.as_ref(), cells, Self::OBJECT);
        cells.text(Self::MESSAGE, &self.message);
        cells.number(Self::COUNT, self.count.into());
        cells.text(Self::SOURCE, &self.source);
        cells.count(Self::LAST_SEEN, self.last_seen);
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let text = |field| Arc::from(row.text(field).unwrap_or_default());
        EventRow {
            meta,
            severity: text(Self::SEVERITY),
            reason: text(Self::REASON),
            object: OwnerRef::read(row, Self::OBJECT),
            message: text(Self::MESSAGE),
            count: row.number(Self::COUNT) as u32,
            source: text(Self::SOURCE),
            last_seen: Self::last_seen_of(row),
        }
    }
}
