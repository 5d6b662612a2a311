//! Pages of a list.

use super::bad::BadObject;
use super::intern::Interner;
use super::text::Text;
use super::{Decoded, Mirrored};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// One page of a list.
#[derive(Debug)]
pub struct Page<R: Mirrored> {
    /// What could be read.
    pub objects: Vec<Decoded<R>>,
    /// How many objects could not.
    pub skipped: u64,
    /// The version of the whole list.
    pub version: String,
    /// The token of the next page; empty on the last.
    pub next: String,
    /// How many objects follow this page, where the server says so.
    pub remaining: Option<u64>,
}

impl<R: Mirrored> Default for Page<R> {
    fn default() -> Self {
        Self { objects: Vec::new(), skipped: 0, version: String::new(), next: String::new(), remaining: None }
    }
}

impl<R: Mirrored> Page<R> {
    fn take(&mut self, object: Result<Decoded<R>, BadObject>) {
        match object {
            Ok(decoded) => self.objects.push(decoded),
            Err(_) => self.skipped += 1,
        }
    }

    fn finished(self) -> Result<Self, BadObject> {
        // Without a version it is some other JSON: an empty object must not empty the mirror.
        if self.version.is_empty() { Err(BadObject::Missing("metadata.resourceVersion")) } else { Ok(self) }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListMeta<'a> {
    #[serde(borrow)]
    resource_version: Text<'a>,
    #[serde(rename = "continue", borrow)]
    next: Text<'a>,
    remaining_item_count: Option<i64>,
}

/// Decodes a page. Objects that do not fit are skipped and counted.
///
/// # Errors
/// When the body as a whole is no list.
pub fn decode_page<R: Mirrored>(body: &[u8], interner: &mut Interner) -> Result<Page<R>, BadObject> {
    let mut page = Page::default();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = PageSeed { page: &mut page, interner }.deserialize(&mut deserializer);
    if read.and_then(|()| deserializer.end()).is_ok() {
        return page.finished();
    }
    object_by_object(body, interner)
}

/// The slow way, after an object broke the fast one: find each object's end first, then read it alone.
fn object_by_object<R: Mirrored>(body: &[u8], interner: &mut Interner) -> Result<Page<R>, BadObject> {
    let mut page = Page::default();
    let mut cursor = Cursor { body, at: 0 };
    cursor.expect(b'{')?;
    while !cursor.take(b'}') {
        cursor.take(b',');
        let key: Text<'_> = serde_json::from_slice(cursor.value()?).map_err(|error| BadObject::from_json(&error))?;
        cursor.expect(b':')?;
        match key.as_str() {
            "metadata" => read_meta(&mut page, parse(cursor.value()?)?),
            "items" if cursor.take(b'[') => {
                while !cursor.take(b']') {
                    cursor.take(b',');
                    page.take(super::decode_object(cursor.value()?, interner));
                }
            }
            _ => {
                cursor.value()?;
            }
        }
    }
    page.finished()
}

fn parse<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, BadObject> {
    serde_json::from_slice(bytes).map_err(|error| BadObject::from_json(&error))
}

fn read_meta<R: Mirrored>(page: &mut Page<R>, meta: ListMeta<'_>) {
    page.version = meta.resource_version.0.into_owned();
    page.next = meta.next.0.into_owned();
    page.remaining = meta.remaining_item_count.and_then(|count| count.try_into().ok());
}

/// Steps over JSON value by value.
struct Cursor<'b> {
    body: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn skip_space(&mut self) {
        while self.body.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.body.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), BadObject> {
        if self.take(byte) { Ok(()) } else { Err(BadObject::Json { column: self.at }) }
    }

    /// The bytes of the next value.
    fn value(&mut self) -> Result<&'b [u8], BadObject> {
        self.skip_space();
        let rest = &self.body[self.at..];
        let mut stream = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        match stream.next() {
            Some(Ok(_)) => {
                let length = stream.byte_offset();
                self.at += length;
                Ok(&rest[..length])
            }
            _ => Err(BadObject::Json { column: self.at }),
        }
    }
}

struct PageSeed<'s, R: Mirrored> {
    page: &'s mut Page<R>,
    interner: &'s mut Interner,
}

impl<'de, R: Mirrored> DeserializeSeed<'de> for PageSeed<'_, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: Mirrored> Visitor<'de> for PageSeed<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.as_str() {
                "metadata" => read_meta(self.page, map.next_value()?),
                "items" => {
                    map.next_value_seed(ItemsSeed { page: &mut *self.page, interner: &mut *self.interner })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct ItemsSeed<'s, R: Mirrored> {
    page: &'s mut Page<R>,
    interner: &'s mut Interner,
}

impl<'de, R: Mirrored> DeserializeSeed<'de> for ItemsSeed<'_, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: Mirrored> Visitor<'de> for ItemsSeed<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the items of a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(slim) = items.next_element::<R::Slim<'de>>()? {
            self.page.take(Decoded::from_slim(slim, self.interner));
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::rows::NamespaceRow;

    fn page(text: &str) -> Result<Page<NamespaceRow>, BadObject> {
        decode_page(text.as_bytes(), &mut Interner::default())
    }

    fn names(page: &Page<NamespaceRow>) -> Vec<&str> {
        page.objects.iter().map(|object| &*object.row.meta.name).collect()
    }

    #[test]
    fn a_bad_object_is_skipped_wherever_it_stands() {
        let good = |name: &str| format!(r#"{{"metadata":{{"name":"{name}","uid":"{name}-uid"}}}}"#);
        for bad in [r#"{"metadata":{"name":"no-uid"}}"#, r#"{"metadata":{"name":["x"]}}"#, "17", "null", r#""}]""#] {
            for items in [
                format!("{bad},{},{}", good("a"), good("b")),
                format!("{},{bad} , {}", good("a"), good("b")),
                format!("{},{},{bad}", good("a"), good("b")),
            ] {
                let list = format!(
                    r#"{{"kind":"NamespaceList","metadata":{{"resourceVersion":"9","continue":"tok"}},"items":[{items}]}}"#
                );
                let page = page(&list).unwrap();
                assert_eq!(names(&page), ["a", "b"], "{list}");
                assert_eq!((page.skipped, page.version.as_str(), page.next.as_str()), (1, "9", "tok"));
            }
        }
    }

    #[test]
    fn no_items_is_an_empty_list_but_another_json_is_none() {
        let empty = page(r#"{"metadata":{"resourceVersion":"9"},"items":null}"#).unwrap();
        assert!(empty.objects.is_empty() && empty.next.is_empty());
        for text in ["", "{}", "[]", r#"{"items":[]}"#, "garbage", r#"{"metadata":{"resourceVersion":"9"},"items":[{"#]
        {
            assert!(page(text).is_err(), "{text}");
        }
    }
}
