//! Garbage collection by ownerReferences. Upstream: `pkg/controller/garbagecollector/garbagecollector.go`.

use std::sync::Arc;

use serde_json::Value;

use super::manager::Controllers;
use super::objects::{ObjectKey, items};
use crate::object_store::{DeleteOptions, Kind, StoredObject, kinds};

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

impl Controllers {
    /// Deletes what only a gone owner held.
    pub(super) fn collect_orphans(&mut self, namespace: Option<&str>, uid: &str) {
        for (kind, object) in self.store.dependents(namespace, uid) {
            let value = object.value();
            let others: Vec<Value> =
                items(&value["metadata"]["ownerReferences"]).filter(|owner| owner["uid"] != uid).cloned().collect();
            if others.is_empty() {
                self.delete_dependent(kind, &object, false);
            } else {
                self.set_owners(kind, &object, others);
            }
        }
    }

    /// Serves the finalizers `foregroundDeletion` and `orphan` of an object that is being deleted.
    pub(super) fn delete_foreground(&mut self, plural: &str, key: &ObjectKey) {
        let Some(kind) = kinds::ALL.iter().copied().find(|kind| kind.plural == plural) else { return };
        let Some(owner) = self.get(kind, key) else { return };
        let has = |name: &str| items(&owner["metadata"]["finalizers"]).any(|finalizer| finalizer == name);
        if !has(ORPHAN) && !has(FOREGROUND) {
            return;
        }
        let uid = owner["metadata"]["uid"].as_str().unwrap_or_default();
        let dependents = self.store.dependents(key.namespace(), uid);
        if has(ORPHAN) {
            for (kind, object) in &dependents {
                let value = object.value();
                let owners = items(&value["metadata"]["ownerReferences"]);
                let others = owners.filter(|owner| owner["uid"] != uid).cloned().collect();
                self.set_owners(kind, object, others);
            }
            self.drop_finalizer(kind, key, ORPHAN);
        } else {
            for (kind, object) in &dependents {
                self.delete_dependent(kind, object, true);
            }
            if self.store.dependents(key.namespace(), uid).is_empty() {
                self.drop_finalizer(kind, key, FOREGROUND);
            }
        }
    }

    fn delete_dependent(&mut self, kind: &'static Kind, object: &Arc<StoredObject>, foreground: bool) {
        let namespace = object.namespace.as_deref();
        if foreground && kind != &kinds::POD {
            // Refused only where it went away at the same moment.
            let _ = self.store.update(kind, namespace, &object.name, |object| {
                if !items(&object["metadata"]["finalizers"]).any(|finalizer| finalizer == FOREGROUND) {
                    let mut finalizers: Vec<Value> = items(&object["metadata"]["finalizers"]).cloned().collect();
                    finalizers.push(FOREGROUND.into());
                    object["metadata"]["finalizers"] = finalizers.into();
                }
            });
        }
        let deleted = self.store.delete(kind, namespace, &object.name, &DeleteOptions::default());
        if kind == &kinds::POD
            && let Ok(pod) = deleted
        {
            self.observe_deleted_pod(&pod);
        }
    }

    fn set_owners(&self, kind: &'static Kind, object: &StoredObject, owners: Vec<Value>) {
        // Refused only where it went away at the same moment.
        let _ = self.store.update(kind, object.namespace.as_deref(), &object.name, |object| {
            if owners.is_empty() {
                super::objects::drop_key(&mut object["metadata"], "ownerReferences");
            } else {
                object["metadata"]["ownerReferences"] = owners.into();
            }
        });
    }

    fn drop_finalizer(&self, kind: &'static Kind, key: &ObjectKey, name: &str) {
        // Refused only where it went away at the same moment.
        let _ = self.store.update(kind, key.namespace(), &key.name, |object| {
            if let Some(finalizers) = object["metadata"]["finalizers"].as_array_mut() {
                finalizers.retain(|finalizer| finalizer != name);
            }
        });
    }
}
