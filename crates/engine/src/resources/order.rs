//! The order of a list: the keys asked for, then cluster, namespace, name and uid, so that it is total.

use super::cursor::{Key, Position};
use super::evaluate::Found;
use model::query::SortKey;
use std::cmp::Ordering;

/// The sort position of a found row: its keys, then what breaks ties.
pub(super) fn position(found: &Found<'_>, sort: &[SortKey]) -> Position {
    let asked = sort.iter().map(|key| Key::of(&found.cell(key.column.name)));
    let ties = ["cluster", "namespace", "name"].into_iter().map(|column| Key::of(&found.cell(column)));
    Position {
        keys: asked.chain(ties).collect(),
        cluster: found.cluster.to_string(),
        uid: found.row.meta().uid.to_string(),
    }
}

pub(super) fn compare(a: &Position, b: &Position, sort: &[SortKey]) -> Ordering {
    for (at, (left, right)) in a.keys.iter().zip(&b.keys).enumerate() {
        let descending = sort.get(at).is_some_and(|key| key.descending);
        let order = match (left, right) {
            (Key::None, Key::None) => Ordering::Equal,
            (Key::None, _) => Ordering::Greater,
            (_, Key::None) => Ordering::Less,
            _ if descending => right.compare(left),
            _ => left.compare(right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.cluster.cmp(&b.cluster).then_with(|| a.uid.cmp(&b.uid))
}
