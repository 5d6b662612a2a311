//! The one task that runs a cluster's controllers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::select_all;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::events::EventLog;
use super::index::{NodeInfo, PodIndex, PodInfo};
use super::kubelet::{Kubelet, KubeletSettings};
use super::objects::{ObjectKey, controller_of, is_deleting, text};
use super::work::{Work, WorkQueue};
use super::writer::{Refusal, Writer};
use crate::fleet::Seeded;
use crate::object_store::{Batch, Event, EventType, Gone, Kind, ObjectStore, Subscription, kinds};

static WATCHED: [&Kind; 8] = [
    &kinds::NAMESPACE,
    &kinds::NODE,
    &kinds::POD,
    &kinds::REPLICA_SET,
    &kinds::DEPLOYMENT,
    &kinds::STATEFUL_SET,
    &kinds::DAEMON_SET,
    &kinds::JOB,
];

/// All controllers of one cluster and what they know.
pub struct Controllers {
    pub(super) store: Arc<ObjectStore>,
    pub(super) writer: Arc<dyn Writer>,
    pub(super) pods: PodIndex,
    pub(super) nodes: BTreeMap<String, NodeInfo>,
    pub(super) queue: WorkQueue,
    pub(super) kubelet: Kubelet,
    pub(super) events: EventLog,
    pub(super) rng: Seeded,
    /// Owners (by uid) whose last pod was refused, until when that counts, and why.
    pub(super) refused: HashMap<String, (Instant, Refusal)>,
    subscriptions: Vec<Subscription>,
}

/// Stops the controllers it stands for.
pub struct ControllersHandle {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl ControllersHandle {
    /// Ends the task and waits for it.
    pub async fn shutdown(self) {
        self.stop.cancel();
        // A panic inside was reported when it happened.
        let _ = self.task.await;
    }
}

impl Controllers {
    /// Controllers that know what `store` holds now. They act once [started](Self::start).
    pub fn new(store: Arc<ObjectStore>, writer: Arc<dyn Writer>, settings: KubeletSettings, seed: u64) -> Self {
        let rng = Seeded::new(seed).fork("controllers");
        let mut controllers = Self {
            events: EventLog::new(Arc::clone(&store)),
            kubelet: Kubelet::new(settings),
            store,
            writer,
            pods: PodIndex::default(),
            nodes: BTreeMap::new(),
            queue: WorkQueue::new(),
            rng,
            refused: HashMap::new(),
            subscriptions: Vec::new(),
        };
        for kind in WATCHED {
            let subscription = controllers.relist(kind);
            controllers.subscriptions.extend(subscription);
        }
        controllers
    }

    /// Runs them until the handle stops them.
    pub fn start(self) -> ControllersHandle {
        let stop = CancellationToken::new();
        let task = tokio::spawn(self.run(stop.clone()));
        ControllersHandle { stop, task }
    }

    async fn run(mut self, stop: CancellationToken) {
        loop {
            self.work_off();
            let Self { subscriptions, queue, .. } = &mut self;
            let next = select_all(subscriptions.iter_mut().map(|subscription| subscription.next().boxed()));
            let arrived = tokio::select! {
                () = stop.cancelled() => return,
                () = queue.due() => None,
                (batch, index, _) = next => Some((index, batch)),
            };
            if let Some((index, batch)) = arrived {
                self.take_in(index, batch);
            }
            // A burst of events must not keep the other clusters' tasks waiting.
            tokio::task::yield_now().await;
        }
    }

    fn take_in(&mut self, index: usize, batch: Result<Batch, Gone>) {
        let kind = WATCHED[index];
        match batch {
            Ok(batch) => batch.events.iter().for_each(|event| self.observe_event(kind, event)),
            Err(Gone { .. }) => {
                if let Some(subscription) = self.relist(kind) {
                    self.subscriptions[index] = subscription;
                }
            }
        }
    }

    fn relist(&mut self, kind: &'static Kind) -> Option<Subscription> {
        let (listing, subscription) = self.store.list_and_subscribe(kind, None).ok()?;
        if kind == &kinds::POD {
            let listed: std::collections::HashSet<ObjectKey> =
                listing.objects.iter().map(|pod| stored_key(pod)).collect();
            for key in self.pods.keys() {
                if !listed.contains(&key) {
                    self.pods.forget(&key, listing.resource_version);
                }
            }
        }
        for object in &listing.objects {
            self.observe(kind, &object.value());
        }
        Some(subscription)
    }

