use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use serde_json::Value;

use super::kinds::{self, Kind};
use super::log::{EventType, FRAME_TAIL};

/// One version of one object.
///
/// Kept as JSON text with only what selectors need beside it: a parsed pod takes seven times the
/// memory of its text, and hundreds of thousands of them are held at once.
#[derive(Debug)]
pub struct StoredObject {
    pub namespace: Option<Box<str>>,
    pub name: Box<str>,
    pub resource_version: u64,
    /// The whole object, compact JSON.
    pub json: Bytes,
    /// The line a watch sends about this version; `json` is a part of it.
    pub(super) frame: Bytes,
    labels: Box<[(Box<str>, Box<str>)]>,
    fields: Box<[(&'static str, Box<str>)]>,
    owners: Box<[Box<str>]>,
    /// Set for kinds of which a cluster has few.
    pinned: Option<Arc<Value>>,
    parsed: Mutex<Weak<Value>>,
}

impl StoredObject {
    pub(super) fn new(kind: &Kind, event_type: EventType, value: Arc<Value>, resource_version: u64) -> Self {
        let (frame, json) = frame_of(event_type, &value);
        let metadata = &value["metadata"];
        let text = |v: &Value| v.as_str().map(Box::from);
        let labels = metadata["labels"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(k, v)| Some((k.as_str().into(), text(v)?)))
            .collect();
        let owners =
            metadata["ownerReferences"].as_array().into_iter().flatten().filter_map(|o| text(&o["uid"])).collect();
        let numerous = kind == &kinds::POD || kind == &kinds::EVENT || kind == &kinds::EVENT_V1;
        Self {
            namespace: text(&metadata["namespace"]),
            name: text(&metadata["name"]).unwrap_or_default(),
            resource_version,
            json,
            frame,
            labels,
            fields: selectable_fields(kind).iter().filter_map(|path| Some((*path, field(&value, path)?))).collect(),
            owners,
            parsed: Mutex::new(Arc::downgrade(&value)),
            pinned: (!numerous).then_some(value),
        }
    }

    /// The parsed object; shared with whoever else holds it at the moment.
    pub fn value(&self) -> Arc<Value> {
        if let Some(value) = &self.pinned {
            return Arc::clone(value);
        }
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = parsed.upgrade() {
            return value;
        }
        let value = Arc::new(serde_json::from_slice(&self.json).unwrap_or_default());
        *parsed = Arc::downgrade(&value);
        value
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(k, _)| &**k == key).map(|(_, v)| &**v)
    }

    /// A selectable field other than `metadata.*`; empty when unset, as the API server has it.
    pub fn field(&self, path: &str) -> &str {
        self.fields.iter().find(|(p, _)| *p == path).map_or("", |(_, v)| v)
    }

    /// Whether an `ownerReference` names this uid.
    pub fn is_owned_by(&self, uid: &str) -> bool {
        self.owners.iter().any(|o| &**o == uid)
    }
}

/// The line of a watch, and the object's text within it.
fn frame_of(event_type: EventType, value: &Value) -> (Bytes, Bytes) {
    let mut line = event_type.head().into_bytes();
    let start = line.len();
    line.extend_from_slice(value.to_string().as_bytes());
    let end = line.len();
    line.extend_from_slice(FRAME_TAIL);
    line.shrink_to_fit();
    let frame = Bytes::from(line);
    let json = frame.slice(start..end);
    (frame, json)
}

/// The field selectors a kind supports beside `metadata.name` and `metadata.namespace`.
pub fn selectable_fields(kind: &Kind) -> &'static [&'static str] {
    match (kind.group, kind.plural) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("events.k8s.io", "events") => &[
            "regarding.kind",
            "regarding.namespace",
            "regarding.name",
            "regarding.uid",
            "reason",
            "reportingController",
            "type",
        ],
        ("apps", "replicasets") => &["status.replicas"],
        ("batch", "jobs") => &["status.successful"],
        _ => &[],
    }
}

fn field(value: &Value, path: &str) -> Option<Box<str>> {
    let path = match path {
        "source" => "source.component",
        "status.successful" => "status.succeeded",
        other => other,
    };
    let found = path.split('.').try_fold(value, |v, part| v.get(part))?;
    match found {
        Value::String(s) => Some(s.as_str().into()),
        Value::Bool(_) | Value::Number(_) => Some(found.to_string().into()),
        _ => None,
    }
}
