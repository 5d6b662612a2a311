//! Namespaces.

use super::Mirrored;
use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::text::{Pairs, Text, or_default};
use model::kinds::MirroredKind;
use model::rows::NamespaceRow;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlimNamespace<'a> {
    #[serde(borrow)]
    metadata: Meta<'a, Pairs<'a>>,
    #[serde(borrow, deserialize_with = "or_default")]
    status: SlimStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimStatus<'a> {
    #[serde(borrow)]
    phase: Text<'a>,
}

const NODE_SELECTORS: [&str; 2] = ["scheduler.alpha.kubernetes.io/node-selector", "openshift.io/node-selector"];

impl Mirrored for NamespaceRow {
    const KIND: MirroredKind = MirroredKind::Namespace;
    type Slim<'a> = SlimNamespace<'a>;

    fn version<'s>(slim: &'s SlimNamespace<'_>) -> &'s str {
        slim.metadata.resource_version.as_str()
    }

    fn from_slim(slim: SlimNamespace<'_>, interner: &mut Interner) -> Result<Self, BadObject> {
        let phase = match slim.status.phase.as_str() {
            "" if slim.metadata.is_terminating() => "Terminating",
            "" => "Active",
            phase => phase,
        };
        let selector = NODE_SELECTORS.iter().find_map(|key| slim.metadata.annotations.get(key));
        Ok(NamespaceRow {
            phase: interner.text(phase),
            node_selector: selector.and_then(|text| interner.some_text(text)),
            meta: slim.metadata.row(interner)?,
        })
    }
}
