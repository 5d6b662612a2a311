//! Namespaces.

use super::{Cell, Row, RowMeta};
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

impl Row for NamespaceRow {
    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn detail(&self, column: &str) -> Cell<'_> {
        match column {
            "status" | "phase" => Cell::Text(&self.phase),
            _ => Cell::None,
        }
    }
}
