//! One copy of every string, label set and image list that objects share.

use foldhash::fast::RandomState;
use model::k8s::resources::Resources;
use model::labels::Labels;
use model::rows::OwnerRef;
use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// Shared values of what is being decoded. Values that nothing holds any more are given back from time to time, so
/// that it never outgrows what is alive by more than half.
#[derive(Default)]
pub struct Interner {
    strings: Pool<str>,
    labels: Pool<Labels>,
    lists: Pool<[Arc<str>]>,
    owners: Pool<OwnerRef>,
    resources: Pool<Resources>,
}

impl Interner {
    /// The shared copy of `text`.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        self.strings.shared(text, |text| Arc::from(text))
    }

    /// The shared copy of `text`, unless it is empty.
    pub fn some_text(&mut self, text: &str) -> Option<Arc<str>> {
        (!text.is_empty()).then(|| self.text(text))
    }

    /// The shared label set with these pairs.
    pub fn labels<'t>(&mut self, pairs: impl Iterator<Item = (&'t str, &'t str)>) -> Arc<Labels> {
        let labels: Labels = pairs.map(|(key, value)| (self.text(key), self.text(value))).collect();
        self.labels.shared_value(labels)
    }

    /// The shared list of these texts.
    pub fn list<'t>(&mut self, items: impl Iterator<Item = &'t str>) -> Arc<[Arc<str>]> {
        let items: Vec<Arc<str>> = items.map(|item| self.text(item)).collect();
        self.lists.shared(items.as_slice(), |items| Arc::from(items))
    }

    /// The shared owner.
    pub fn owner(&mut self, kind: &str, name: &str) -> Arc<OwnerRef> {
        let owner = OwnerRef { kind: self.text(kind), name: self.text(name) };
        self.owners.shared_value(owner)
    }

    /// The shared amounts.
    pub fn resources(&mut self, amounts: Resources) -> Arc<Resources> {
        self.resources.shared_value(amounts)
    }

    /// How many values of all sorts it holds.
    pub fn len(&self) -> usize {
        let pools = [self.strings.all.len(), self.labels.all.len(), self.lists.all.len()];
        pools.iter().sum::<usize>() + self.owners.all.len() + self.resources.all.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives back what no row holds, where enough was added since the last time to be worth the look.
    pub fn sweep(&mut self) {
        // Sets first: they hold strings.
        self.labels.sweep();
        self.lists.sweep();
        self.owners.sweep();
        self.resources.sweep();
        self.strings.sweep();
    }
}

/// A pool up to this size is not worth a look.
const SMALL: usize = 128;

struct Pool<T: ?Sized> {
    all: HashSet<Arc<T>, RandomState>,
    sweep_at: usize,
}

impl<T: ?Sized> Default for Pool<T> {
    fn default() -> Self {
        Self { all: HashSet::default(), sweep_at: SMALL }
    }
}

impl<T: ?Sized + Hash + Eq> Pool<T> {
    fn shared(&mut self, value: &T, make: impl FnOnce(&T) -> Arc<T>) -> Arc<T>
    where
        Arc<T>: Borrow<T>,
    {
        if let Some(known) = self.all.get(value) {
            return Arc::clone(known);
        }
        let made = make(value);
        self.all.insert(Arc::clone(&made));
        made
    }

    fn sweep(&mut self) {
        if self.all.len() < self.sweep_at {
            return;
        }
        self.all.retain(|value| Arc::strong_count(value) > 1);
        self.all.shrink_to_fit();
        self.sweep_at = (self.all.len() + self.all.len() / 2).max(SMALL);
    }
}

impl<T: Hash + Eq> Pool<T> {
    fn shared_value(&mut self, value: T) -> Arc<T> {
        if let Some(known) = self.all.get(&value) {
            return Arc::clone(known);
        }
        let made = Arc::new(value);
        self.all.insert(Arc::clone(&made));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one() {
        let mut interner = Interner::default();
        let one = interner.labels([("app", "web"), ("env", "prod")].into_iter());
        let two = interner.labels([("env", "prod"), ("app", "web")].into_iter());
        assert!(Arc::ptr_eq(&one, &two));
        assert!(Arc::ptr_eq(&interner.list(["a", "b"].into_iter()), &interner.list(["a", "b"].into_iter())));
        assert!(Arc::ptr_eq(&interner.owner("ReplicaSet", "web"), &interner.owner("ReplicaSet", "web")));
    }

    #[test]
    fn what_no_row_holds_is_given_back() {
        let mut interner = Interner::default();
        let kept = interner.labels([("app", "kept")].into_iter());
        for number in 0..5_000 {
            interner.labels([("app", format!("pod-{number}").as_str())].into_iter());
            interner.sweep();
        }
        assert!(interner.len() < 1_000, "{}", interner.len());
        assert!(Arc::ptr_eq(&kept, &interner.labels([("app", "kept")].into_iter())));
    }
}
