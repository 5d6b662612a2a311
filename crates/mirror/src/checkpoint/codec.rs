//! The format of a block: a version byte, then its strings, each once, then its rows, which name them by number.

use kubeapi::decode::{Decoded, Interner, Mirrored};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// Grows with every change of a record: blocks of another version are ignored, which costs one cold start.
const VERSION: u8 = 1;

/// A kind that can be packed.
pub(crate) trait Pack: Mirrored {
    /// What is written of one object.
    type Record: Serialize + DeserializeOwned;

    fn pack(object: &Decoded<Self>, strings: &mut Strings) -> Self::Record;

    /// None where the record makes no sense.
    fn unpack(record: Self::Record, strings: &Known, interner: &mut Interner) -> Option<Decoded<Self>>;
}

/// A string of the block, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Id(u32);

/// The strings of a block that is being packed.
#[derive(Default)]
pub(crate) struct Strings {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Strings {
    pub fn id(&mut self, text: &str) -> Id {
        if let Some(number) = self.numbers.get(text) {
            return Id(*number);
        }
        let (number, text): (u32, Arc<str>) = (self.all.len() as u32, Arc::from(text));
        self.all.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        Id(number)
    }

    pub fn ids<'t>(&mut self, texts: impl IntoIterator<Item = &'t Arc<str>>) -> Vec<Id> {
        texts.into_iter().map(|text| self.id(text)).collect()
    }
}

/// The strings of a block that was read.
pub(crate) struct Known(Vec<Arc<str>>);

impl Known {
    pub fn text(&self, id: Id) -> Option<Arc<str>> {
        self.0.get(id.0 as usize).cloned()
    }

    pub fn texts(&self, ids: &[Id]) -> Option<Vec<Arc<str>>> {
        ids.iter().map(|id| self.text(*id)).collect()
    }
}

#[derive(Serialize)]
struct BlockOut<'b, T> {
    strings: Vec<&'b str>,
    records: Vec<T>,
}

#[derive(Deserialize)]
struct BlockIn<T> {
    strings: Vec<String>,
    records: Vec<T>,
}

/// Packs objects into a block; an empty block where that fails, which reads as no checkpoint.
pub(crate) fn pack_block<R: Pack>(objects: &[&Decoded<R>]) -> Vec<u8> {
    let mut strings = Strings::default();
    let records = objects.iter().map(|object| R::pack(object, &mut strings)).collect();
    let block = BlockOut { strings: strings.all.iter().map(AsRef::as_ref).collect(), records };
    postcard::to_extend(&block, vec![VERSION]).unwrap_or_default()
}

/// Reads a block; None where it is of another version, or damaged.
pub(crate) fn unpack_block<R: Pack>(bytes: &[u8]) -> Option<Vec<Decoded<R>>> {
    let (version, rest) = bytes.split_first()?;
    if *version != VERSION {
        return None;
    }
    let block: BlockIn<R::Record> = postcard::from_bytes(rest).ok()?;
    let mut interner = Interner::default();
    let strings = Known(block.strings.iter().map(|text| interner.text(text)).collect());
    block.records.into_iter().map(|record| R::unpack(record, &strings, &mut interner)).collect()
}
