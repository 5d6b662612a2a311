//! Namespaces.

use super::RowMeta;
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::kinds::{Column, ColumnType, KindSpec, MirroredKind, column};
use std::sync::Arc;

/// One namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceRow {
    pub meta: RowMeta,
    /// `Active` or `Terminating`.
    pub phase: Arc<str>,
    /// The value of the annotation `scheduler.alpha.kubernetes.io/node-selector` or of
    /// `openshift.io/node-selector`, which pins every pod of the namespace.
    pub node_selector: Option<Arc<str>>,
}

impl NamespaceRow {
    const PHASE: Field = Field(0);
    const NODE_SELECTOR: Field = Field(1);
}

pub(crate) static NAMESPACES: KindSpec = KindSpec {
    mirrored: MirroredKind::Namespace,
    kind: "Namespace",
    plural: "namespaces",
    group: "",
    version: "v1",
    namespaced: false,
    columns: &[Column { aliases: &["phase"], ..column("status", ColumnType::Text, Access::Text(NamespaceRow::PHASE)) }],
};

impl Columnar for NamespaceRow {
    const FIELDS: &'static [Width] = &[Width::U32, Width::U32];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        cells.text(Self::PHASE, &self.phase);
        cells.some_text(Self::NODE_SELECTOR, self.node_selector.as_deref());
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        NamespaceRow {
            meta,
            phase: Arc::from(row.text(Self::PHASE).unwrap_or_default()),
            node_selector: row.text(Self::NODE_SELECTOR).map(Arc::from),
        }
    }
}
