//! The rows on the screen: filled by the server's answer, kept up to date by the stream. A row that changes is changed
//! in place; the order waits while the pointer is on the rows.

use super::query::MOST_ROWS;
use super::rows::{Delta, List, Row};
use crate::live::ListText;
use leptos::prelude::*;
use model::kinds::KindSpec;
use model::wire::resource::{ClusterAge, Facet};
use std::collections::HashMap;

/// What the stream says about the list.
#[derive(Clone, Debug, PartialEq)]
pub enum ListMessage {
    Page(List),
    Delta(Delta),
}

impl ListMessage {
    /// None for what does not read.
    pub fn read(text: &ListText) -> Option<ListMessage> {
        match text {
            ListText::Page(text) => small_json::from_str(text).ok().map(ListMessage::Page),
            ListText::Delta(text) => small_json::from_str(text).ok().map(ListMessage::Delta),
        }
    }
}

/// A row, and which of its columns the last change touched.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveRow {
    pub row: Row,
    pub changed: Vec<&'static str>,
    /// Turns over at each change, so that a second one within the fade is seen too.
    pub turn: bool,
}

/// Clusters of the list with their ages, and when on the page's clock they were received.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ages {
    pub clusters: Vec<ClusterAge>,
    pub received_ms: f64,
}

/// The list of one page.
#[derive(Clone, Copy)]
pub struct ListStore {
    spec: &'static KindSpec,
    rows: StoredValue<HashMap<String, ArcRwSignal<LiveRow>>>,
    pub order: RwSignal<Vec<String>>,
    /// The order that waits for the pointer to leave.
    waiting: StoredValue<Option<Vec<String>>>,
    /// How many rows come, go or move once it has left.
    pub held: RwSignal<usize>,
    hovered: StoredValue<bool>,
    /// Rows of the list before the first of these.
    pub offset: RwSignal<usize>,
    /// Where the first of these is to be: scrolling moves it, and the stream brings them.
    pub wanted: RwSignal<usize>,
    pub total: RwSignal<u64>,
    pub ages: RwSignal<Ages>,
    pub facets: RwSignal<Vec<Facet>>,
}

impl ListStore {
    pub fn new(spec: &'static KindSpec) -> ListStore {
        ListStore {
            spec,
            rows: StoredValue::new(HashMap::new()),
            order: RwSignal::new(Vec::new()),
            waiting: StoredValue::new(None),
            held: RwSignal::new(0),
            hovered: StoredValue::new(false),
            offset: RwSignal::new(0),
            wanted: RwSignal::new(0),
            total: RwSignal::new(0),
            ages: RwSignal::new(Ages::default()),
            facets: RwSignal::new(Vec::new()),
        }
    }

    pub fn row(&self, uid: &str) -> Option<ArcRwSignal<LiveRow>> {
        self.rows.with_value(|rows| rows.get(uid).cloned())
    }

    /// Another list in place of this one, as answered or as the stream's first message: the window at `offset`.
    pub fn replace(&self, list: List, offset: usize, now_ms: f64) {
        let order: Vec<String> = list.rows.iter().map(|row| row.uid.clone()).collect();
        self.put(list.rows);
        self.total.set(list.total);
        self.ages.set(Ages { clusters: list.clusters, received_ms: now_ms });
        if !list.facets.is_empty() || order.is_empty() {
            self.facets.set(list.facets);
        }
        if self.offset.get_untracked() == offset {
            self.show(order);
            return;
        }
        // Rows that the reader went to do not wait for the pointer.
        self.offset.set(offset);
        self.put_in_place(order);
    }

    /// What the stream says of the window at `offset`.
    pub fn hear(&self, message: ListMessage, offset: usize, now_ms: f64) {
        match message {
            ListMessage::Page(list) => self.replace(list, offset, now_ms),
            ListMessage::Delta(delta) => self.apply(delta, now_ms),
        }
    }

    fn apply(&self, delta: Delta, now_ms: f64) {
        self.put(delta.rows);
        self.total.set(delta.total);
        let (offset, total) = (self.offset.get_untracked(), delta.total as usize);
        // What shrinks away from under the window takes it along.
        if offset > 0 && offset >= total {
            self.wanted.set(total.saturating_sub(MOST_ROWS));
        }
        self.ages.set(Ages { clusters: delta.clusters, received_ms: now_ms });
        let known = self.rows.with_value(|rows| delta.order.iter().all(|uid| rows.contains_key(uid)));
        // A row that never came makes the order useless; the next page message puts it right.
        if known {
            self.show(delta.order);
        }
    }

    fn put(&self, rows: Vec<Row>) {
        self.rows.update_value(|known| {
            for row in rows {
                match known.get(&row.uid) {
                    Some(signal) => change(signal, row, self.spec),
                    None => {
                        let live = LiveRow { row, changed: Vec::new(), turn: false };
                        known.insert(live.row.uid.clone(), ArcRwSignal::new(live));
                    }
                }
            }
        });
    }

