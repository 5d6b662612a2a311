//! Deployments.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::pod::Condition;
use super::text::{Text, or_default};
use model::kinds::MirroredKind;
use model::rows::DeploymentRow;
use serde::Deserialize;

/// A message is shown to people; a hostile one must not fill the memory.
const MAX_MESSAGE: usize = 512;

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
#[serde(default)]
struct Template<'a> {
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
    type Extra = ();

    fn version<'s>(slim: &'s SlimDeployment<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimDeployment<'_>, interner: &mut Interner) -> Result<(Self, ()), BadObject> {
        let SlimStatus { observed_generation, updated_replicas, ready_replicas, available_replicas, conditions } =
            &slim.status;
        let is =
            |of: &str, status: &str| conditions.iter().find(|c| c.of.as_str() == of && c.status.as_str() == status);
        let failure = is("Progressing", "False").or_else(|| is("ReplicaFailure", "True"));
        let row = DeploymentRow {
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
            failure_message: failure.and_then(|condition| interner.some_text(short(condition.message.as_str()))),
            images: interner.list(slim.spec.template.spec.containers.iter().map(|c| c.image.as_str())),
        };
        Ok((row, ()))
    }
}

fn short(text: &str) -> &str {
    text.char_indices().nth(MAX_MESSAGE).map_or(text, |(end, _)| &text[..end])
}
