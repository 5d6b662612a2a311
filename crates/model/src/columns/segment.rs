//! 256 rows as columns.

use super::layout::Width;
use super::table::Encoded;
use serde::{Deserialize, Serialize};

/// Rows of a segment.
pub const ROWS: usize = 256;

/// Some rows of a segment, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask(pub(super) [u64; ROWS / 64]);

impl Mask {
    pub fn contains(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    pub fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub fn remove(&mut self, at: usize) {
        self.0[at / 64] &= !(1 << (at % 64));
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The rows of this mask that hold a test.
    #[must_use]
    pub fn filter(&self, mut test: impl FnMut(usize) -> bool) -> Mask {
        let mut kept = Mask::default();
        self.for_each(|at| kept.0[at / 64] |= u64::from(test(at)) << (at % 64));
        kept
    }

    /// Calls `look` with each position in rising order; faster than [`iter`](Self::iter) where all are set.
    pub fn for_each(&self, mut look: impl FnMut(usize)) {
        for (number, word) in self.0.into_iter().enumerate() {
            if word == u64::MAX {
                (number * 64..number * 64 + 64).for_each(&mut look);
                continue;
            }
            let mut rest = word;
            while rest != 0 {
                look(number * 64 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }

    /// Positions in rising order.
    pub fn iter(self) -> impl Iterator<Item = usize> + use<> {
        let words = self.0;
        (0..words.len()).flat_map(move |word| {
            let mut rest = words[word];
            std::iter::from_fn(move || {
                let at = rest.trailing_zeros() as usize;
                rest &= rest.wrapping_sub(1);
                (at < 64).then_some(word * 64 + at)
            })
        })
    }

    #[must_use]
    pub fn and_not(&self, other: &Mask) -> Mask {
        Mask(std::array::from_fn(|at| self.0[at] & !other.0[at]))
    }

    #[must_use]
    pub fn or(&self, other: &Mask) -> Mask {
        Mask(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Column {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
}

impl Column {
    pub fn new(width: Width) -> Self {
        match width {
            Width::U8 => Self::U8(Vec::new()),
            Width::U16 => Self::U16(Vec::new()),
            Width::U32 => Self::U32(Vec::new()),
            Width::U64 => Self::U64(Vec::new()),
        }
    }

    pub fn get(&self, at: usize) -> u64 {
        match self {
            Self::U8(cells) => u64::from(cells[at]),
            Self::U16(cells) => u64::from(cells[at]),
            Self::U32(cells) => u64::from(cells[at]),
            Self::U64(cells) => cells[at],
        }
    }

    /// What is too large for the column is set as large as it goes.
    fn set(&mut self, at: usize, value: u64) {
        match self {
            Self::U8(cells) => place(cells, at, u8::try_from(value).unwrap_or(u8::MAX)),
            Self::U16(cells) => place(cells, at, u16::try_from(value).unwrap_or(u16::MAX)),
            Self::U32(cells) => place(cells, at, u32::try_from(value).unwrap_or(u32::MAX)),
            Self::U64(cells) => place(cells, at, value),
        }
    }

    fn bytes(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::U8(cells) => cells.capacity(),
                Self::U16(cells) => cells.capacity() * size_of::<u16>(),
                Self::U32(cells) => cells.capacity() * size_of::<u32>(),
                Self::U64(cells) => cells.capacity() * size_of::<u64>(),
            }
    }

    fn settle(&mut self) {
        match self {
            Self::U8(cells) => cells.shrink_to_fit(),
            Self::U16(cells) => cells.shrink_to_fit(),
            Self::U32(cells) => cells.shrink_to_fit(),
            Self::U64(cells) => cells.shrink_to_fit(),
        }
    }
}

/// Sets a cell, or appends it.
fn place<T>(cells: &mut Vec<T>, at: usize, value: T) {
    match cells.get_mut(at) {
        Some(cell) => *cell = value,
        None => cells.push(value),
    }
}

/// Rows as columns; those whose object is gone are dead until another takes their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub(super) live: Mask,
    pub(super) uids: Vec<u128>,
    pub(super) namespaces: Vec<u32>,
    pub(super) stems: Vec<u32>,
    pub(super) suffixes: Vec<u64>,
    /// Seconds since the Unix epoch.
    pub(super) created: Vec<u32>,
    pub(super) labels: Vec<u32>,
    pub(super) own: Box<[Column]>,
}

impl Segment {
    pub(super) fn new(fields: &[Width]) -> Self {
        Self {
            live: Mask::default(),
            uids: Vec::new(),
            namespaces: Vec::new(),
            stems: Vec::new(),
            suffixes: Vec::new(),
            created: Vec::new(),
            labels: Vec::new(),
            own: fields.iter().map(|width| Column::new(*width)).collect(),
        }
    }

    /// Rows that hold an object.
    pub fn live(&self) -> Mask {
        self.live
    }

    pub(super) fn set(&mut self, at: usize, row: &Encoded) {
        self.live.insert(at);
        place(&mut self.uids, at, row.uid);
        place(&mut self.namespaces, at, row.namespace);
        place(&mut self.stems, at, row.stem);
        place(&mut self.suffixes, at, row.suffix);
        place(&mut self.created, at, row.created);
        place(&mut self.labels, at, row.labels);
        for (column, value) in self.own.iter_mut().zip(row.own) {
            column.set(at, value);
        }
    }

    pub(super) fn get(&self, at: usize) -> Encoded {
        let mut own = [0; super::layout::MAX_FIELDS];
        for (value, column) in own.iter_mut().zip(&self.own) {
            *value = column.get(at);
        }
        Encoded {
            uid: self.uids[at],
            namespace: self.namespaces[at],
            stem: self.stems[at],
            suffix: self.suffixes[at],
            created: self.created[at],
            labels: self.labels[at],
            own,
        }
    }

    /// Gives back room that growing took.
    pub(super) fn settle(&mut self) {
        self.uids.shrink_to_fit();
        self.namespaces.shrink_to_fit();
        self.stems.shrink_to_fit();
        self.suffixes.shrink_to_fit();
        self.created.shrink_to_fit();
        self.labels.shrink_to_fit();
        self.own.iter_mut().for_each(Column::settle);
    }

    pub(super) fn bytes(&self) -> usize {
        let own: usize = self.own.iter().map(Column::bytes).sum();
        own + size_of::<Self>()
            + self.uids.capacity() * size_of::<u128>()
            + self.suffixes.capacity() * size_of::<u64>()
            + [&self.namespaces, &self.stems, &self.created, &self.labels]
                .map(|column| column.capacity() * size_of::<u32>())
                .iter()
                .sum::<usize>()
    }

    /// Numbers of one column of texts or lists, row by row; None for what is no such column.
    pub(super) fn numbers(&self, field: super::Field) -> Option<&[u32]> {
        match self.own.get(field.at()) {
            Some(Column::U32(cells)) => Some(cells),
            _ => None,
        }
    }
}
