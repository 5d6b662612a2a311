//! The controller that owns an object.

use crate::columns::{CellWriter, Field, Row};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Another object, by kind and name: the controller that owns one, or what an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnerRef {
    pub kind: Arc<str>,
    pub name: Arc<str>,
}

impl OwnerRef {
    /// Writes a field that [`Access::Pair`](crate::columns::Access::Pair) shows.
    pub(super) fn write(owner: Option<&Arc<OwnerRef>>, cells: &mut CellWriter<'_>, field: Field) {
        cells.texts(field, owner.iter().flat_map(|owner| [&*owner.kind, &*owner.name]));
    }

    pub(super) fn read(row: &Row<'_>, field: Field) -> Option<Arc<OwnerRef>> {
        let mut words = row.words(field);
        let read = |words: &mut crate::columns::WordReader<'_>| Arc::from(words.text());
        (!words.is_empty()).then(|| Arc::new(OwnerRef { kind: read(&mut words), name: read(&mut words) }))
    }
}
