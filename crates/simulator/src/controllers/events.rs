//! Event objects, repeated ones counted, the number of them bounded.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::objects::{now, text};
use crate::object_store::{ObjectStore, kinds};

/// A real cluster forgets events after an hour; this one after so many.
const KEPT: usize = 256;

type Repeat = (String, String, String);

/// Writes events of one cluster.
pub(crate) struct EventLog {
    store: Arc<ObjectStore>,
    written: VecDeque<(Repeat, String, String)>,
    known: HashMap<Repeat, (String, String)>,
    serial: u64,
}

/// What an event says.
pub(crate) struct Notice<'a> {
    pub component: &'a str,
    pub warning: bool,
    pub reason: &'a str,
    pub message: String,
}

impl EventLog {
    pub(crate) fn new(store: Arc<ObjectStore>) -> Self {
        Self { store, written: VecDeque::new(), known: HashMap::new(), serial: 0 }
    }

    /// Records a notice about `object`; the same notice again only raises its count.
    pub(crate) fn record(&mut self, object: &Value, notice: Notice<'_>) {
        let metadata = &object["metadata"];
        let repeat = (text(&metadata["uid"]), notice.reason.to_owned(), notice.message.clone());
        if let Some((namespace, name)) = self.known.get(&repeat) {
            let counted = self.store.update(&kinds::EVENT, Some(namespace), name, |event| {
                event["count"] = (event["count"].as_i64().unwrap_or(1) + 1).into();
                event["lastTimestamp"] = now().into();
            });
            if counted.is_ok() {
                return;
            }
        }
        self.serial += 1;
        let namespace = metadata["namespace"].as_str().unwrap_or("default").to_owned();
        // Upstream appends the time in nanoseconds as hex; a counter in that shape keeps runs repeatable.
        let name = format!("{}.{:016x}", text(&metadata["name"]), 0x17f0_0000_0000_0000_u64 + self.serial);
        if self.store.create(&kinds::EVENT, event(object, &namespace, &name, &notice)).is_ok() {
            self.known.insert(repeat.clone(), (namespace.clone(), name.clone()));
            self.written.push_back((repeat, namespace, name));
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        while self.written.len() > KEPT {
            let Some((repeat, namespace, name)) = self.written.pop_front() else { return };
            self.known.remove(&repeat);
            // Somebody else may have deleted it.
            let _ = self.store.remove(&kinds::EVENT, Some(&namespace), &name);
        }
    }
}

fn event(object: &Value, namespace: &str, name: &str, notice: &Notice<'_>) -> Value {
    let metadata = &object["metadata"];
    let at = now();
    json!({
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": {
            "kind": object["kind"], "namespace": metadata["namespace"], "name": metadata["name"],
            "uid": metadata["uid"], "apiVersion": object["apiVersion"], "resourceVersion": metadata["resourceVersion"],
        },
        "reason": notice.reason, "message": notice.message,
        "source": {"component": notice.component},
        "firstTimestamp": at, "lastTimestamp": at, "count": 1,
        "type": if notice.warning { "Warning" } else { "Normal" },
        "eventTime": null, "reportingComponent": notice.component, "reportingInstance": "",
    })
}