    fn observe_event(&mut self, kind: &'static Kind, event: &Event) {
        if event.event_type == EventType::Deleted {
            self.observe_deleted(kind, event);
        } else if kind == &kinds::POD && self.knows(event) {
            // Our own write, taken in when it was made: parsing it again would be waste.
        } else {
            self.observe(kind, &event.object.value());
        }
    }

    fn knows(&self, event: &Event) -> bool {
        let known = self.pods.get(&stored_key(&event.object));
        known.is_some_and(|pod| pod.version >= event.resource_version)
    }

    fn observe(&mut self, kind: &'static Kind, object: &Value) {
        let key = ObjectKey::of(object);
        if kind == &kinds::POD {
            self.observe_pod(object);
            return;
        }
        if kind == &kinds::NODE {
            self.observe_node(object);
            return;
        }
        if kind == &kinds::NAMESPACE {
            self.queue.add(Work::Namespace(key.name));
            return;
        }
        if is_deleting(object) {
            self.queue.add(Work::Foreground(kind.plural, key.clone()));
        }
        if kind == &kinds::DEPLOYMENT {
            self.queue.add(Work::Deployment(key));
        } else if kind == &kinds::REPLICA_SET {
            if let Some(owner) = controller_of(object) {
                self.queue.add(Work::Deployment(ObjectKey { name: text(&owner["name"]), ..key.clone() }));
            }
            self.queue.add(Work::ReplicaSet(key));
        } else if kind == &kinds::STATEFUL_SET {
            self.queue.add(Work::StatefulSet(key));
        } else if kind == &kinds::DAEMON_SET {
            self.queue.add(Work::DaemonSet(key));
        } else if kind == &kinds::JOB {
            self.queue.add(Work::Job(key));
        }
    }

    fn observe_deleted(&mut self, kind: &'static Kind, event: &Event) {
        let key = stored_key(&event.object);
        if kind == &kinds::POD {
            if let Some(pod) = self.pods.forget(&key, event.resource_version) {
                self.pod_gone(&pod);
            }
            return;
        }
        if kind == &kinds::NODE {
            self.nodes.remove(&key.name);
            self.queue.add(Work::Node(key.name));
            self.queue.add(Work::AllDaemonSets);
            return;
        }
        if kind == &kinds::NAMESPACE {
            return;
        }
        let object = event.object.value();
        self.refused.remove(object["metadata"]["uid"].as_str().unwrap_or_default());
        self.queue.add(Work::Orphans(key.namespace().map(str::to_owned), text(&object["metadata"]["uid"])));
        if kind == &kinds::REPLICA_SET
            && let Some(owner) = controller_of(&object)
        {
            let owner = ObjectKey { name: text(&owner["name"]), ..key };
            self.queue.add(Work::Foreground(kinds::DEPLOYMENT.plural, owner.clone()));
            self.queue.add(Work::Deployment(owner));
        }
    }

    /// Takes a pod in: from an event, or right after a write of ours.
    pub(super) fn observe_pod(&mut self, pod: &Value) {
        let key = ObjectKey::of(pod);
        let was_live = self.pods.get(&key).is_some_and(PodInfo::is_live);
        if !self.pods.observe(pod) {
            return;
        }
        let Some(info) = self.pods.get(&key).cloned() else { return };
        self.queue_owner(&info);
        if info.wants_scheduling || (was_live && !info.is_live()) {
            self.queue.add(Work::Schedule);
        }
        if info.deleting || !info.is_ready() {
            self.queue.add(Work::Pod(key));
        }
    }

    /// Removes a pod from the store and from memory.
    pub(super) fn remove_pod(&mut self, key: &ObjectKey) {
        if self.store.remove(&kinds::POD, key.namespace(), &key.name).is_ok()
            && let Some(pod) = self.pods.forget(key, u64::MAX)
        {
            self.pod_gone(&pod);
        }
    }

    /// Takes in a pod after a delete of ours, which either took it away or only marked it.
    pub(super) fn observe_deleted_pod(&mut self, pod: &Value) {
        let key = ObjectKey::of(pod);
        if self.store.get_stored(&kinds::POD, key.namespace(), &key.name).is_some() {
            self.observe_pod(pod);
        } else if let Some(info) = self.pods.forget(&key, u64::MAX) {
            self.pod_gone(&info);
        }
    }

