//! StatefulSets, DaemonSets and ReplicaSets: the same few fields under different names.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::text::{Text, or_default};
use model::kinds::MirroredKind;
use model::rows::{DaemonSetRow, ReplicaSetRow, StatefulSetRow, Workload};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimWorkload<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    spec: SlimSpec<'a>,
    #[serde(deserialize_with = "or_default")]
    status: SlimStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimSpec<'a> {
    replicas: Option<i32>,
    #[serde(borrow, deserialize_with = "or_default")]
    template: Template<'a>,
}

/// A pod template as far as lists show it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Template<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    spec: TemplateSpec<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TemplateSpec<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    containers: Vec<Container<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container<'a> {
    #[serde(borrow)]
    image: Text<'a>,
}

impl Template<'_> {
    pub fn images(&self, interner: &mut Interner) -> Arc<[Arc<str>]> {
        interner.list(self.spec.containers.iter().map(|container| container.image.as_str()))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SlimStatus {
    #[serde(deserialize_with = "or_default")]
    observed_generation: i64,
    #[serde(deserialize_with = "or_default")]
    updated_replicas: i32,
    #[serde(deserialize_with = "or_default")]
    ready_replicas: i32,
    #[serde(deserialize_with = "or_default")]
    available_replicas: i32,
    #[serde(deserialize_with = "or_default")]
    desired_number_scheduled: i32,
    #[serde(deserialize_with = "or_default")]
    updated_number_scheduled: i32,
    #[serde(deserialize_with = "or_default")]
    number_ready: i32,
    #[serde(deserialize_with = "or_default")]
    number_available: i32,
}

/// Wanted, updated, ready and available pods.
type Counts = fn(&SlimWorkload<'_>) -> [i32; 4];

impl SlimWorkload<'_> {
    fn row(&self, interner: &mut Interner, counts: Counts) -> Result<Workload, BadObject> {
        let [replicas, updated, ready, available] = counts(self);
        Ok(Workload {
            meta: self.metadata.row(interner)?,
            replicas,
            updated,
            ready,
            available,
            observed: self.status.observed_generation >= self.metadata.generation,
            owner: self.metadata.controller(interner),
            images: self.spec.template.images(interner),
        })
    }

    /// The API server's own default.
    fn replicas(&self) -> i32 {
        self.spec.replicas.unwrap_or(1)
    }
}

macro_rules! mirrored {
    ($row:ident, $kind:ident, $counts:expr) => {
        impl Mirrored for $row {
            const KIND: MirroredKind = MirroredKind::$kind;
            type Slim<'a> = SlimWorkload<'a>;

            fn version<'s>(slim: &'s SlimWorkload<'_>) -> &'s str {
                slim.metadata.resource_version.as_str()
            }

            fn from_slim(slim: SlimWorkload<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
                slim.row(interner, $counts).map($row)
            }
        }
    };
}

mirrored!(StatefulSetRow, StatefulSet, |slim| {
    let status = &slim.status;
    [slim.replicas(), status.updated_replicas, status.ready_replicas, status.available_replicas]
});
mirrored!(DaemonSetRow, DaemonSet, |slim| {
    let status = &slim.status;
    [status.desired_number_scheduled, status.updated_number_scheduled, status.number_ready, status.number_available]
});
mirrored!(ReplicaSetRow, ReplicaSet, |slim| {
    let status = &slim.status;
    // A ReplicaSet's pods all are of its one template.
    [slim.replicas(), slim.replicas(), status.ready_replicas, status.available_replicas]
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode_object;
    use serde_json::{Value, json};

    fn decoded<R: Mirrored>(object: &Value) -> R {
        decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap().row
    }

    #[test]
    fn each_kind_reads_its_own_counts() {
        let metadata = json!({"name": "web", "namespace": "a", "uid": "u", "generation": 3,
            "ownerReferences": [{"kind": "Deployment", "name": "web", "controller": true}]});
        let template = json!({"spec": {"containers": [{"image": "nginx:1"}]}});
        let status = json!({"observedGeneration": 3, "updatedReplicas": 2, "readyReplicas": 1, "availableReplicas": 1,
            "desiredNumberScheduled": 7, "updatedNumberScheduled": 7, "numberReady": 7, "numberAvailable": 7});
        let object = json!({"metadata": metadata, "spec": {"replicas": 2, "template": template}, "status": status});
        let StatefulSetRow(stateful) = decoded(&object);
        assert_eq!((stateful.replicas, stateful.updated, stateful.ready, stateful.available), (2, 2, 1, 1));
        assert!(!stateful.is_rolled_out() && stateful.observed);
        let DaemonSetRow(daemon) = decoded(&object);
        assert!(daemon.replicas == 7 && daemon.is_rolled_out());
        let ReplicaSetRow(replica) = decoded(&object);
        assert_eq!(replica.owner.map(|owner| owner.name.to_string()).as_deref(), Some("web"));
        assert_eq!(replica.images.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["nginx:1"]);
    }
}
