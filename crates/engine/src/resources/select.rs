//! The rows of a page out of all that match, without sorting the others: what is kept is at most twice what the page
//! reaches to, and what comes after its last row is turned away by one comparison of numbers.

use super::cursor::Position;
use super::keys::{Beginning, joined};
use super::order::Order;
use std::cmp::Ordering;

/// Where a matching row is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Which picture.
    pub source: u32,
    /// Which of its segments.
    pub segment: u32,
    /// Which row of that.
    pub row: u32,
}

impl Candidate {
    pub fn new(source: usize, segment: usize, row: usize) -> Self {
        Self { source: source as u32, segment: segment as u32, row: row as u32 }
    }
}

/// A row with the beginning of its sort key.
type Keyed = (u128, Candidate);

pub(super) struct Selection<'o, 'a> {
    order: &'o Order<'a>,
    /// Rows before the page.
    offset: usize,
    /// Rows up to its end.
    reach: usize,
    /// Where the page before ended.
    after: Option<(u128, &'o Position)>,
    kept: Vec<Keyed>,
    /// The last row of a full page so far; what comes after it is not wanted.
    last: Option<Keyed>,
    /// Rows of later pages were seen.
    more: bool,
}

impl<'o, 'a> Selection<'o, 'a> {
    pub fn new(order: &'o Order<'a>, offset: usize, limit: usize, after: Option<&'o Position>) -> Self {
        let after = after.map(|position| (order.key_of(position), position));
        Self { order, offset, reach: offset.saturating_add(limit), after, kept: Vec::new(), last: None, more: false }
    }

    /// Takes a row that matches, by the beginning of its first key; that of the second is asked for where it counts.
    pub fn offer(&mut self, first: Beginning, second: impl FnOnce() -> u64, row: impl FnOnce() -> Candidate) {
        if self.is_behind_last(first) {
            self.more = true;
            return;
        }
        let key = match first {
            Beginning::Part(whole) => whole,
            Beginning::Whole(high) => joined(high, second()),
        };
        let row = row();
        if self.is_shown_before(key, &row) {
            return;
        }
        if let Some(last) = &self.last
            && self.compare(&(key, row), last).is_gt()
        {
            self.more = true;
            return;
        }
        self.kept.push((key, row));
        if self.kept.len() >= self.reach.saturating_mul(2).max(256) {
            self.shrink();
        }
    }

    fn is_behind_last(&self, first: Beginning) -> bool {
        match (&self.last, first) {
            (Some((last, _)), Beginning::Part(whole)) => whole > *last,
            (Some((last, _)), Beginning::Whole(high)) => high > (last >> 64) as u64,
            (None, _) => false,
        }
    }

    /// Whether an earlier page has shown the row.
    fn is_shown_before(&self, key: u128, row: &Candidate) -> bool {
        self.after.as_ref().is_some_and(|(after, position)| match key.cmp(after) {
            Ordering::Less => true,
            Ordering::Greater => false,
            Ordering::Equal => self.order.compare_with(row, position).is_le(),
        })
    }

    fn compare(&self, a: &Keyed, b: &Keyed) -> Ordering {
        a.0.cmp(&b.0).then_with(|| self.order.compare(&a.1, &b.1))
    }

    /// Drops what comes after the page.
    fn shrink(&mut self) {
        if self.kept.len() <= self.reach {
            return;
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.select_nth_unstable_by(self.reach - 1, |a, b| self.compare(a, b));
        kept.truncate(self.reach);
        self.last = kept.last().copied();
        self.kept = kept;
        self.more = true;
    }

    /// The page in order, and whether there are more behind it.
    pub fn finish(mut self) -> (Vec<Candidate>, bool) {
        self.shrink();
        let mut kept = std::mem::take(&mut self.kept);
        if self.offset >= kept.len() {
            return (Vec::new(), false);
        }
        if self.offset > 0 {
            kept.select_nth_unstable_by(self.offset, |a, b| self.compare(a, b));
            kept.drain(..self.offset);
        }
        kept.sort_unstable_by(|a, b| self.compare(a, b));
        (kept.into_iter().map(|(_, row)| row).collect(), self.more)
    }
}
