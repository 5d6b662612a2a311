//! Jobs.

use super::{OwnerRef, RowMeta};
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::kinds::{Column, ColumnType, KindSpec, MirroredKind, column};
use std::sync::Arc;

/// One Job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    pub meta: RowMeta,
    /// What `kubectl get jobs` shows: `Complete`, `Failed`, `Suspended`, `Terminating`, `Running`.
    pub status: Arc<str>,
    pub succeeded: i32,
    /// Wanted; where the spec has none, as many as run in parallel.
    pub completions: i32,
    pub active: i32,
    pub failed: i32,
    /// Seconds since the Unix epoch.
    pub started_at: Option<i64>,
    /// Seconds since the Unix epoch.
    pub completed_at: Option<i64>,
    pub owner: Option<Arc<OwnerRef>>,
    pub images: Arc<[Arc<str>]>,
}

impl JobRow {
    const STATUS: Field = Field(0);
    const SUCCEEDED: Field = Field(1);
    const COMPLETIONS: Field = Field(2);
    const ACTIVE: Field = Field(3);
    const FAILED: Field = Field(4);
    const STARTED: Field = Field(5);
    const COMPLETED: Field = Field(6);
    const OWNER: Field = Field(7);
    const IMAGES: Field = Field(8);
}

pub(crate) static JOBS: KindSpec = KindSpec {
    mirrored: MirroredKind::Job,
    kind: "Job",
    plural: "jobs",
    group: "batch",
    version: "v1",
    namespaced: true,
    columns: &[
        column("status", ColumnType::Text, Access::Text(JobRow::STATUS)),
        column("completions", ColumnType::Ratio, Access::Ratio(JobRow::SUCCEEDED, JobRow::COMPLETIONS)),
        column("active", ColumnType::Number, Access::Number(JobRow::ACTIVE)),
        column("failed", ColumnType::Number, Access::Number(JobRow::FAILED)),
        Column { aliases: &["started"], ..column("startedAt", ColumnType::Time, Access::Time(JobRow::STARTED)) },
        Column { aliases: &["completed"], ..column("completedAt", ColumnType::Time, Access::Time(JobRow::COMPLETED)) },
        column("owner", ColumnType::Text, Access::Pair(JobRow::OWNER)),
        Column { aliases: &["image"], ..column("images", ColumnType::List, Access::List(JobRow::IMAGES)) },
    ],
};

impl Columnar for JobRow {
    const FIELDS: &'static [Width] =
        &[Width::U32, Width::U32, Width::U32, Width::U32, Width::U32, Width::U32, Width::U32, Width::U32, Width::U32];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        cells.text(Self::STATUS, &self.status);
        cells.count(Self::SUCCEEDED, self.succeeded.into());
        cells.count(Self::COMPLETIONS, self.completions.into());
        cells.count(Self::ACTIVE, self.active.into());
        cells.count(Self::FAILED, self.failed.into());
        cells.time(Self::STARTED, self.started_at);
        cells.time(Self::COMPLETED, self.completed_at);
        OwnerRef::write(self.owner.as_ref(), cells, Self::OWNER);
        cells.texts(Self::IMAGES, self.images.iter().map(AsRef::as_ref));
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let count = |field| row.number(field) as i32;
        let time = |field| Some(row.number(field) as i64).filter(|at| *at != 0);
        JobRow {
            meta,
            status: Arc::from(row.text(Self::STATUS).unwrap_or_default()),
            succeeded: count(Self::SUCCEEDED),
            completions: count(Self::COMPLETIONS),
            active: count(Self::ACTIVE),
            failed: count(Self::FAILED),
            started_at: time(Self::STARTED),
            completed_at: time(Self::COMPLETED),
            owner: OwnerRef::read(row, Self::OWNER),
            images: row.words(Self::IMAGES).shared_texts(),
        }
    }
}
