//! One cluster at work.

use super::contents::{Contents, Objects};
use super::gate::Gate;
use super::protocol::{Counts, PodName, Trouble};
use super::template::Template;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Changes that a watch which comes back can still be told.
const HISTORY: usize = 50_000;
/// Lines on their way to a watch; a reader that is further behind is cut off, as API servers do.
const BEHIND: usize = 1_000;

/// What happened to one pod.
#[derive(Clone, Copy)]
struct Change {
    version: u64,
    pod: usize,
    restarts: u64,
}

/// What changes.
struct Live {
    version: u64,
    /// Version and restarts of the changing pods.
    pods: Vec<(u64, u64)>,
    history: VecDeque<Change>,
    watchers: Vec<mpsc::Sender<Bytes>>,
}

/// Requests of one kind since the start.
#[derive(Default)]
pub struct Counters {
    pub probes: AtomicU64,
    pub pages: AtomicU64,
    pub pod_lists: AtomicU64,
    pub watches: AtomicU64,
    pub metrics: AtomicU64,
    pub facts: AtomicU64,
    pub other: AtomicU64,
    pub events: AtomicU64,
    pub cut_off: AtomicU64,
}

/// One cluster.
pub struct Member {
    pub name: String,
    pub kube_system: Bytes,
    pub counters: Counters,
    pub gate: Arc<Gate>,
    /// New connections are closed at once.
    pub refuses: AtomicBool,
    trouble: Mutex<Option<Trouble>>,
    objects: BTreeMap<String, Objects>,
    templates: Vec<Template>,
    pod_bytes: usize,
    live: Mutex<Live>,
}

/// The news of a watch: what it missed, and what comes.
pub struct News {
    pub missed: Vec<Bytes>,
    pub coming: mpsc::Receiver<Bytes>,
}

impl Member {
    /// The cluster of this number.
    pub fn new(at: usize, contents: Contents) -> Arc<Self> {
        let pods = contents.changing.iter().map(|template| (template.version, template.restarts)).collect();
        let live = Live { version: contents.version, pods, history: VecDeque::new(), watchers: Vec::new() };
        Arc::new(Self {
            name: format!("cluster-{at:03}"),
            kube_system: contents.kube_system,
            counters: Counters::default(),
            gate: Arc::default(),
            refuses: AtomicBool::new(false),
            trouble: Mutex::new(None),
            objects: contents.objects,
            templates: contents.changing,
            pod_bytes: contents.pod_bytes,
            live: Mutex::new(live),
        })
    }

    /// What is wrong with it.
    pub fn trouble(&self) -> Option<Trouble> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It goes wrong, or is well again.
    pub fn suffer(&self, trouble: Option<Trouble>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        self.gate.silence(trouble == Some(Trouble::Silent));
        self.refuses.store(trouble == Some(Trouble::Closing), Ordering::Relaxed);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The objects that are listed under a path, `/api/v1/pods`.
    pub fn objects(&self, path: &str) -> Option<&Objects> {
        self.objects.get(path)
    }

    /// How many objects there are of a kind of the core group.
    pub fn count(&self, plural: &str) -> usize {
        self.objects(&format!("/api/v1/{plural}")).map_or(0, |objects| objects.count)
    }

    /// The mean size of a pod.
    pub fn pod_bytes(&self) -> usize {
        self.pod_bytes
    }

    /// The pods that change.
    pub fn changing(&self) -> Vec<PodName> {
        let name = |template: &Template| PodName { namespace: template.namespace.clone(), name: template.name.clone() };
        self.templates.iter().map(name).collect()
    }

    /// The version reached.
    pub fn version(&self) -> u64 {
        self.live().version
    }

    /// Some of the changing pods as they are now, separated by commas.
    pub fn changed(&self, pods: &[usize]) -> Vec<u8> {
        let mut text = Vec::new();
        let live = self.live();
        for (at, pod) in pods.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            let (version, restarts) = live.pods[*pod];
            self.templates[*pod].write(version, restarts, &mut text);
        }
        text
    }

