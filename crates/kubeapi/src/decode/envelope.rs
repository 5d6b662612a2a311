//! Lines of a watch, and the `Status` that says why something failed.

use super::bad::BadObject;
use super::intern::Interner;
use super::meta::Meta;
use super::text::{Pairs, Text, or_default};
use super::{Decoded, Mirrored};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// What one line of a watch says.
#[derive(Debug)]
pub enum Event<R: Mirrored> {
    /// Added or changed.
    Applied(Decoded<R>),
    /// Gone.
    Deleted(Tombstone),
    /// Nothing more happened up to the version reached.
    Bookmark,
    /// The stream cannot go on.
    Error(StatusBody),
    /// A type of event that is not known.
    Unknown,
}

/// An object that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// None for cluster-scoped kinds.
    pub namespace: Option<Arc<str>>,
    /// The object's name.
    pub name: Arc<str>,
    /// The object's uid.
    pub uid: Arc<str>,
    /// The version at which it went; 0 where it is no number.
    pub version: u64,
}

/// What matters of a `metav1.Status`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusBody {
    /// The HTTP status it stands for; 0 when absent.
    pub code: u16,
    /// It asks for an older or newer version than the server has: `Expired`, `Gone`, "too large resource version".
    pub version_lost: bool,
    /// `details.retryAfterSeconds`.
    pub retry_after_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlimStatus<'a> {
    #[serde(deserialize_with = "or_default")]
    code: u16,
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow, deserialize_with = "or_default")]
    details: Details<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Details<'a> {
    retry_after_seconds: Option<u64>,
    #[serde(borrow, deserialize_with = "or_default")]
    causes: Vec<Cause<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cause<'a> {
    #[serde(borrow)]
    reason: Text<'a>,
}

impl From<SlimStatus<'_>> for StatusBody {
    fn from(slim: SlimStatus<'_>) -> Self {
        let too_new = slim.details.causes.iter().any(|cause| cause.reason.as_str() == "ResourceVersionTooLarge")
            || slim.message.as_str().contains("Too large resource version");
        let too_old = slim.code == 410 || matches!(slim.reason.as_str(), "Expired" | "Gone");
        StatusBody {
            code: slim.code,
            version_lost: too_new || too_old,
            retry_after_seconds: slim.details.retry_after_seconds,
        }
    }
}

/// Reads a `Status`; what is none says nothing.
pub fn decode_status(bytes: &[u8]) -> StatusBody {
    serde_json::from_slice::<SlimStatus<'_>>(bytes).map(StatusBody::from).unwrap_or_default()
}

/// Decodes one line of a watch, and moves `position` to the version it brings.
///
/// # Errors
/// [`BadObject`]; then `position` stays.
pub fn decode_line<R: Mirrored>(
    line: &[u8],
    interner: &mut Interner,
    position: &mut String,
) -> Result<Event<R>, BadObject> {
    let read = |early: Option<EventType>, interner: &mut Interner, position: &mut String| {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let seed = LineSeed::<R> { early, interner, position, kind: PhantomData };
        let event = seed.deserialize(&mut deserializer).map_err(|error| BadObject::from_json(&error))?;
        deserializer.end().map_err(|error| BadObject::from_json(&error))?;
        event
    };
    match read(None, interner, position) {
        // The server wrote the object before its type: look for the type first.
        Err(BadObject::Missing("type")) => {
            let head: Head<'_> = serde_json::from_slice(line).map_err(|error| BadObject::from_json(&error))?;
            read(Some(EventType::of(head.of.as_str())), interner, position)
        }
        result => result,
    }
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow)]
    of: Text<'a>,
}

#[derive(Clone, Copy, PartialEq)]
enum EventType {
    Applied,
    Deleted,
    Bookmark,
    Error,
    Unknown,
}

