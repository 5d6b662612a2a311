//! 256 rows as columns.

use super::layout::Width;
use super::table::Encoded;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

/// One value a row. Shared on its own, since most changes are of few columns.
pub(super) type Cells<T> = Arc<[T]>;

/// Sets a cell; what others hold of the column stays as it was.
fn place<T: Copy + PartialEq>(cells: &mut Cells<T>, at: usize, value: T) {
    if cells[at] != value {
        Arc::make_mut(cells)[at] = value;
    }
}

fn grow<T: Copy + Default>(cells: &mut Cells<T>, rows: usize) {
    let added = rows.saturating_sub(cells.len());
    *cells = cells.iter().copied().chain(std::iter::repeat_n(T::default(), added)).collect();
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Column {
    U8(Cells<u8>),
    U16(Cells<u16>),
    U32(Cells<u32>),
    U64(Cells<u64>),
}

impl Column {
    pub fn new(width: Width) -> Self {
        match width {
            Width::U8 => Self::U8(Arc::default()),
            Width::U16 => Self::U16(Arc::default()),
            Width::U32 => Self::U32(Arc::default()),
            Width::U64 => Self::U64(Arc::default()),
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

    fn grow(&mut self, rows: usize) {
        match self {
            Self::U8(cells) => grow(cells, rows),
            Self::U16(cells) => grow(cells, rows),
            Self::U32(cells) => grow(cells, rows),
            Self::U64(cells) => grow(cells, rows),
        }
    }

    fn bytes(&self) -> usize {
        let cells = match self {
            Self::U8(cells) => size_of_val(&**cells),
            Self::U16(cells) => size_of_val(&**cells),
            Self::U32(cells) => size_of_val(&**cells),
            Self::U64(cells) => size_of_val(&**cells),
        };
        size_of::<Self>() + COUNTS + cells
    }
}

/// What an `Arc` counts, in bytes.
const COUNTS: usize = 2 * size_of::<usize>();
/// Rows there is room for in a new segment.
const FIRST_ROWS: usize = 8;

/// Rows as columns, all of one length; those whose object is gone are dead until another takes their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub(super) live: Mask,
    pub(super) uids: Cells<u128>,
    pub(super) namespaces: Cells<u32>,
    pub(super) stems: Cells<u32>,
    pub(super) suffixes: Cells<u64>,
    /// Seconds since the Unix epoch.
    pub(super) created: Cells<u32>,
    pub(super) labels: Cells<u32>,
    pub(super) own: Box<[Column]>,
}

impl Segment {
    pub(super) fn new(fields: &[Width]) -> Self {
        let mut new = Self {
            live: Mask::default(),
            uids: Arc::default(),
            namespaces: Arc::default(),
            stems: Arc::default(),
            suffixes: Arc::default(),
            created: Arc::default(),
            labels: Arc::default(),
            own: fields.iter().map(|width| Column::new(*width)).collect(),
        };
        new.grow(FIRST_ROWS);
        new
    }

    /// Rows that hold an object.
    pub fn live(&self) -> Mask {
        self.live
    }

    /// How many rows there is room for.
    pub(super) fn rows(&self) -> usize {
        self.uids.len()
    }

    /// Makes room for so many rows; the new ones are dead.
    pub(super) fn grow(&mut self, rows: usize) {
        grow(&mut self.uids, rows);
        grow(&mut self.namespaces, rows);
        grow(&mut self.stems, rows);
        grow(&mut self.suffixes, rows);
        grow(&mut self.created, rows);
        grow(&mut self.labels, rows);
        self.own.iter_mut().for_each(|column| column.grow(rows));
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

    pub(super) fn bytes(&self) -> usize {
        let own: usize = self.own.iter().map(Column::bytes).sum();
        let row = size_of::<u128>() + size_of::<u64>() + 4 * size_of::<u32>();
        size_of::<Self>() + 6 * COUNTS + own + self.rows() * row
    }

    /// Numbers of one column of texts or lists, row by row; None for what is no such column.
    pub(super) fn numbers(&self, field: super::Field) -> Option<&[u32]> {
        match self.own.get(field.at()) {
            Some(Column::U32(cells)) => Some(cells),
            _ => None,
        }
    }
}
