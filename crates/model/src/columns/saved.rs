//! What outlives the process: the parts of a table that changed, and a table of saved parts.

use super::pool::{Chunk, Pool};
use super::segment::{Column, ROWS, Segment};
use super::table::Table;
use super::{Columnar, Width};
use std::sync::Arc;

/// The parts of one sort that changed since they were taken last.
#[derive(Debug)]
pub struct Changed<T> {
    /// With their positions.
    pub parts: Vec<(usize, Arc<T>)>,
    /// How many parts there are, changed or not.
    pub count: usize,
}

/// What has to be written so that the table can be restored.
#[derive(Debug)]
pub struct Unsaved {
    pub segments: Changed<Segment>,
    pub texts: Changed<Chunk<u8>>,
    pub lists: Changed<Chunk<u32>>,
}

/// All parts of a table, each sort in order of position.
#[derive(Debug, Default)]
pub struct Saved {
    pub segments: Vec<Segment>,
    pub texts: Vec<Chunk<u8>>,
    pub lists: Vec<Chunk<u32>>,
}

impl<R: Columnar> Table<R> {
    /// Whether rows changed that are not saved.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved.iter().any(|unsaved| *unsaved)
    }

    /// The parts that changed since the last call, all of them shared with the table until they change again.
    pub fn take_unsaved(&mut self) -> Unsaved {
        let changed = self.segments.iter().zip(&mut self.unsaved).enumerate();
        let segments = changed
            .filter_map(|(at, (segment, unsaved))| std::mem::take(unsaved).then(|| (at, Arc::clone(segment))))
            .collect();
        Unsaved {
            segments: Changed { parts: segments, count: self.segments.len() },
            texts: self.texts.take_unsaved(),
            lists: self.lists.take_unsaved(),
        }
    }

    /// A table of saved parts; None where they do not make one. Versions are not known then.
    pub fn restore(seed: u64, saved: Saved) -> Option<Self> {
        let Saved { segments, texts, lists } = saved;
        let (last, full) = match segments.split_last() {
            Some((last, full)) => (Some(last), full),
            None => (None, &[][..]),
        };
        let fits = full.iter().all(|segment| rows_of(segment, R::FIELDS) == Some(ROWS))
            && last.is_none_or(|last| rows_of(last, R::FIELDS).is_some_and(|rows| rows <= ROWS));
        if !fits {
            return None;
        }
        let texts = Pool::of(seed, texts.into_iter().map(Arc::new).collect())?;
        let lists = Pool::of(seed, lists.into_iter().map(Arc::new).collect())?;
        let known = |ids: &[u32], count: usize| ids.iter().all(|id| (*id as usize) < count);
        let sound = |segment: &Segment| {
            known(&segment.namespaces, texts.len())
                && known(&segment.stems, texts.len())
                && known(&segment.labels, lists.len())
        };
        if !segments.iter().all(sound) {
            return None;
        }
        Self::of(seed, segments.into_iter().map(Arc::new).collect(), texts, lists)
    }
}

/// How many rows a segment has, if its columns are those of the kind and all of one length.
fn rows_of(segment: &Segment, fields: &[Width]) -> Option<usize> {
    let rows = segment.rows();
    let common = [
        segment.namespaces.len(),
        segment.stems.len(),
        segment.suffixes.len(),
        segment.created.len(),
        segment.labels.len(),
    ];
    let own = segment.own.len() == fields.len()
        && segment.own.iter().zip(fields).all(|(column, width)| match (column, width) {
            (Column::U8(cells), Width::U8) => cells.len() == rows,
            (Column::U16(cells), Width::U16) => cells.len() == rows,
            (Column::U32(cells), Width::U32) => cells.len() == rows,
            (Column::U64(cells), Width::U64) => cells.len() == rows,
            _ => false,
        });
    let alive = segment.live().iter().all(|at| at < rows);
    (own && alive && common.iter().all(|length| *length == rows)).then_some(rows)
}