    fn pod_gone(&mut self, pod: &PodInfo) {
        self.kubelet.forget(&pod.uid);
        self.queue_owner(pod);
        self.queue.add(Work::Schedule);
        self.queue.add(Work::Namespace(pod.key.namespace.clone()));
        if let Some((kind, name)) = &pod.owner_name
            && let Some(plural) = plural_of(kind)
        {
            let key = ObjectKey { namespace: pod.key.namespace.clone(), name: name.clone() };
            self.queue.add(Work::Foreground(plural, key));
        }
    }

    fn queue_owner(&mut self, pod: &PodInfo) {
        let Some((kind, name)) = &pod.owner_name else { return };
        let key = ObjectKey { namespace: pod.key.namespace.clone(), name: name.clone() };
        if let Some(work) = work_of(kind, key) {
            self.queue.add(work);
        }
    }

    pub(super) fn queue_owner_after(&mut self, kind: &str, key: ObjectKey, delay: Duration) {
        if let Some(work) = work_of(kind, key) {
            self.queue.add_after(work, delay);
        }
    }

    pub(super) fn observe_node(&mut self, node: &Value) {
        let info = NodeInfo::of(node);
        let name = info.name.clone();
        match self.nodes.insert(name.clone(), info.clone()) {
            None => {
                let first = self.kubelet.heartbeat_delay(&mut self.rng);
                self.queue.add_after(Work::Heartbeat(name.clone()), first);
            }
            Some(known) if known == info => return,
            Some(known) if known.ready == info.ready && known.taints == info.taints => {}
            Some(_) => self.queue.add(Work::Node(name)),
        }
        self.queue.add(Work::Schedule);
        self.queue.add(Work::AllDaemonSets);
    }

    fn work_off(&mut self) {
        while let Some(work) = self.queue.pop() {
            match work {
                Work::Deployment(key) => self.reconcile_deployment(&key),
                Work::ReplicaSet(key) => self.reconcile_replica_set(&key),
                Work::StatefulSet(key) => self.reconcile_stateful_set(&key),
                Work::DaemonSet(key) => self.reconcile_daemon_set(&key),
                Work::AllDaemonSets => self.queue_daemon_sets(),
                Work::Job(key) => self.reconcile_job(&key),
                Work::Namespace(name) => self.reconcile_namespace(&name),
                Work::Orphans(namespace, uid) => self.collect_orphans(namespace.as_deref(), &uid),
                Work::Foreground(plural, key) => self.delete_foreground(plural, &key),
                Work::Schedule => self.schedule(),
                Work::Pod(key) => self.plan_pod(&key),
                Work::PodStep(key, uid, step) => self.step_pod(&key, &uid, step),
                Work::Node(name) => self.reconcile_node(&name),
                Work::Evict(key) => self.evict_if_due(&key),
                Work::Heartbeat(name) => self.heartbeat(&name),
            }
        }
    }

    pub(super) fn get(&self, kind: &'static Kind, key: &ObjectKey) -> Option<Arc<Value>> {
        self.store.get(kind, key.namespace(), &key.name)
    }

    /// Changes a pod and takes the result in at once.
    pub(super) fn update_pod(&mut self, key: &ObjectKey, change: impl FnOnce(&mut Value)) {
        if let Ok(pod) = self.store.update(&kinds::POD, key.namespace(), &key.name, change) {
            self.observe_pod(&pod);
        }
    }
}

/// The work that a change of a pod makes for its controller.
fn work_of(kind: &str, key: ObjectKey) -> Option<Work> {
    match kind {
        "ReplicaSet" => Some(Work::ReplicaSet(key)),
        "StatefulSet" => Some(Work::StatefulSet(key)),
        "DaemonSet" => Some(Work::DaemonSet(key)),
        "Job" => Some(Work::Job(key)),
        _ => None,
    }
}

fn plural_of(kind: &str) -> Option<&'static str> {
    WATCHED.iter().find(|known| known.kind == kind).map(|known| known.plural)
}

fn stored_key(object: &crate::object_store::StoredObject) -> ObjectKey {
    ObjectKey { namespace: object.namespace.as_deref().unwrap_or_default().to_owned(), name: object.name.to_string() }
}
