//! A verifying list beside the running watch: finds what the watch lost, without a moment in which rows are
//! missing or double.
//!
//! The list shows the world at one version. A difference counts only once the watch has come that far: until
//! then the news may still be on its way.

use kubeapi::decode::{Decoded, Mirrored};
use model::columns::{Columnar, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// News of what differs are on their way for moments, not longer: a watch that does not bring them by then is dead.
const PATIENCE: Duration = Duration::from_secs(15);

/// Namespace and name: one object at a time has it, whatever its uid, so that an object that was made anew never
/// stands beside its predecessor.
pub(super) type Key = (Option<Arc<str>>, Arc<str>);

pub(super) fn key_of<R: Columnar>(row: &R) -> Key {
    let meta = row.meta();
    (meta.namespace.clone(), Arc::clone(&meta.name))
}

pub(super) struct Verification<R: Mirrored> {
    /// Shown by the list, and unlike what the table had.
    suspects: BTreeMap<Key, Decoded<R>>,
    /// Deleted by the watch meanwhile.
    buried: BTreeSet<Key>,
    listed: Option<Listed>,
}

struct Listed {
    version: u64,
    judge_by: Instant,
}

/// What a verification found.
pub(super) struct Verdict<R: Mirrored> {
    pub set: Vec<Decoded<R>>,
    /// Positions in the table.
    pub remove: Vec<u32>,
}

impl<R: Mirrored> Verification<R> {
    pub fn begin(table: &mut Table<R>) -> Self {
        table.begin();
        Self { suspects: BTreeMap::new(), buried: BTreeSet::new(), listed: None }
    }

    pub fn page(&mut self, table: &mut Table<R>, objects: Vec<Decoded<R>>) {
        for object in objects {
            let key = key_of(&object.row);
            match position(table, &key) {
                Some(known) => {
                    table.mark(known);
                    if !is_current(table, known, &object) {
                        self.suspects.insert(key, object);
                    }
                }
                None if self.buried.contains(&key) => {}
                None => {
                    self.suspects.insert(key, object);
                }
            }
        }
    }

    pub fn buried(&mut self, key: Key) {
        self.suspects.remove(&key);
        self.buried.insert(key);
    }

    pub fn listed(&mut self, version: &str) {
        // Versions that are no numbers cannot be compared: judge at once.
        let version = version.parse().unwrap_or(0);
        self.listed = Some(Listed { version, judge_by: Instant::now() + PATIENCE });
    }

    /// Whether the watch, at `position`, has come far enough to judge.
    pub fn is_due(&self, table: &Table<R>, position: &str) -> bool {
        let Some(listed) = &self.listed else { return false };
        let reached = position.parse::<u64>().is_ok_and(|position| position >= listed.version);
        let agrees = || self.suspects.is_empty() && table.unmarked().next().is_none();
        reached || listed.version == 0 || Instant::now() >= listed.judge_by || agrees()
    }

    /// What of the table is wrong.
    pub fn judge(self, table: &Table<R>) -> Verdict<R> {
        let version = self.listed.map_or(0, |listed| listed.version);
        let set = self
            .suspects
            .into_iter()
            .filter(|(key, object)| position(table, key).is_none_or(|known| !is_current(table, known, object)));
        let stale = |known: &u32| table.version(*known) <= version;
        let remove = table.unmarked().filter(stale);
        Verdict { set: set.map(|(_, object)| object).collect(), remove: remove.collect() }
    }
}

fn position<R: Columnar>(table: &Table<R>, key: &Key) -> Option<u32> {
    table.find(key.0.as_deref(), &key.1)
}

/// Whether the object at `known` is `listed` or newer.
fn is_current<R: Mirrored>(table: &Table<R>, known: u32, listed: &Decoded<R>) -> bool {
    match (table.version(known), listed.version) {
        (0, _) | (_, 0) => table.read(known) == listed.row,
        (known, listed) => known >= listed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubeapi::decode::{Interner, decode_object};
    use model::rows::NamespaceRow;
    use serde_json::json;

    fn object(name: &str, version: u64) -> Decoded<NamespaceRow> {
        let meta = json!({"name": name, "uid": format!("{name}-{version}"), "resourceVersion": version.to_string()});
        decode_object(json!({"metadata": meta}).to_string().as_bytes(), &mut Interner::default()).unwrap()
    }

    fn key(name: &str) -> Key {
        (None, name.into())
    }

    fn set(table: &mut Table<NamespaceRow>, object: &Decoded<NamespaceRow>) {
        table.set(&object.row, object.version);
    }

    #[test]
    fn news_that_are_on_their_way_are_no_corrections() {
        let mut table = Table::new(0);
        for name in ["same", "updated-soon", "deleted-soon", "lost-update", "ghost", "newer"] {
            set(&mut table, &object(name, 5));
        }
        let mut verification = Verification::begin(&mut table);
        // Meanwhile over the watch:
        set(&mut table, &object("newer", 12));
        set(&mut table, &object("created-after", 13));
        verification.page(
            &mut table,
            vec![
                object("same", 5),
                object("updated-soon", 8),
                object("lost-update", 7),
                object("newer", 9),
                object("created-soon", 9),
                object("never-told", 6),
                object("deleted-after", 4),
            ],
        );
        verification.listed("10");
        assert!(!verification.is_due(&table, "9") && verification.is_due(&table, "10"));
        assert!(!verification.is_due(&table, "x"));
        // The watch catches up:
        set(&mut table, &object("updated-soon", 8));
        set(&mut table, &object("created-soon", 9));
        table.remove(table.find(None, "deleted-soon").unwrap());
        verification.buried(key("deleted-soon"));
        verification.buried(key("deleted-after"));
        let verdict = verification.judge(&table);
        let set: Vec<&str> = verdict.set.iter().map(|object| object.row.meta.name.as_ref()).collect();
        assert_eq!(set, ["lost-update", "never-told"]);
        assert_eq!(verdict.remove, [table.find(None, "ghost").unwrap()]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_that_does_not_come_so_far_is_not_waited_for() {
        let mut table = Table::new(0);
        set(&mut table, &object("a", 5));
        let mut agreeing = Verification::begin(&mut table);
        agreeing.page(&mut table, vec![object("a", 5)]);
        agreeing.listed("10");
        assert!(agreeing.is_due(&table, "5"), "nothing differs");
        let mut differing = Verification::begin(&mut table);
        differing.page(&mut table, vec![object("b", 7)]);
        differing.listed("10");
        assert!(!differing.is_due(&table, "5"));
        tokio::time::sleep(PATIENCE).await;
        assert!(differing.is_due(&table, "5"));
    }
}
