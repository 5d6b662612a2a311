//! The protobuf form, in which Go clients send objects. Upstream: `apimachinery/pkg/runtime/serializer/protobuf`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Field, Type, fields, message_name};
use crate::api::status::ApiError;

/// Opens every message.
const MAGIC: &[u8] = b"k8s\0";

/// Decodes one enveloped object.
///
/// # Errors
/// 400 for what is no such message or of an unknown kind.
pub fn decode(body: &[u8]) -> Result<Value, ApiError> {
    let bad = || ApiError::bad_request("error decoding the protobuf body");
    let mut envelope = body.strip_prefix(MAGIC).ok_or_else(bad)?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    while !envelope.is_empty() {
        match field(&mut envelope).ok_or_else(bad)? {
            (1, Wire::Bytes(mut bytes)) => {
                while !bytes.is_empty() {
                    match field(&mut bytes).ok_or_else(bad)? {
                        (1, Wire::Bytes(text)) => api_version = String::from_utf8_lossy(text).into_owned(),
                        (2, Wire::Bytes(text)) => kind = String::from_utf8_lossy(text).into_owned(),
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let names = [message_name(&api_version, &kind), message_name(group, &kind), message_name("meta", &kind)];
    let known = names
        .iter()
        .find(|name| fields(name).is_some())
        .ok_or_else(|| ApiError::bad_request(format!("no kind {kind:?} is registered for version {api_version:?}")))?;
    let mut object = json!({"kind": kind, "apiVersion": api_version});
    let map = object.as_object_mut().ok_or_else(bad)?;
    message(fields(known).unwrap_or_default(), raw, map).ok_or_else(bad)?;
    Ok(object)
}

enum Wire<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

fn field<'b>(bytes: &mut &'b [u8]) -> Option<(u64, Wire<'b>)> {
    let tag = varint(bytes)?;
    let value = match tag & 7 {
        0 => Wire::Number(varint(bytes)?),
        1 => Wire::Bytes(take(bytes, 8)?),
        2 => {
            let length = usize::try_from(varint(bytes)?).ok()?;
            Wire::Bytes(take(bytes, length)?)
        }
        5 => Wire::Bytes(take(bytes, 4)?),
        _ => return None,
    };
    Some((tag >> 3, value))
}

fn take<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (head, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(head)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Reads a message into an object; `None` when it is broken.
fn message(fields: &'static [Field], mut bytes: &[u8], object: &mut Map<String, Value>) -> Option<()> {
    while !bytes.is_empty() {
        let (number, wire) = field(&mut bytes)?;
        let Some(found) = fields.iter().find(|f| f.number == number) else { continue };
        match (&found.kind, wire) {
            (Type::Message(inner), Wire::Bytes(bytes)) if found.name == "*" => {
                message(super::fields(inner)?, bytes, object)?;
            }
            (Type::List(item), wire) => {
                let list = object.entry(found.name).or_insert_with(|| json!([])).as_array_mut()?;
                match (item.as_ref(), wire) {
                    (Type::Int, Wire::Bytes(mut packed)) => {
                        while !packed.is_empty() {
                            list.push(varint(&mut packed)?.cast_signed().into());
                        }
                    }
                    (item, wire) => list.extend(value(item, wire)?),
                }
            }
            (Type::Map(item), Wire::Bytes(mut entry)) => {
                let map = object.entry(found.name).or_insert_with(|| json!({})).as_object_mut()?;
                let (mut key, mut content) = (String::new(), None);
                while !entry.is_empty() {
                    match field(&mut entry)? {
                        (1, Wire::Bytes(text)) => key = String::from_utf8(text.to_vec()).ok()?,
                        (2, wire) => content = value(item, wire)?,
                        _ => {}
                    }
                }
                map.insert(key, content.unwrap_or_else(|| "".into()));
            }
            (kind, wire) => {
                if let Some(value) = value(kind, wire)?
                    && (found.pointer || !is_zero(&value))
                {
                    object.insert(found.name.to_owned(), value);
                }
            }
        }
    }
    Some(())
}

/// Go sends zeros of what is not set.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

/// One value: the outer `None` is broken input, the inner one nothing to show.
#[expect(clippy::option_option, reason = "broken and absent are different things")]
fn value(kind: &Type, wire: Wire<'_>) -> Option<Option<Value>> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(match (kind, wire) {
        (Type::Any, _) => None,
        (Type::Int, Wire::Number(number)) => Some(number.cast_signed().into()),
        (Type::Bool, Wire::Number(number)) => Some((number != 0).into()),
        (Type::Text, Wire::Bytes(bytes)) => Some(text(bytes)?.into()),
        (Type::Bytes, Wire::Bytes(bytes)) => Some(STANDARD.encode(bytes).into()),
        (Type::Double, Wire::Bytes(bytes)) => Some(f64::from_le_bytes(bytes.try_into().ok()?).into()),
        (Type::Quantity, Wire::Bytes(bytes)) => Some(parts(bytes)?.text.into()),
        (Type::Json, Wire::Bytes(bytes)) => serde_json::from_str(&parts(bytes)?.text).ok(),
        (Type::Time, Wire::Bytes(bytes)) => time(&parts(bytes)?),
        (Type::IntOrString, Wire::Bytes(bytes)) => {
            let parts = parts(bytes)?;
            Some(if parts.numbers[1] == 1 { parts.text.into() } else { parts.numbers[2].into() })
        }
        (Type::Message(name), Wire::Bytes(bytes)) => {
            let mut object = Map::new();
            message(fields(name)?, bytes, &mut object)?;
            Some(Value::Object(object))
        }
        _ => return None,
    })
}

/// A small message of some numbers and at most one text.
#[derive(Default)]
struct Parts {
    numbers: [i64; 4],
    text: String,
}

fn parts(mut bytes: &[u8]) -> Option<Parts> {
    let mut parts = Parts::default();
    while !bytes.is_empty() {
        match field(&mut bytes)? {
            (id @ 0..=3, Wire::Number(number)) => parts.numbers[usize::try_from(id).ok()?] = number.cast_signed(),
            (_, Wire::Bytes(text)) => parts.text = String::from_utf8(text.to_vec()).ok()?,
            _ => {}
        }
    }
    Some(parts)
}

fn time(parts: &Parts) -> Option<Value> {
    let at = Timestamp::new(parts.numbers[1], i32::try_from(parts.numbers[2]).ok()?).ok()?;
    // The zero time of Go is the year 1; an empty message is none at all.
    (parts.numbers[1] > 0).then(|| at.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(id: u8, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![id << 3 | 2, u8::try_from(bytes.len()).unwrap()];
        out.extend_from_slice(bytes);
        out
    }

    #[test]
    fn an_eviction_is_read_and_a_broken_one_refused() {
        let options = [vec![1 << 3, 0x96, 0x01], text(2, &text(1, b"uid-1")), text(5, b"All")].concat();
        let raw = [text(1, &text(1, b"web-0")), text(2, &options)].concat();
        let head = [text(1, b"policy/v1"), text(2, b"Eviction")].concat();
        let body = [MAGIC.to_vec(), text(1, &head), text(2, &raw)].concat();
        let expected = json!({
            "metadata": {"name": "web-0"},
            "deleteOptions": {"gracePeriodSeconds": 150, "preconditions": {"uid": "uid-1"}, "dryRun": ["All"]},
            "kind": "Eviction",
            "apiVersion": "policy/v1",
        });
        assert_eq!(decode(&body), Ok(expected));
        for cut in [3, 6, body.len() - 1] {
            assert!(decode(&body[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn maps_quantities_and_inlined_messages_are_read() {
        let hard = text(1, &[text(1, b"pods"), text(2, &text(1, b"4"))].concat());
        let raw = text(2, &hard);
        let head = [text(1, b"v1"), text(2, b"ResourceQuota")].concat();
        let body = [MAGIC.to_vec(), text(1, &head), text(2, &raw)].concat();
        assert_eq!(decode(&body).unwrap()["spec"], json!({"hard": {"pods": "4"}}));

        let volume = [text(1, b"v"), text(2, &text(2, &[]))].concat();
        let raw = text(2, &text(1, &volume));
        let head = [text(1, b"v1"), text(2, b"Pod")].concat();
        let body = [MAGIC.to_vec(), text(1, &head), text(2, &raw)].concat();
        assert_eq!(decode(&body).unwrap()["spec"], json!({"volumes": [{"name": "v", "emptyDir": {}}]}));
    }
}
