//! Deployments.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::pod::Condition;
use super::text::{or_default, shortened};
use super::workload::Template;
use model::kinds::MirroredKind;
use model::rows::DeploymentRow;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimDeployment<'a> {
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
    replicas: Option<i32>,
    #[serde(deserialize_with = "or_default")]
    paused: bool,
    #[serde(borrow, deserialize_with = "or_default")]
    template: Template<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SlimStatus<'a> {
    #[serde(deserialize_with = "or_default")]
    observed_generation: i64,
    #[serde(deserialize_with = "or_default")]
    updated_replicas: i32,
    #[serde(deserialize_with = "or_default")]
    ready_replicas: i32,
    #[serde(deserialize_with = "or_default")]
    available_replicas: i32,
    #[serde(borrow, deserialize_with = "or_default")]
    conditions: Vec<Condition<'a>>,
}

impl Mirrored for DeploymentRow {
    const KIND: MirroredKind = MirroredKind::Deployment;
    type Slim<'a> = SlimDeployment<'a>;

    fn version<'s>(slim: &'s SlimDeployment<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimDeployment<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let SlimStatus { observed_generation, updated_replicas, ready_replicas, available_replicas, conditions } =
            &slim.status;
        let is =
            |of: &str, status: &str| conditions.iter().find(|c| c.of.as_str() == of && c.status.as_str() == status);
        let failure = is("Progressing", "False").or_else(|| is("ReplicaFailure", "True"));
        Ok(DeploymentRow {
            meta: slim.metadata.row(interner)?,
            generation: slim.metadata.generation,
            observed_generation: *observed_generation,
            // The API server's own default.
            replicas: slim.spec.replicas.unwrap_or(1),
            updated: *updated_replicas,
            ready: *ready_replicas,
            available: *available_replicas,
            paused: slim.spec.paused,
            is_available: is("Available", "True").is_some(),
            failure: failure.and_then(|condition| interner.some_text(condition.reason.as_str())),
            failure_message: failure.and_then(|condition| interner.some_text(shortened(condition.message.as_str()))),
            images: slim.spec.template.images(interner),
        })
    }
}
