//! Fields written and read: numbers, texts, and lists of both as words of 32 bits.

use super::layout::Field;
use super::pool::{Chunks, Pool};
use super::row::utf8;
use super::table::Encoded;
use crate::k8s::resources::Resources;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

/// 1.0.0.0
pub(super) const FIRST_V4: u32 = 1 << 24;

/// Writes the fields of one row.
pub struct CellWriter<'t> {
    pub(super) row: &'t mut Encoded,
    pub(super) texts: &'t mut Pool<u8>,
    pub(super) lists: &'t mut Pool<u32>,
    pub(super) scratch: &'t mut Vec<u32>,
}

impl CellWriter<'_> {
    pub fn number(&mut self, field: Field, number: u64) {
        self.row.own[field.at()] = number;
    }

    /// A count; negative ones are zero.
    pub fn count(&mut self, field: Field, count: i64) {
        self.number(field, count.max(0) as u64);
    }

    /// A point in time, seconds since the Unix epoch.
    pub fn time(&mut self, field: Field, at: Option<i64>) {
        self.count(field, at.unwrap_or(0));
    }

    pub fn text(&mut self, field: Field, text: &str) {
        let id = self.texts.intern(text.as_bytes());
        self.number(field, u64::from(id));
    }

    pub fn some_text(&mut self, field: Field, text: Option<&str>) {
        self.text(field, text.unwrap_or_default());
    }

    /// An address: version 4 as it is, others as the number of their text, which no address of version 4 looks like
    /// since none begins with a zero. Beyond 16 million such texts there is no address.
    pub fn ip(&mut self, field: Field, ip: Option<IpAddr>) {
        let number = match ip {
            None => 0,
            Some(IpAddr::V4(ip)) => Some(ip.to_bits()).filter(|bits| *bits >= FIRST_V4).unwrap_or(0),
            Some(IpAddr::V6(ip)) => {
                Some(self.texts.intern(ip.to_string().as_bytes())).filter(|id| *id < FIRST_V4).unwrap_or(0)
            }
        };
        self.number(field, number.into());
    }

    /// A list, of what `write` writes.
    pub fn list(&mut self, field: Field, write: impl FnOnce(&mut Words<'_>)) {
        self.scratch.clear();
        write(&mut Words { words: self.scratch, texts: self.texts });
        let id = self.lists.intern(self.scratch);
        self.number(field, u64::from(id));
    }

    pub fn texts<'x>(&mut self, field: Field, texts: impl IntoIterator<Item = &'x str>) {
        self.list(field, |words| texts.into_iter().for_each(|text| words.text(text)));
    }

    pub fn resources(&mut self, field: Field, resources: &Resources) {
        self.list(field, |words| words.resources(resources));
    }
}

/// Writes the words of a list.
pub struct Words<'t> {
    pub(super) words: &'t mut Vec<u32>,
    pub(super) texts: &'t mut Pool<u8>,
}

impl Words<'_> {
    pub fn number(&mut self, number: u32) {
        self.words.push(number);
    }

    pub fn text(&mut self, text: &str) {
        let id = self.texts.intern(text.as_bytes());
        self.words.push(id);
    }

    fn wide(&mut self, number: i64) {
        self.words.extend([number as u32, (number >> 32) as u32]);
    }

    /// CPU in milli-cores, memory, ephemeral storage, then the extended ones.
    pub fn resources(&mut self, resources: &Resources) {
        self.wide(resources.cpu_milli);
        self.wide(resources.memory);
        self.wide(resources.ephemeral_storage);
        for (name, amount) in &resources.extended {
            self.text(name);
            self.wide(*amount);
        }
    }

    /// Amounts of any size by name, with their number before them.
    pub fn amounts(&mut self, amounts: &BTreeMap<Arc<str>, i128>) {
        self.number(amounts.len() as u32);
        for (name, amount) in amounts {
            self.text(name);
            self.wide(*amount as i64);
            self.wide((*amount >> 64) as i64);
        }
    }
}

/// Reads the words of a list; past its end all is zero and empty.
#[derive(Clone, Copy)]
pub struct WordReader<'a> {
    words: &'a [u32],
    texts: Chunks<'a, u8>,
}

impl<'a> WordReader<'a> {
    pub(super) fn new(words: &'a [u32], texts: Chunks<'a, u8>) -> Self {
        Self { words, texts }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub fn number(&mut self) -> u32 {
        match self.words.split_first() {
            Some((first, rest)) => {
                self.words = rest;
                *first
            }
            None => 0,
        }
    }

    pub fn text(&mut self) -> &'a str {
        let id = self.number();
        utf8(self.texts.get(id))
    }

    /// All that is left, as texts.
    pub fn texts(self) -> impl Iterator<Item = &'a str> {
        self.words.iter().map(move |id| utf8(self.texts.get(*id)))
    }

    /// All that is left, as shared texts.
    pub fn shared_texts<C: FromIterator<Arc<str>>>(self) -> C {
        self.texts().map(Arc::from).collect()
    }

    fn wide(&mut self) -> i64 {
        let low = self.number();
        i64::from(self.number().cast_signed()) << 32 | i64::from(low)
    }

    pub(super) fn cpu_milli(mut self) -> i64 {
        self.wide()
    }

    pub(super) fn memory(mut self) -> i64 {
        self.wide();
        self.wide()
    }

    /// What [`Words::resources`] wrote.
    pub fn resources(mut self) -> Resources {
        let (cpu_milli, memory, ephemeral_storage) = (self.wide(), self.wide(), self.wide());
        let mut extended = BTreeMap::new();
        while !self.is_empty() {
            let name = self.text();
            extended.insert(Arc::from(name), self.wide());
        }
        Resources { cpu_milli, memory, ephemeral_storage, extended }
    }

    /// What [`Words::amounts`] wrote.
    pub fn amounts(&mut self) -> BTreeMap<Arc<str>, i128> {
        let count = self.number();
        let amount = |words: &mut Self| {
            let (name, low) = (words.text(), words.wide());
            (Arc::from(name), i128::from(words.wide()) << 64 | i128::from(low.cast_unsigned()))
        };
        (0..count).map_while(|_| (!self.is_empty()).then(|| amount(self))).collect()
    }
}
