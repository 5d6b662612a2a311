//! Deployments.

use super::RowMeta;
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::kinds::{Column, ColumnType, KindSpec, MirroredKind, column};
use std::sync::Arc;

/// One Deployment with what its rollout says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentRow {
    pub meta: RowMeta,
    pub generation: i64,
    pub observed_generation: i64,
    pub replicas: i32,
    pub updated: i32,
    pub ready: i32,
    pub available: i32,
    pub paused: bool,
    /// Condition Available is True.
    pub is_available: bool,
    /// The reason of a False Progressing condition, `ProgressDeadlineExceeded`, or of a True
    /// ReplicaFailure condition, `FailedCreate`; None while all goes well.
    pub failure: Option<Arc<str>>,
    /// The message beside `failure`.
    pub failure_message: Option<Arc<str>>,
    pub images: Arc<[Arc<str>]>,
}

impl DeploymentRow {
    /// The rule of `kubectl rollout status`: observed, all updated, none old, all available.
    pub fn is_rolled_out(&self) -> bool {
        self.observed_generation >= self.generation && self.updated >= self.replicas && self.available >= self.replicas
    }

    pub fn status(&self) -> &str {
        match &self.failure {
            Some(reason) => reason,
            None if self.paused => "Paused",
            None if self.is_rolled_out() => "Available",
            None => "Progressing",
        }
    }
}

impl DeploymentRow {
    const STATUS: Field = Field(0);
    const READY: Field = Field(1);
    const REPLICAS: Field = Field(2);
    const UPDATED: Field = Field(3);
    const AVAILABLE: Field = Field(4);
    const IMAGES: Field = Field(5);
    const GENERATION: Field = Field(6);
    const OBSERVED: Field = Field(7);
    const FLAGS: Field = Field(8);
    const FAILURE: Field = Field(9);
    const FAILURE_MESSAGE: Field = Field(10);

    const PAUSED: u8 = 1;
    const IS_AVAILABLE: u8 = 2;
}

pub(crate) static DEPLOYMENTS: KindSpec = KindSpec {
    mirrored: MirroredKind::Deployment,
    kind: "Deployment",
    plural: "deployments",
    group: "apps",
    version: "v1",
    namespaced: true,
    columns: &[
        column("status", ColumnType::Text, Access::Text(DeploymentRow::STATUS)),
        column("ready", ColumnType::Ratio, Access::Ratio(DeploymentRow::READY, DeploymentRow::REPLICAS)),
        column("replicas", ColumnType::Number, Access::Number(DeploymentRow::REPLICAS)),
        column("updated", ColumnType::Number, Access::Number(DeploymentRow::UPDATED)),
        column("available", ColumnType::Number, Access::Number(DeploymentRow::AVAILABLE)),
        Column { aliases: &["image"], ..column("images", ColumnType::List, Access::List(DeploymentRow::IMAGES)) },
    ],
};

impl Columnar for DeploymentRow {
    const FIELDS: &'static [Width] = &[
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U64,
        Width::U64,
        Width::U8,
        Width::U32,
        Width::U32,
    ];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        let flag = |set: bool, bit: u8| u64::from(if set { bit } else { 0 });
        cells.text(Self::STATUS, self.status());
        cells.count(Self::READY, self.ready.into());
        cells.count(Self::REPLICAS, self.replicas.into());
        cells.count(Self::UPDATED, self.updated.into());
        cells.count(Self::AVAILABLE, self.available.into());
        cells.texts(Self::IMAGES, self.images.iter().map(AsRef::as_ref));
        cells.count(Self::GENERATION, self.generation);
        cells.count(Self::OBSERVED, self.observed_generation);
        cells.number(Self::FLAGS, flag(self.paused, Self::PAUSED) | flag(self.is_available, Self::IS_AVAILABLE));
        cells.some_text(Self::FAILURE, self.failure.as_deref());
        cells.some_text(Self::FAILURE_MESSAGE, self.failure_message.as_deref());
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let flags = row.number(Self::FLAGS) as u8;
        let count = |field| row.number(field) as i32;
        DeploymentRow {
            meta,
            generation: row.number(Self::GENERATION) as i64,
            observed_generation: row.number(Self::OBSERVED) as i64,
            replicas: count(Self::REPLICAS),
            updated: count(Self::UPDATED),
            ready: count(Self::READY),
            available: count(Self::AVAILABLE),
            paused: flags & Self::PAUSED != 0,
            is_available: flags & Self::IS_AVAILABLE != 0,
            failure: row.text(Self::FAILURE).map(Arc::from),
            failure_message: row.text(Self::FAILURE_MESSAGE).map(Arc::from),
            images: row.words(Self::IMAGES).shared_texts(),
        }
    }
}
