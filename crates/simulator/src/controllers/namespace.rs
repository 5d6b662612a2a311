//! Namespaces: the objects that each one has from the start, and its end.

use serde_json::json;

use super::manager::Controllers;
use super::objects::is_deleting;
use crate::object_store::{DeleteOptions, kinds};

const ROOT_CA: &str = "kube-root-ca.crt";

impl Controllers {
    /// Furnishes a live namespace, empties one that is being deleted.
    pub(super) fn reconcile_namespace(&mut self, name: &str) {
        let Some(namespace) = self.store.get(&kinds::NAMESPACE, None, name) else { return };
        if is_deleting(&namespace) {
            self.empty_namespace(name);
            return;
        }
        if namespace["status"]["phase"] != "Active" {
            // Refused only where it went away at the same moment; then there is nothing to furnish.
            let _ = self.store.update(&kinds::NAMESPACE, None, name, |namespace| {
                namespace["status"]["phase"] = "Active".into();
            });
        }
        let furniture = [
            (&kinds::SERVICE_ACCOUNT, json!({"metadata": {"name": "default", "namespace": name}})),
            (
                &kinds::CONFIG_MAP,
                json!({"metadata": {"name": ROOT_CA, "namespace": name}, "data": {"ca.crt": self.writer.root_ca()}}),
            ),
        ];
        for (kind, object) in furniture {
            if self
                .store
                .get_stored(kind, Some(name), object["metadata"]["name"].as_str().unwrap_or_default())
                .is_none()
            {
                // Refused only where somebody made it at the same moment.
                let _ = self.store.create(kind, object);
            }
        }
    }

    fn empty_namespace(&mut self, name: &str) {
        let mut left = 0;
        for kind in kinds::ALL.iter().copied().filter(|kind| kind.namespaced) {
            for object in self.store.list_stored(kind, Some(name)).objects {
                let gone = self.store.delete(kind, Some(name), &object.name, &DeleteOptions::default());
                if kind == &kinds::POD
                    && let Ok(pod) = gone
                {
                    self.observe_deleted_pod(&pod);
                }
            }
            left += self.store.count(kind, Some(name));
        }
        // Pods that still stop bring the namespace back here when they are gone.
        if left == 0 {
            let _ = self.store.remove(&kinds::NAMESPACE, None, name);
        }
    }
}
