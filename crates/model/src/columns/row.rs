//! One row, and its cells.

use super::layout::{Access, Field};
use super::name;
use super::pool::Chunks;
use super::segment::Segment;
use super::words::{FIRST_V4, WordReader};
use crate::labels::Labels;
use crate::rows::{Cell, RowMeta};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// A row of a table or of a picture.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(super) segment: &'a Segment,
    pub(super) at: usize,
    pub(super) texts: Chunks<'a, u8>,
    pub(super) lists: Chunks<'a, u32>,
}

/// Texts come from JSON strings, so that this never fails.
pub(super) fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl<'a> Row<'a> {
    pub(super) fn text_of(&self, id: u32) -> &'a str {
        utf8(self.texts.get(id))
    }

    fn some_text(&self, id: u32) -> Option<&'a str> {
        (id != 0).then(|| self.text_of(id))
    }

    pub fn namespace(&self) -> Option<&'a str> {
        self.some_text(self.segment.namespaces[self.at])
    }

    /// The name as its stem and, where it has one, the part behind its last dash.
    pub fn name_parts(&self) -> (&'a str, Option<[u8; 8]>) {
        let packed = self.segment.suffixes[self.at];
        (self.text_of(self.segment.stems[self.at]), (packed != 0).then(|| packed.to_le_bytes()))
    }

    pub fn name(&self) -> String {
        let mut name = String::new();
        self.push_name(&mut name);
        name
    }

    /// Appends the name to `text`.
    pub fn push_name(&self, text: &mut String) {
        let (stem, packed) = self.name_parts();
        text.push_str(stem);
        if let Some(suffix) = packed.as_ref().and_then(name::suffix) {
            text.push('-');
            text.push_str(utf8(suffix));
        }
    }

    pub fn is_named(&self, name: &str) -> bool {
        let (stem, packed) = name::split(name);
        self.segment.suffixes[self.at] == packed && self.text_of(self.segment.stems[self.at]) == stem
    }

    pub fn uid(&self) -> String {
        name::format_uid(self.segment.uids[self.at]).unwrap_or_else(|id| self.text_of(id).to_owned())
    }

    /// Seconds since the Unix epoch.
    pub fn created_at(&self) -> i64 {
        i64::from(self.segment.created[self.at])
    }

    /// The number of its labels: the same for rows of one picture whose labels are the same.
    pub fn labels_number(&self) -> u32 {
        self.segment.labels[self.at]
    }

    pub fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let (row, pairs) = (*self, self.lists.get(self.segment.labels[self.at]).as_chunks::<2>().0);
        pairs.iter().map(move |[key, value]| (row.text_of(*key), row.text_of(*value)))
    }

    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.labels().find(|(own, _)| *own == key).map(|(_, value)| value)
    }

    pub fn meta(&self) -> RowMeta {
        RowMeta {
            uid: self.uid().into(),
            namespace: self.namespace().map(Arc::from),
            name: self.name().into(),
            created_at: self.created_at(),
            labels: Arc::new(self.labels().collect::<Labels>()),
        }
    }

    pub fn number(&self, field: Field) -> u64 {
        self.segment.own[field.at()].get(self.at)
    }

    pub fn text(&self, field: Field) -> Option<&'a str> {
        self.some_text(self.number(field) as u32)
    }

    /// The words of a list.
    pub fn words(&self, field: Field) -> WordReader<'a> {
        WordReader::new(self.lists.get(self.number(field) as u32), self.texts)
    }

    /// An address; see [`CellWriter::ip`](super::CellWriter::ip).
    pub fn ip(&self, field: Field) -> Option<IpAddr> {
        match self.number(field) as u32 {
            0 => None,
            id if id < FIRST_V4 => self.text_of(id).parse().ok(),
            v4 => Some(IpAddr::V4(Ipv4Addr::from_bits(v4))),
        }
    }

    /// The cell that a list's column shows.
    pub fn cell(&self, access: Access) -> Cell<'a> {
        let or_none = |text: Option<&'a str>| text.map_or(Cell::None, Cell::Text);
        match access {
            Access::Cluster | Access::SyncedAt => Cell::None,
            Access::Namespace => or_none(self.namespace()),
            Access::Name => Cell::Owned(self.name()),
            Access::Uid => Cell::Owned(self.uid()),
            Access::CreatedAt => Cell::Time(self.created_at()),
            Access::Labels => Cell::Labels(self.labels().collect()),
            Access::Label(key) => or_none(self.label(key)),
            Access::Text(field) => or_none(self.text(field)),
            Access::Choice(field, words) => or_none(words.get(self.number(field) as usize).copied()),
            Access::Number(field) => Cell::Number(self.number(field) as i64),
            Access::NumberOrNone(field) => {
                self.number(field).checked_sub(1).map_or(Cell::None, |number| Cell::Number(number as i64))
            }
            Access::Flag(field, bit) => Cell::Bool(self.number(field) & u64::from(bit) != 0),
            Access::Ratio(part, whole) => Cell::Ratio(self.number(part) as i64, self.number(whole) as i64),
            Access::Time(field) => match self.number(field) {
                0 => Cell::None,
                at => Cell::Time(at as i64),
            },
            Access::List(field) => Cell::List(self.words(field).texts().collect()),
            Access::Pair(field) => {
                let parts: Vec<&str> = self.words(field).texts().collect();
                if parts.is_empty() { Cell::None } else { Cell::Owned(parts.join("/")) }
            }
            Access::Ip(field) => self.ip(field).map_or(Cell::None, |ip| Cell::Owned(ip.to_string())),
            Access::Cpu(field) => Cell::Milli(self.words(field).cpu_milli()),
            Access::Memory(field) => Cell::Bytes(self.words(field).memory()),
            Access::Bytes(field) => match self.number(field) {
                u64::MAX => Cell::None,
                bytes => Cell::Bytes(bytes as i64),
            },
        }
    }
}
