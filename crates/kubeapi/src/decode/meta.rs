//! `metadata`, `managedFields` and (mostly) annotations left out.

use super::bad::BadObject;
use super::intern::Interner;
use super::text::{Pairs, Skip, Text, or_default};
use super::time::epoch_seconds;
use model::rows::{OwnerRef, RowMeta};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "A: Deserialize<'de> + Default"))]
pub(crate) struct Meta<'a, A = Skip> {
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub namespace: Text<'a>,
    #[serde(borrow)]
    pub uid: Text<'a>,
    #[serde(borrow)]
    pub resource_version: Text<'a>,
    #[serde(borrow)]
    pub creation_timestamp: Text<'a>,
    #[serde(borrow)]
    pub deletion_timestamp: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pub generation: i64,
    #[serde(borrow)]
    pub labels: Pairs<'a>,
    pub annotations: A,
    #[serde(borrow, deserialize_with = "or_default")]
    pub owner_references: Vec<Owner<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Owner<'a> {
    #[serde(borrow)]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pub controller: bool,
}

impl<A> Meta<'_, A> {
    pub fn is_terminating(&self) -> bool {
        !self.deletion_timestamp.is_empty()
    }

    pub fn controller(&self, interner: &mut Interner) -> Option<Arc<OwnerRef>> {
        let owner = self.owner_references.iter().find(|owner| owner.controller)?;
        Some(interner.owner(owner.kind.as_str(), owner.name.as_str()))
    }

    pub fn row(&self, interner: &mut Interner) -> Result<RowMeta, BadObject> {
        if self.name.is_empty() {
            return Err(BadObject::Missing("metadata.name"));
        }
        if self.uid.is_empty() {
            return Err(BadObject::Missing("metadata.uid"));
        }
        Ok(RowMeta {
            uid: Arc::from(self.uid.as_str()),
            namespace: interner.some_text(self.namespace.as_str()),
            name: Arc::from(self.name.as_str()),
            created_at: epoch_seconds(self.creation_timestamp.as_str()).unwrap_or(0),
            labels: interner.labels(self.labels.iter()),
        })
    }
}
