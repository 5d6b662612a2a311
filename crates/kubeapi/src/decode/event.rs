//! Events.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::text::{Text, or_default, shortened};
use super::time::epoch_seconds;
use model::kinds::MirroredKind;
use model::rows::EventRow;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SlimEvent<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    #[serde(rename = "type", borrow)]
    of: Text<'a>,
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    involved_object: Involved<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    source: Source<'a>,
    #[serde(borrow)]
    reporting_component: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    count: u32,
    #[serde(borrow)]
    first_timestamp: Text<'a>,
    #[serde(borrow)]
    last_timestamp: Text<'a>,
    #[serde(borrow)]
    event_time: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    series: Series<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Involved<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Source<'a> {
    #[serde(borrow)]
    component: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Series<'a> {
    #[serde(deserialize_with = "or_default")]
    count: u32,
    #[serde(borrow)]
    last_observed_time: Text<'a>,
}

impl SlimEvent<'_> {
    fn last_seen(&self) -> Option<i64> {
        let times = [
            &self.series.last_observed_time,
            &self.last_timestamp,
            &self.event_time,
            &self.first_timestamp,
            &self.metadata.creation_timestamp,
        ];
        times.into_iter().find_map(|time| epoch_seconds(time.as_str()))
    }
}

impl Mirrored for EventRow {
    const KIND: MirroredKind = MirroredKind::Event;
    type Slim<'a> = SlimEvent<'a>;

    fn version<'s>(slim: &'s SlimEvent<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimEvent<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let source = if slim.source.component.is_empty() { &slim.reporting_component } else { &slim.source.component };
        let about = &slim.involved_object;
        Ok(EventRow {
            severity: interner.text(if slim.of.is_empty() { "Normal" } else { slim.of.as_str() }),
            reason: interner.text(slim.reason.as_str()),
            object: (!about.name.is_empty()).then(|| interner.owner(about.kind.as_str(), about.name.as_str())),
            message: interner.text(shortened(slim.message.as_str())),
            count: slim.count.max(slim.series.count).max(1),
            source: interner.text(source.as_str()),
            last_seen: slim.last_seen().unwrap_or(0),
            meta: slim.metadata.row(interner)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode_object;
    use serde_json::{Value, json};

    fn event(mut object: Value) -> EventRow {
        object["metadata"] =
            json!({"name": "e", "namespace": "a", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"});
        decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap().row
    }

    #[test]
    fn both_ways_of_writing_events_are_read() {
        let old = event(json!({"type": "Warning", "reason": "BackOff", "message": "back-off", "count": 4,
            "involvedObject": {"kind": "Pod", "name": "p"}, "source": {"component": "kubelet"},
            "lastTimestamp": "2026-01-01T00:01:00Z"}));
        assert_eq!((old.count, &*old.source, &*old.severity), (4, "kubelet", "Warning"));
        let new =
            event(json!({"reason": "Scheduled", "eventTime": "2026-01-01T00:00:30.123456Z", "lastTimestamp": null,
            "reportingComponent": "default-scheduler",
            "series": {"count": 9, "lastObservedTime": "2026-01-01T00:02:00.000000Z"}}));
        assert_eq!((new.count, &*new.source, new.last_seen - old.last_seen), (9, "default-scheduler", 60));
        assert_eq!(new.object, None);
        assert_eq!(event(json!({})).last_seen, old.last_seen - 60);
    }
}