impl EventType {
    fn of(text: &str) -> Self {
        match text {
            "ADDED" | "MODIFIED" => Self::Applied,
            "DELETED" => Self::Deleted,
            "BOOKMARK" => Self::Bookmark,
            "ERROR" => Self::Error,
            _ => Self::Unknown,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OnlyMeta<'a> {
    #[serde(borrow)]
    metadata: Meta<'a, Pairs<'a>>,
}

struct LineSeed<'s, R> {
    early: Option<EventType>,
    interner: &'s mut Interner,
    position: &'s mut String,
    kind: PhantomData<R>,
}

impl<'de, R: Mirrored> DeserializeSeed<'de> for LineSeed<'_, R> {
    type Value = Result<Event<R>, BadObject>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: Mirrored> Visitor<'de> for LineSeed<'_, R> {
    type Value = Result<Event<R>, BadObject>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a watch event")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut of = self.early;
        let mut event = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.as_str() {
                "type" => of = Some(EventType::of(map.next_value::<Text<'de>>()?.as_str())),
                "object" => match of {
                    Some(of) => event = Some(self.object(of, &mut map)?),
                    None => {
                        map.next_value::<IgnoredAny>()?;
                        event = Some(Err(BadObject::Missing("type")));
                    }
                },
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        event.ok_or_else(|| de::Error::missing_field("object"))
    }
}

impl<R: Mirrored> LineSeed<'_, R> {
    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        of: EventType,
        map: &mut A,
    ) -> Result<Result<Event<R>, BadObject>, A::Error> {
        Ok(match of {
            EventType::Applied => {
                let slim = map.next_value::<R::Slim<'de>>()?;
                let version = R::version(&slim).to_owned();
                Decoded::from_slim(slim, self.interner).map(|decoded| {
                    self.reach(&version);
                    Event::Applied(decoded)
                })
            }
            EventType::Deleted => {
                let object = map.next_value::<OnlyMeta<'de>>()?;
                self.reach(object.metadata.resource_version.as_str());
                tombstone(&object.metadata, self.interner).map(Event::Deleted)
            }
            EventType::Bookmark => {
                let object = map.next_value::<OnlyMeta<'de>>()?;
                self.reach(object.metadata.resource_version.as_str());
                Ok(Event::Bookmark)
            }
            EventType::Error => Ok(Event::Error(map.next_value::<SlimStatus<'de>>()?.into())),
            EventType::Unknown => map.next_value::<IgnoredAny>().map(|_| Ok(Event::Unknown))?,
        })
    }

    fn reach(&mut self, version: &str) {
        if !version.is_empty() {
            self.position.clear();
            self.position.push_str(version);
        }
    }
}

fn tombstone<A>(meta: &Meta<'_, A>, interner: &mut Interner) -> Result<Tombstone, BadObject> {
    if meta.name.is_empty() {
        return Err(BadObject::Missing("metadata.name"));
    }
    Ok(Tombstone {
        namespace: interner.some_text(meta.namespace.as_str()),
        name: Arc::from(meta.name.as_str()),
        uid: Arc::from(meta.uid.as_str()),
        version: meta.resource_version.as_str().parse().unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::rows::NamespaceRow;

    fn line(text: &str) -> (Result<Event<NamespaceRow>, BadObject>, String) {
        let mut position = "1".to_owned();
        let event = decode_line(text.as_bytes(), &mut Interner::default(), &mut position);
        (event, position)
    }

    const OBJECT: &str =
        r#"{"metadata":{"name":"shop","uid":"u1","resourceVersion":"7","managedFields":[{"x":[{}]}]}}"#;

    #[test]
    fn events_are_read_in_either_order_of_keys() {
        for text in
            [format!(r#"{{"type":"ADDED","object":{OBJECT}}}"#), format!(r#"{{"object":{OBJECT},"type":"MODIFIED"}}"#)]
        {
            let (event, position) = line(&text);
            let Ok(Event::Applied(decoded)) = event else { panic!("{text}") };
            assert_eq!((&*decoded.row.meta.name, decoded.version, position.as_str()), ("shop", 7, "7"));
        }
        let (event, position) = line(&format!(r#"{{"type":"DELETED","object":{OBJECT}}}"#));
        assert!(matches!(event, Ok(Event::Deleted(gone)) if &*gone.uid == "u1" && gone.version == 7));
        assert_eq!(position, "7");
    }

    #[test]
    fn a_bookmark_moves_the_position() {
        let (event, position) =
            line(r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12","creationTimestamp":null}}}"#);
        assert!(matches!(event, Ok(Event::Bookmark)));
        assert_eq!(position, "12");
    }

    #[test]
    fn errors_say_whether_the_version_is_lost() {
        let lost = [
            r#"{"kind":"Status","code":410,"reason":"Expired"}"#,
            r#"{"code":504,"reason":"Timeout","message":"Timeout: Too large resource version: 9, current: 7"}"#,
            r#"{"code":504,"details":{"causes":[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":1}}"#,
        ];
        for status in lost {
            let (event, position) = line(&format!(r#"{{"type":"ERROR","object":{status}}}"#));
            assert!(matches!(event, Ok(Event::Error(body)) if body.version_lost), "{status}");
            assert_eq!(position, "1");
        }
        let (event, _) = line(r#"{"type":"ERROR","object":{"code":500,"reason":"InternalError"}}"#);
        assert!(matches!(event, Ok(Event::Error(body)) if !body.version_lost && body.code == 500));
    }

    #[test]
    fn bad_lines_are_errors_and_keep_the_position() {
        for text in [
            "",
            "garbage",
            r#"{"type":"ADDED"}"#,
            r#"{"type":"ADDED","object":{"metadata":{"name":7.5,"uid":{}}}}"#,
            r#"{"type":"ADDED","object":{"metadata":{"name":"shop","resourceVersion":"9"}}}"#,
            r#"{"type":"ADDED","object":{"metadata":{"name":"shop"#,
        ] {
            let (event, position) = line(text);
            assert!(event.is_err(), "{text}");
            assert_eq!(position, "1", "{text}");
        }
    }
}
