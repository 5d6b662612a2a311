//! A picture of a table: shared by all readers, never changed.

use super::Columnar;
use super::layout::Field;
use super::pool::PoolView;
use super::row::{Row, utf8};
use super::segment::{Column, Mask, Segment};
use super::table::Table;
use std::sync::Arc;

/// The objects of one kind in one cluster at one moment, in no order.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) segments: Arc<[Arc<Segment>]>,
    pub(super) texts: PoolView<u8>,
    pub(super) lists: PoolView<u32>,
    /// Numbers of namespaces that rows are in, or were.
    pub(super) namespaces: Arc<[u32]>,
    pub(super) len: usize,
}

impl Snapshot {
    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that its columns and pools take, those of the allocator left out.
    pub fn bytes(&self) -> usize {
        let segments: usize = self.segments.iter().map(|segment| segment.bytes()).sum();
        segments + self.texts.chunks().bytes() + self.lists.chunks().bytes()
    }

    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// The row at a position of one of its segments.
    pub fn row<'a>(&'a self, segment: &'a Segment, at: usize) -> Row<'a> {
        Row { segment, at, texts: self.texts.chunks(), lists: self.lists.chunks() }
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.segments.iter().flat_map(move |segment| segment.live().iter().map(move |at| self.row(segment, at)))
    }

    /// Numbers of the namespaces that hold a test.
    pub fn namespaces_where(&self, mut test: impl FnMut(&str) -> bool) -> Vec<u32> {
        self.namespaces.iter().copied().filter(|id| test(self.text(*id))).collect()
    }

    /// The rows of one namespace.
    pub fn in_namespace<'a>(&'a self, namespace: &str) -> impl Iterator<Item = Row<'a>> {
        let id = self.namespaces.iter().copied().find(|id| self.text(*id) == namespace);
        id.into_iter().flat_map(move |id| {
            self.segments.iter().flat_map(move |segment| {
                let own = segment.live().filter(|at| segment.namespaces[at] == id);
                own.iter().map(move |at| self.row(segment, at))
            })
        })
    }

    /// The object of this name.
    pub fn find(&self, namespace: Option<&str>, name: &str) -> Option<Row<'_>> {
        match namespace {
            Some(namespace) => self.in_namespace(namespace).find(|row| row.is_named(name)),
            None => self.rows().find(|row| row.is_named(name) && row.namespace().is_none()),
        }
    }

    /// The object in a row.
    pub fn read<R: Columnar>(&self, row: &Row<'_>) -> R {
        R::read(row.meta(), row)
    }

    /// How many texts have a number.
    pub fn text_count(&self) -> usize {
        self.texts.chunks().len()
    }

    /// How many lists have a number.
    pub fn list_count(&self) -> usize {
        self.lists.chunks().len()
    }

    /// The text of a number.
    pub fn text(&self, id: u32) -> &str {
        utf8(self.texts.chunks().get(id))
    }

    /// The words of a list, by its number.
    pub fn list(&self, id: u32) -> &[u32] {
        self.lists.chunks().get(id)
    }

    /// These objects as a picture.
    pub fn of<R: Columnar>(objects: impl IntoIterator<Item = R>) -> Self {
        let mut table = Table::new(0);
        objects.into_iter().for_each(|object| {
            table.set(&object, 0);
        });
        table.snapshot()
    }
}

impl Segment {
    /// The number of each row's namespace.
    #[inline]
    pub fn namespaces(&self) -> &[u32] {
        &self.namespaces
    }

    /// The number of each row's labels.
    #[inline]
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The number of each row's stem.
    #[inline]
    pub fn stems(&self) -> &[u32] {
        &self.stems
    }

    /// Looks at the last dash of a row's name and what follows, where the row holds that itself.
    #[inline]
    pub fn name_ending<T>(&self, at: usize, look: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let mut bytes = self.suffixes[at].to_le_bytes();
        let length = usize::from(bytes[0]);
        if length == 0 {
            return None;
        }
        bytes[0] = b'-';
        bytes.get(..length).map(look)
    }

    /// Seconds since the Unix epoch.
    #[inline]
    pub fn created(&self) -> &[u32] {
        &self.created
    }

    /// Numbers of texts or lists; empty for what is no such field.
    #[inline]
    pub fn ids(&self, field: Field) -> &[u32] {
        self.numbers(field).unwrap_or_default()
    }

    /// Any field of one row.
    #[inline]
    pub fn number(&self, field: Field, at: usize) -> u64 {
        self.own[field.at()].get(at)
    }

    /// Calls `look` with the value of a field in each of some rows.
    pub fn each_number(&self, field: Field, rows: Mask, mut look: impl FnMut(usize, u64)) {
        match &self.own[field.at()] {
            Column::U8(cells) => rows.for_each(|at| look(at, u64::from(cells[at]))),
            Column::U16(cells) => rows.for_each(|at| look(at, u64::from(cells[at]))),
            Column::U32(cells) => rows.for_each(|at| look(at, u64::from(cells[at]))),
            Column::U64(cells) => rows.for_each(|at| look(at, cells[at])),
        }
    }
}
