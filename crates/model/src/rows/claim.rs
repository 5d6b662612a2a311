//! Persistent volume claims.

use super::RowMeta;
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::kinds::{ColumnType, KindSpec, MirroredKind, column};
use std::sync::Arc;

/// One PersistentVolumeClaim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    pub meta: RowMeta,
    /// `Pending`, `Bound`, `Lost`; `Terminating` while it is being deleted.
    pub status: Arc<str>,
    pub volume: Option<Arc<str>>,
    /// What is there, else what is asked for; bytes.
    pub capacity: Option<i64>,
    /// `ReadWriteOnce` and the like.
    pub access_modes: Vec<Arc<str>>,
    /// None for the cluster's default.
    pub storage_class: Option<Arc<str>>,
}

impl ClaimRow {
    const STATUS: Field = Field(0);
    const VOLUME: Field = Field(1);
    const CAPACITY: Field = Field(2);
    const ACCESS_MODES: Field = Field(3);
    const STORAGE_CLASS: Field = Field(4);
}

pub(crate) static CLAIMS: KindSpec = KindSpec {
    mirrored: MirroredKind::PersistentVolumeClaim,
    kind: "PersistentVolumeClaim",
    plural: "persistentvolumeclaims",
    group: "",
    version: "v1",
    namespaced: true,
    columns: &[
        column("status", ColumnType::Text, Access::Text(ClaimRow::STATUS)),
        column("capacity", ColumnType::Bytes, Access::Bytes(ClaimRow::CAPACITY)),
        column("storageClass", ColumnType::Text, Access::Text(ClaimRow::STORAGE_CLASS)),
        column("accessModes", ColumnType::List, Access::List(ClaimRow::ACCESS_MODES)),
        column("volume", ColumnType::Text, Access::Text(ClaimRow::VOLUME)),
    ],
};

impl Columnar for ClaimRow {
    const FIELDS: &'static [Width] = &[Width::U32, Width::U32, Width::U64, Width::U32, Width::U32];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        cells.text(Self::STATUS, &self.status);
        cells.some_text(Self::VOLUME, self.volume.as_deref());
        cells.number(Self::CAPACITY, self.capacity.map_or(u64::MAX, |bytes| bytes.max(0) as u64));
        cells.texts(Self::ACCESS_MODES, self.access_modes.iter().map(AsRef::as_ref));
        cells.some_text(Self::STORAGE_CLASS, self.storage_class.as_deref());
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        ClaimRow {
            meta,
            status: Arc::from(row.text(Self::STATUS).unwrap_or_default()),
            volume: row.text(Self::VOLUME).map(Arc::from),
            capacity: Some(row.number(Self::CAPACITY)).filter(|bytes| *bytes != u64::MAX).map(|bytes| bytes as i64),
            access_modes: row.words(Self::ACCESS_MODES).shared_texts(),
            storage_class: row.text(Self::STORAGE_CLASS).map(Arc::from),
        }
    }
}
