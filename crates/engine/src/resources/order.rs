//! The order of a list: the keys asked for, then cluster, namespace, name and uid, so that it is total. Most rows are
//! told apart by one number, the beginning of their first key or two.

use super::cursor::{Key, Position};
use super::evaluate::Source;
use super::keys::{Beginning, KeyReader, Keys, joined};
use super::select::Candidate;
use model::columns::{Access, Row};
use model::query::SortKey;
use model::rows::Cell;
use std::cmp::Ordering;

/// What breaks ties.
const TIES: [Access; 3] = [Access::Cluster, Access::Namespace, Access::Name];

/// One key of an order.
#[derive(Clone, Copy)]
pub(super) struct By {
    pub access: Access,
    pub descending: bool,
}

pub(super) struct Order<'a> {
    keys: Vec<By>,
    sources: &'a [Source<'a>],
}

impl<'a> Order<'a> {
    pub fn new(sort: &[SortKey], sources: &'a [Source<'a>]) -> Self {
        let asked = sort.iter().map(|key| By { access: key.column.at, descending: key.descending });
        let ties = TIES.into_iter().map(|access| By { access, descending: false });
        Self { keys: asked.chain(ties).collect(), sources }
    }

    pub fn source(&self, at: &Candidate) -> Source<'a> {
        self.sources[at.source as usize]
    }

    pub fn row(&self, at: &Candidate) -> Row<'a> {
        let rows = self.sources[at.source as usize].rows;
        rows.row(&rows.segments()[at.segment as usize], at.row as usize)
    }

    fn cell(&self, at: &Candidate, access: Access) -> Cell<'a> {
        self.sources[at.source as usize].place.cell(&self.row(at), access)
    }

    /// Where a row stands, for a cursor.
    pub fn position(&self, at: &Candidate) -> Position {
        Position {
            keys: self.keys.iter().map(|by| Key::of(&self.cell(at, by.access))).collect(),
            cluster: self.sources[at.source as usize].place.cluster.to_owned(),
            uid: self.row(at).uid(),
        }
    }

    /// The order of two rows.
    pub fn compare(&self, a: &Candidate, b: &Candidate) -> Ordering {
        for by in &self.keys {
            let order = match by.access {
                Access::Cluster if a.source == b.source => Ordering::Equal,
                Access::Name => directed(name_order(&self.row(a), &self.row(b)), by.descending),
                access => ordered(&self.cell(a, access), &self.cell(b, access), by.descending),
            };
            if order.is_ne() {
                return order;
            }
        }
        let cluster = |at: &Candidate| self.sources[at.source as usize].place.cluster;
        cluster(a).cmp(cluster(b)).then_with(|| self.row(a).uid().cmp(&self.row(b).uid()))
    }

    /// The order of a row and a position of an earlier page.
    pub fn compare_with(&self, a: &Candidate, position: &Position) -> Ordering {
        for (by, key) in self.keys.iter().zip(&position.keys) {
            // A list of texts is compared as the cursor carries it.
            let own = Key::of(&self.cell(a, by.access));
            let order = ordered(&own.cell(), &key.cell(), by.descending);
            if order.is_ne() {
                return order;
            }
        }
        let cluster = self.sources[a.source as usize].place.cluster;
        cluster.cmp(&position.cluster).then_with(|| self.row(a).uid().cmp(&position.uid))
    }

    /// The number that tells most rows apart: of two rows, the one with the lower number comes first.
    pub fn key_of(&self, position: &Position) -> u128 {
        let mut cells = self.keys.iter().zip(&position.keys).map(|(by, key)| (by, key.cell()));
        let Some((first, cell)) = cells.next() else { return 0 };
        match Beginning::of(&cell, first.descending) {
            Beginning::Part(whole) => whole,
            Beginning::Whole(high) => {
                joined(high, cells.next().map_or(0, |(by, cell)| Beginning::of(&cell, by.descending).half()))
            }
        }
    }

    /// Makes ready for the rows of one picture.
    pub fn keys(&self, source: &Source<'a>) -> Keys<'a> {
        let mut keys = self.keys.iter().map(|by| KeyReader::new(*source, *by));
        Keys { first: keys.next(), second: keys.next() }
    }
}

/// Names of the same picture and stem differ in their endings alone.
fn name_order(a: &Row<'_>, b: &Row<'_>) -> Ordering {
    let ((stem, ending), (other, their)) = (a.name_parts(), b.name_parts());
    if stem == other && ending.is_some() && their.is_some() {
        let (ending, their) = (ending.unwrap_or_default(), their.unwrap_or_default());
        // Behind the length come the letters, and zeros, which come before every letter.
        return ending[1..].cmp(&their[1..]).then_with(|| ending[0].cmp(&their[0]));
    }
    a.name().cmp(&b.name())
}

fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

fn ordered(a: &Cell<'_>, b: &Cell<'_>, descending: bool) -> Ordering {
    match (a, b) {
        (Cell::None, Cell::None) => Ordering::Equal,
        (Cell::None, _) => Ordering::Greater,
        (_, Cell::None) => Ordering::Less,
        (Cell::List(_) | Cell::Labels(_), _) => directed(Key::of(a).cell().compare(&Key::of(b).cell()), descending),
        _ => directed(a.compare(b), descending),
    }
}
