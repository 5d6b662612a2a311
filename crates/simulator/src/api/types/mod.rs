//! What the built-in kinds are made of: to decode protobuf and to find fields that do not exist.

mod check;
mod protobuf;

use std::collections::HashMap;
use std::sync::OnceLock;

pub use check::check;
pub use protobuf::decode;

use crate::object_store::Kind;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Text,
    Int,
    Double,
    Bool,
    Bytes,
    Time,
    Quantity,
    IntOrString,
    /// JSON within a message.
    Json,
    /// Not looked into.
    Any,
    Message(&'static str),
    List(Box<Type>),
    Map(Box<Type>),
}

/// One field of a message.
#[derive(Debug)]
pub struct Field {
    /// `*` when its fields are its parent's.
    pub name: &'static str,
    /// In protobuf; 0 for none.
    pub number: u64,
    pub kind: Type,
    /// A zero is a value, not absence.
    pub pointer: bool,
}

/// The fields of a message by its name, such as `core:PodSpec`.
pub fn fields(message: &str) -> Option<&'static [Field]> {
    static TYPES: OnceLock<HashMap<&'static str, Vec<Field>>> = OnceLock::new();
    let types = TYPES.get_or_init(|| {
        let lines = include_str!("types.txt").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(parse).collect()
    });
    types.get(message).map(Vec::as_slice)
}

/// The message of a stored kind.
pub fn message_of(kind: &Kind) -> String {
    message_name(kind.group, kind.kind)
}

fn message_name(group: &str, kind: &str) -> String {
    format!("{}:{kind}", if group.is_empty() { "core" } else { group })
}

fn parse(line: &'static str) -> Option<(&'static str, Vec<Field>)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let fields = words.filter_map(|word| {
        let (name, rest) = word.split_once('=')?;
        let (number, kind) = rest.split_once(':')?;
        let pointer = kind.len() == 1 && kind.starts_with(|c: char| c.is_ascii_uppercase());
        Some(Field { name, number: number.parse().ok()?, kind: parse_type(kind), pointer })
    });
    Some((name, fields.collect()))
}

fn parse_type(text: &'static str) -> Type {
    if let Some(item) = text.strip_prefix("[]") {
        return Type::List(Box::new(parse_type(item)));
    }
    if let Some(item) = text.strip_prefix("{}") {
        return Type::Map(Box::new(parse_type(item)));
    }
    match text {
        "s" | "S" => Type::Text,
        "i" | "I" => Type::Int,
        "d" | "D" => Type::Double,
        "b" | "B" => Type::Bool,
        "y" => Type::Bytes,
        "t" | "u" => Type::Time,
        "q" => Type::Quantity,
        "o" => Type::IntOrString,
        "r" | "f" => Type::Json,
        "a" => Type::Any,
        message => Type::Message(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_store::kinds;

    fn messages_in(kind: &Type) -> Option<&'static str> {
        match kind {
            Type::Message(name) => Some(name),
            Type::List(item) | Type::Map(item) => messages_in(item),
            _ => None,
        }
    }

    #[test]
    fn every_kind_and_every_message_it_names_is_described() {
        let mut open: Vec<String> = kinds::ALL.iter().map(|k| message_of(k)).collect();
        let mut seen = std::collections::HashSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let fields = fields(&name).unwrap_or_else(|| panic!("{name} is not described"));
            open.extend(fields.iter().filter_map(|f| messages_in(&f.kind)).map(str::to_owned));
        }
        assert!(seen.len() > 200);
    }
}