    /// One of the changing pods has restarted once more, or so often.
    pub fn change(&self, pod: usize, restarts: Option<u64>) {
        let pod = pod % self.templates.len();
        let mut live = self.live();
        live.version += 1;
        let restarts = restarts.unwrap_or(live.pods[pod].1 + 1);
        let change = Change { version: live.version, pod, restarts };
        live.pods[pod] = (change.version, restarts);
        if live.history.len() >= HISTORY {
            live.history.pop_front();
        }
        live.history.push_back(change);
        self.counters.events.fetch_add(1, Ordering::Relaxed);
        if live.watchers.is_empty() {
            return;
        }
        let line = self.line(change);
        // Dropping the sender ends the watch.
        live.watchers.retain(|watcher| match watcher.try_send(line.clone()) {
            Ok(()) => true,
            Err(TrySendError::Closed(_)) => false,
            Err(TrySendError::Full(_)) => {
                self.counters.cut_off.fetch_add(1, Ordering::Relaxed);
                false
            }
        });
    }

    fn line(&self, change: Change) -> Bytes {
        self.templates[change.pod].line(change.version, change.restarts).into()
    }

    /// The changes of pods after `version`; None where the history no longer reaches back to it.
    pub fn follow(&self, version: u64) -> Option<News> {
        let mut live = self.live();
        let oldest = live.history.front().map_or(live.version, |change| change.version - 1);
        if version < oldest {
            return None;
        }
        let later = live.history.iter().skip_while(|change| change.version <= version);
        let missed = later.map(|change| self.line(*change)).collect();
        let (watcher, coming) = mpsc::channel(BEHIND);
        live.watchers.push(watcher);
        Some(News { missed, coming })
    }

    /// Adds what was counted here.
    pub fn add_to(&self, counts: &mut Counts) {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        counts.probes += of(&self.counters.probes);
        counts.pages += of(&self.counters.pages);
        counts.pod_lists += of(&self.counters.pod_lists);
        counts.watches += of(&self.counters.watches);
        counts.metrics += of(&self.counters.metrics);
        counts.facts += of(&self.counters.facts);
        counts.other += of(&self.counters.other);
        counts.events += of(&self.counters.events);
        counts.cut_off += of(&self.counters.cut_off);
    }
}

#[cfg(test)]
mod tests {
    use super::super::contents;
    use super::*;
    use serde_json::Value;

    async fn member() -> Arc<Member> {
        Member::new(0, contents::generate(1, 4, 60).await.unwrap())
    }

    fn version(line: &Bytes) -> u64 {
        let event: Value = serde_json::from_slice(line).unwrap();
        event["object"]["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn a_watch_is_told_what_it_missed_and_what_comes() {
        let member = member().await;
        let begun = member.version();
        member.change(0, None);
        member.change(1, Some(77));
        let mut news = member.follow(begun + 1).unwrap();
        assert_eq!(news.missed.iter().map(version).collect::<Vec<_>>(), [begun + 2]);
        member.change(0, None);
        assert_eq!(version(&news.coming.recv().await.unwrap()), begun + 3);
        assert!(member.changed(&[1]).windows(17).any(|text| text == br#""restartCount":77"#));
        assert!(member.follow(begun.saturating_sub(1)).is_none());
    }

    #[tokio::test]
    async fn a_reader_that_is_too_slow_is_cut_off() {
        let member = member().await;
        let mut news = member.follow(member.version()).unwrap();
        for _ in 0..=BEHIND {
            member.change(0, None);
        }
        drop(member.follow(member.version()));
        member.change(0, None);
        let mut counts = Counts::default();
        member.add_to(&mut counts);
        assert_eq!(counts.cut_off, 1, "who left by itself was not cut off");
        let mut heard = 0;
        while news.coming.recv().await.is_some() {
            heard += 1;
        }
        assert_eq!(heard, BEHIND);
    }
}
