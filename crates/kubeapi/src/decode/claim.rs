//! Persistent volume claims.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::quantities::Amounts;
use super::text::{Text, or_default};
use model::kinds::MirroredKind;
use model::rows::ClaimRow;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimClaim<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    spec: SlimSpec<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    status: SlimStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SlimSpec<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    access_modes: Vec<Text<'a>>,
    #[serde(borrow)]
    storage_class_name: Text<'a>,
    #[serde(borrow)]
    volume_name: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    resources: Requirements<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Requirements<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    requests: Amounts<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimStatus<'a> {
    #[serde(borrow)]
    phase: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    capacity: Amounts<'a>,
}

impl Mirrored for ClaimRow {
    const KIND: MirroredKind = MirroredKind::PersistentVolumeClaim;
    type Slim<'a> = SlimClaim<'a>;

    fn version<'s>(slim: &'s SlimClaim<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimClaim<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let status = match slim.status.phase.as_str() {
            _ if slim.metadata.is_terminating() => "Terminating",
            "" => "Pending",
            phase => phase,
        };
        let there = slim.status.capacity.value("storage")?;
        Ok(ClaimRow {
            meta: slim.metadata.row(interner)?,
            status: interner.text(status),
            volume: interner.some_text(slim.spec.volume_name.as_str()),
            capacity: there.map_or_else(|| slim.spec.resources.requests.value("storage"), |there| Ok(Some(there)))?,
            access_modes: slim.spec.access_modes.iter().map(|mode| interner.text(mode.as_str())).collect(),
            storage_class: interner.some_text(slim.spec.storage_class_name.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode_object;
    use serde_json::{Value, json};

    fn claim(spec: &Value, status: &Value) -> ClaimRow {
        let metadata = json!({"name": "data", "namespace": "a", "uid": "u"});
        let object = json!({"metadata": metadata, "spec": spec, "status": status});
        decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap().row
    }

    #[test]
    fn what_is_there_counts_before_what_is_asked_for() {
        let spec = json!({"resources": {"requests": {"storage": "1Gi"}}, "accessModes": ["ReadWriteOnce"]});
        assert_eq!(claim(&spec, &json!({})).capacity, Some(1 << 30));
        let bound = claim(&spec, &json!({"phase": "Bound", "capacity": {"storage": "2Gi"}}));
        assert_eq!((bound.capacity, &*bound.status), (Some(2 << 30), "Bound"));
        assert_eq!(claim(&json!({}), &json!({})).capacity, None);
    }
}
