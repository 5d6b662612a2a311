//! Jobs.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::pod::Condition;
use super::text::{Text, or_default};
use super::time::epoch_seconds;
use super::workload::Template;
use model::kinds::MirroredKind;
use model::rows::JobRow;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimJob<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    spec: SlimSpec<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    status: SlimStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimSpec<'a> {
    completions: Option<i32>,
    parallelism: Option<i32>,
    #[serde(borrow, deserialize_with = "or_default")]
    template: Template<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SlimStatus<'a> {
    #[serde(deserialize_with = "or_default")]
    succeeded: i32,
    #[serde(deserialize_with = "or_default")]
    active: i32,
    #[serde(deserialize_with = "or_default")]
    failed: i32,
    #[serde(borrow)]
    start_time: Text<'a>,
    #[serde(borrow)]
    completion_time: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    conditions: Vec<Condition<'a>>,
}

impl SlimJob<'_> {
    /// `pkg/printers/internalversion/printers.go`, printJob.
    fn status(&self) -> &'static str {
        let is = |of: &str| self.status.conditions.iter().any(|c| c.of.as_str() == of && c.status.as_str() == "True");
        match () {
            () if is("Complete") => "Complete",
            () if is("Failed") => "Failed",
            () if self.metadata.is_terminating() => "Terminating",
            () if is("Suspended") => "Suspended",
            () if is("FailureTarget") => "FailureTarget",
            () if is("SuccessCriteriaMet") => "SuccessCriteriaMet",
            () => "Running",
        }
    }
}

impl Mirrored for JobRow {
    const KIND: MirroredKind = MirroredKind::Job;
    type Slim<'a> = SlimJob<'a>;

    fn version<'s>(slim: &'s SlimJob<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimJob<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        Ok(JobRow {
            meta: slim.metadata.row(interner)?,
            status: interner.text(slim.status()),
            succeeded: slim.status.succeeded,
            completions: slim.spec.completions.or(slim.spec.parallelism).unwrap_or(1),
            active: slim.status.active,
            failed: slim.status.failed,
            started_at: epoch_seconds(slim.status.start_time.as_str()),
            completed_at: epoch_seconds(slim.status.completion_time.as_str()),
            owner: slim.metadata.controller(interner),
            images: slim.spec.template.images(interner),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode_object;
    use serde_json::{Value, json};

    fn status(status: &Value) -> String {
        let object = json!({"metadata": {"name": "j", "namespace": "a", "uid": "u"}, "status": status});
        let job: JobRow = decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap().row;
        job.status.to_string()
    }

    #[test]
    fn the_status_is_kubectl_s_word() {
        assert_eq!(status(&json!({"active": 1})), "Running");
        for word in ["Complete", "Failed", "Suspended", "FailureTarget"] {
            assert_eq!(status(&json!({"conditions": [{"type": word, "status": "True"}]})), word);
        }
        assert_eq!(status(&json!({"conditions": [{"type": "Complete", "status": "False"}]})), "Running");
    }
}
