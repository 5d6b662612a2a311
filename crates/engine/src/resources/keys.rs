//! Sort keys as numbers: the beginnings of the first key, or of the first two, so that most rows are told apart
//! without a look at their texts. Equal numbers say nothing; lower ones come first.

use super::cursor::Key;
use super::evaluate::Source;
use super::order::By;
use super::select::{Candidate, Selection};
use model::columns::{Access, Mask, Segment};
use model::rows::Cell;

/// Empty cells come last, whichever the direction.
const LAST: u64 = u64::MAX;

/// The beginning of one key.
#[derive(Clone, Copy)]
pub(super) enum Beginning {
    /// Part of the key alone, 16 bytes of a text say: where it is equal the keys may differ still, so that the second
    /// key must not speak.
    Part(u128),
    /// All of the key.
    Whole(u64),
}

impl Beginning {
    pub fn of(cell: &Cell<'_>, descending: bool) -> Self {
        let rising = match cell {
            Cell::None => return Self::Whole(LAST),
            Cell::Text(text) => return Self::part(bytes(text.as_bytes()), descending),
            Cell::Owned(text) => return Self::part(bytes(text.as_bytes()), descending),
            Cell::Number(n) | Cell::Milli(n) | Cell::Bytes(n) | Cell::Time(n) => rising(*n),
            Cell::Bool(value) => u64::from(*value),
            Cell::Ratio(part, whole) => return Self::part(u128::from(share(*part, *whole)) << 64, descending),
            // Compared as a cursor carries them.
            Cell::List(_) | Cell::Labels(_) => return Self::of(&Key::of(cell).cell(), descending),
        };
        Self::number(rising, descending)
    }

    /// Half as fine when descending, so that it stays before [`LAST`]; no text begins with bytes above those of UTF-8.
    fn part(beginning: u128, descending: bool) -> Self {
        Self::Part(if descending { !beginning >> 1 } else { beginning })
    }

    fn number(rising: u64, descending: bool) -> Self {
        Self::Whole(if descending { !rising } else { rising })
    }

    /// As a second key.
    pub fn half(self) -> u64 {
        match self {
            Self::Part(whole) => (whole >> 64) as u64,
            Self::Whole(number) => number,
        }
    }
}

pub(super) fn joined(high: u64, low: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// The key numbers of the rows of one picture.
pub(super) struct Keys<'a> {
    pub first: Option<KeyReader<'a>>,
    pub second: Option<KeyReader<'a>>,
}

impl Keys<'_> {
    /// Offers rows of a segment.
    pub fn offer(
        &mut self,
        segment: &Segment,
        rows: Mask,
        selection: &mut Selection<'_, '_>,
        candidate: impl Fn(usize) -> Candidate,
    ) {
        let Self { first, second } = self;
        let Some(first) = first else { return };
        first.each(segment, rows, |row, beginning| {
            let second = || second.as_mut().map_or(0, |second| second.one(segment, row).half());
            selection.offer(beginning, second, || candidate(row));
        });
    }
}

/// Reads the beginning of one key, row by row.
pub(super) struct KeyReader<'a> {
    source: Source<'a>,
    by: By,
    /// What was read of a text or a list, by its number.
    known: Vec<Option<Beginning>>,
    /// The first 16 bytes of the stem of a name, by its number, with its length; [`UNREAD`] before.
    stems: Vec<(u128, u8)>,
}

const UNREAD: u8 = u8::MAX;

impl<'a> KeyReader<'a> {
    pub fn new(source: Source<'a>, by: By) -> Self {
        Self { source, by, known: Vec::new(), stems: Vec::new() }
    }

    fn one(&mut self, segment: &Segment, row: usize) -> Beginning {
        let mut rows = Mask::default();
        rows.insert(row);
        let mut read = Beginning::Whole(0);
        self.each(segment, rows, |_, beginning| read = beginning);
        read
    }

    /// Calls `take` with each row and the beginning of its key.
    fn each(&mut self, segment: &Segment, rows: Mask, mut take: impl FnMut(usize, Beginning)) {
        let (by, all) = (self.by, self.source.rows);
        let number = |number: i64| Beginning::number(rising(number), by.descending);
        match by.access {
            Access::CreatedAt => {
                let created = segment.created();
                rows.for_each(|row| take(row, number(created[row].into())));
            }
            Access::Number(field) => segment.each_number(field, rows, |row, value| take(row, number(value as i64))),
            Access::Name => self.names(segment, rows, take),
            Access::Namespace => self.by_number(segment, segment.namespaces(), all.text_count(), rows, take),
            Access::Text(field) => self.by_number(segment, segment.ids(field), all.text_count(), rows, take),
            Access::List(field) | Access::Pair(field) | Access::Cpu(field) | Access::Memory(field) => {
                self.by_number(segment, segment.ids(field), all.list_count(), rows, take);
            }
            Access::Label(_) => self.by_number(segment, segment.labels(), all.list_count(), rows, take),
            _ => rows.for_each(|row| take(row, self.cell(segment, row))),
        }
    }

    fn by_number(
        &mut self,
        segment: &Segment,
        ids: &[u32],
        numbers: usize,
        rows: Mask,
        mut take: impl FnMut(usize, Beginning),
    ) {
        self.known.resize(numbers, None);
        rows.for_each(|row| {
            let id = ids[row] as usize;
            let known = self.known.get(id).copied().flatten();
            let beginning = known.unwrap_or_else(|| self.cell(segment, row));
            if known.is_none()
                && let Some(slot) = self.known.get_mut(id)
            {
                *slot = Some(beginning);
            }
            take(row, beginning);
        });
    }

    fn cell(&self, segment: &Segment, row: usize) -> Beginning {
        Beginning::of(&self.source.place.cell(&self.source.rows.row(segment, row), self.by.access), self.by.descending)
    }

    fn names(&mut self, segment: &Segment, rows: Mask, mut take: impl FnMut(usize, Beginning)) {
        let (all, ids) = (self.source.rows, segment.stems());
        self.stems.resize(all.text_count(), (0, UNREAD));
        rows.for_each(|row| {
            let known = &mut self.stems[ids[row] as usize];
            if known.1 == UNREAD {
                let stem = all.text(ids[row]).as_bytes();
                *known = (bytes(stem), stem.len().min(16) as u8);
            }
            let (mut beginning, length) = *known;
            if length < 16 {
                let ending = segment.name_ending(row, bytes).unwrap_or(0);
                beginning |= ending >> (u32::from(length) * 8);
            }
            take(row, Beginning::part(beginning, self.by.descending));
        });
    }
}

fn bytes(text: &[u8]) -> u128 {
    let mut beginning = [0; 16];
    let length = text.len().min(16);
    beginning[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(beginning)
}

/// In the order of the numbers.
fn rising(number: i64) -> u64 {
    number.cast_unsigned() ^ 1 << 63
}

/// The share that is ready, with 31 bits behind the point.
fn share(part: i64, whole: i64) -> u64 {
    ((part.max(0) as u128) << 31).checked_div(whole.max(1) as u128).map_or(0, |share| share.min(1 << 62) as u64)
}
