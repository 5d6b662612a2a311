//! YAML as a tree whose texts are wiped, read within a tight budget.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, Options};
use zeroize::Zeroizing;

use super::error::{IntakeError, Rule};

/// The largest input, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// One node of the input.
pub(super) enum Node {
    Null,
    Bool(bool),
    Number,
    Text(Zeroizing<String>),
    List(Vec<Node>),
    Map(Vec<(Zeroizing<String>, Node)>),
}

/// Reads one YAML (or JSON) document.
pub(super) fn parse(input: &[u8]) -> Result<Node, IntakeError> {
    let refuse = |rule| IntakeError::new("", rule);
    if input.len() > MAX_BYTES {
        return Err(refuse(Rule::TooLarge));
    }
    let text = std::str::from_utf8(input).map_err(|_| refuse(Rule::Syntax { line: 0, column: 0 }))?;
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| refuse(rule_of(&error)))
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_aliases: 0,
            max_anchors: 0,
            max_depth: 32,
            // One more than is accepted, so that the parser itself says so.
            max_documents: 2,
            max_nodes: 5_000,
            max_events: 20_000,
            max_total_scalar_bytes: MAX_BYTES,
            flow_nesting_limit: 64,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        emit_comments: false,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// The library's own texts quote the input, so only the kind and the position of an error are used.
fn rule_of(error: &Error) -> Rule {
    match error.without_snippet() {
        Error::DuplicateMappingKey { .. } => Rule::DuplicateKey,
        Error::MultipleDocuments { .. } => Rule::SeveralDocuments,
        Error::Budget { .. } | Error::MergeKeyNotAllowed { .. } | Error::UnknownAnchor { .. } => Rule::TooComplex,
        Error::AliasError { .. } | Error::TaggedScalarCannotDeserializeIntoString { .. } => Rule::TooComplex,
        other => {
            let at = other.location();
            Rule::Syntax { line: at.map_or(0, |at| at.line()), column: at.map_or(0, |at| at.column()) }
        }
    }
}

impl Node {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(Zeroizing::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Node, Node>()? {
            match key {
                Node::Text(key) => map.push((key, value)),
                _ => return Err(A::Error::custom("a key must be a string")),
            }
        }
        Ok(Node::Map(map))
    }
}