    fn show(&self, order: Vec<String>) {
        let moved = self.order.with_untracked(|now| differences(now, &order));
        if self.hovered.get_value() && moved > 0 && !self.order.read_untracked().is_empty() {
            self.waiting.set_value(Some(order));
            self.held.set(moved);
            return;
        }
        self.put_in_place(order);
    }

    fn put_in_place(&self, order: Vec<String>) {
        self.waiting.set_value(None);
        if self.held.get_untracked() > 0 {
            self.held.set(0);
        }
        if self.order.with_untracked(|now| *now != order) {
            self.order.set(order);
        }
        let kept = self.order.get_untracked();
        self.rows.update_value(|rows| rows.retain(|uid, _| kept.contains(uid)));
    }

    pub fn pointer(&self, inside: bool) {
        self.hovered.set_value(inside);
        if !inside && let Some(order) = self.waiting.get_value() {
            self.show(order);
        }
    }
}

fn change(signal: &ArcRwSignal<LiveRow>, row: Row, spec: &'static KindSpec) {
    let changed = signal.with_untracked(|live| changed_columns(&live.row, &row, spec));
    if changed.is_empty() {
        return;
    }
    signal.update(|live| {
        live.row = row;
        live.changed = changed;
        live.turn = !live.turn;
    });
}

fn changed_columns(old: &Row, new: &Row, spec: &'static KindSpec) -> Vec<&'static str> {
    let mut changed: Vec<&'static str> =
        spec.columns.iter().map(|column| column.name).filter(|name| old.value(name) != new.value(name)).collect();
    if old.labels != new.labels {
        changed.push("labels");
    }
    changed
}

/// How many places of the two orders do not agree.
fn differences(old: &[String], new: &[String]) -> usize {
    let shared = old.iter().zip(new).filter(|(a, b)| a != b).count();
    shared + old.len().abs_diff(new.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::kinds::MirroredKind;

    fn row(uid: &str, status: &str) -> Row {
        let row = serde_json::json!({
            "cluster": "sh", "namespace": "shop", "name": uid, "uid": uid, "createdAt": "2026-01-01T00:00:00Z",
            "labels": {}, "syncedAt": null, "status": status, "requests": { "cpu": "100m", "memory": "1Gi" }
        });
        small_json::from_str(&row.to_string()).unwrap()
    }

    fn list(rows: Vec<Row>) -> List {
        List { total: rows.len() as u64, rows, clusters: vec![], facets: vec![] }
    }

    fn delta(rows: Vec<Row>, order: &[&str]) -> ListMessage {
        let order: Vec<String> = order.iter().map(|uid| uid.to_string()).collect();
        ListMessage::Delta(Delta { total: order.len() as u64, rows, order, clusters: vec![] })
    }

    fn with_store(test: impl FnOnce(ListStore)) {
        let owner = Owner::new();
        owner.with(|| test(ListStore::new(MirroredKind::Pod.spec())));
    }

    #[test]
    fn a_changed_row_is_changed_in_place() {
        with_store(|store| {
            store.replace(list(vec![row("a", "Pending"), row("b", "Running")]), 0, 0.0);
            let before = store.row("a").unwrap();
            store.hear(delta(vec![row("a", "Running")], &["a", "b"]), 0, 1.0);
            let live = before.get_untracked();
            assert_eq!((live.changed.as_slice(), live.turn), (&["status"][..], true));
            assert_eq!(store.order.get_untracked(), ["a", "b"]);
        });
    }

    #[test]
    fn rows_do_not_move_under_the_pointer() {
        with_store(|store| {
            store.replace(list(vec![row("a", "Running"), row("b", "Running")]), 0, 0.0);
            store.pointer(true);
            store.hear(delta(vec![row("c", "Pending")], &["c", "b"]), 0, 1.0);
            assert_eq!(store.order.get_untracked(), ["a", "b"]);
            assert_eq!(store.held.get_untracked(), 1);
            store.pointer(false);
            assert_eq!(store.order.get_untracked(), ["c", "b"]);
            assert_eq!(store.held.get_untracked(), 0);
            assert!(store.row("a").is_none());
        });
    }

    #[test]
    fn rows_that_were_scrolled_to_do_not_wait_for_the_pointer() {
        with_store(|store| {
            store.replace(list(vec![row("a", "Running")]), 0, 0.0);
            store.pointer(true);
            store.replace(list(vec![row("z", "Running")]), 40, 1.0);
            assert_eq!((store.order.get_untracked(), store.offset.get_untracked()), (vec!["z".to_string()], 40));
        });
    }
}
