//! The kubelets of all nodes: pods start after a delay, fail as asked, and stop with grace.

mod outcome;
mod status;

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

pub(crate) use status::{
    crashed as crashed_status, creating as creating_status, image_pull_backoff as image_pull_status, running_status,
};

use self::outcome::Outcome;
use super::events::Notice;
use super::index::Phase;
use super::manager::Controllers;
use super::objects::{ObjectKey, items, text};
use super::work::{Step, Work};
use crate::fleet::Seeded;
use crate::object_store::kinds;

/// The longest pause between two starts of a crashing container, as upstream has it.
const LONGEST_BACKOFF: u64 = 300;
/// A container that heeds SIGTERM is gone within this, however long its grace period is.
const SHUTDOWN: Duration = Duration::from_millis(400);

/// How kubelets behave.
#[derive(Debug, Clone)]
pub struct KubeletSettings {
    /// From bound to running, give or take a half.
    pub start_delay: Duration,
    /// The share of pods in `0..=1` that fail to start.
    pub failure_ratio: f64,
    /// Between the heartbeats of a node.
    pub heartbeat: Duration,
    /// How long the pods of Jobs run.
    pub job_duration: Duration,
    /// The second octet of pod addresses: `10.<pod_network>.0.0/16`.
    pub pod_network: u8,
}

impl Default for KubeletSettings {
    fn default() -> Self {
        Self {
            start_delay: Duration::from_millis(800),
            failure_ratio: 0.0,
            heartbeat: Duration::from_secs(60),
            job_duration: Duration::from_secs(5),
            pod_network: 244,
        }
    }
}

/// What is planned for which pod (by uid), and the next address.
pub(super) struct Kubelet {
    pub(super) settings: KubeletSettings,
    planned: HashMap<String, Step>,
    addresses: u32,
}

impl Kubelet {
    pub(super) fn new(settings: KubeletSettings) -> Self {
        Self { settings, planned: HashMap::new(), addresses: 0 }
    }

    pub(super) fn forget(&mut self, uid: &str) {
        self.planned.remove(uid);
    }

    pub(super) fn heartbeat_delay(&self, rng: &mut Seeded) -> Duration {
        self.settings.heartbeat.mul_f64(0.5 + rng.unit())
    }

    /// An address above those that a generated fleet uses.
    fn next_address(&mut self) -> String {
        self.addresses = (self.addresses + 1) % 0x7fff;
        let host = 0x8000 + self.addresses;
        format!("10.{}.{}.{}", self.settings.pod_network, host >> 8, host & 0xff)
    }
}

impl Controllers {
    /// Decides what comes next for a pod and when.
    pub(super) fn plan_pod(&mut self, key: &ObjectKey) {
        let Some(info) = self.pods.get(key).cloned() else { return };
        let Some(node) = &info.node else { return };
        // The kubelet of a lost node does nothing; its pods stay as they are until the node is back.
        if self.nodes.get(node).is_none_or(|node| !node.ready) {
            return;
        }
        if info.deleting {
            let delay = SHUTDOWN.mul_f64(0.5 + self.rng.unit());
            self.plan(key, &info.uid, Step::Stop, delay);
        } else if info.phase == Phase::Pending && !self.kubelet.planned.contains_key(&info.uid) {
            if !self.admit(key) {
                return;
            }
            let delay = self.kubelet.settings.start_delay.mul_f64(0.5 + self.rng.unit());
            self.plan(key, &info.uid, Step::Start, delay);
        } else if info.phase == Phase::Running && !self.kubelet.planned.contains_key(&info.uid) {
            self.resume(key, &info.uid);
        }
    }

    fn plan(&mut self, key: &ObjectKey, uid: &str, step: Step, delay: Duration) {
        if self.kubelet.planned.insert(uid.to_owned(), step) != Some(step) {
            self.queue.add_after(Work::PodStep(key.clone(), uid.to_owned(), step), delay);
        }
    }

    /// Carries a planned step out, unless the pod was replaced or planned otherwise since.
    pub(super) fn step_pod(&mut self, key: &ObjectKey, uid: &str, step: Step) {
        if self.kubelet.planned.get(uid) != Some(&step) || self.pods.get(key).is_none_or(|pod| pod.uid != uid) {
            return;
        }
        match step {
            Step::Start => self.start_pod(key, uid),
            Step::Crash => self.crash_pod(key, uid),
            Step::Complete => self.update_pod(key, status::complete),
            Step::Stop => self.remove_pod(key),
        }
    }

    /// False for a pod that was admitted before, as a generated fleet has some that cannot start.
    fn admit(&mut self, key: &ObjectKey) -> bool {
        let host = self.host_of(key);
        let mut admitted = false;
        self.update_pod(key, |pod| {
            admitted = items(&pod["status"]["containerStatuses"]).next().is_none();
            if admitted {
                status::creating(pod, &host);
            }
        });
        admitted
    }

    fn host_of(&self, key: &ObjectKey) -> String {
        let node = self.pods.get(key).and_then(|pod| pod.node.as_ref()).and_then(|node| self.nodes.get(node));
        node.map(|node| node.internal_ip.clone()).unwrap_or_default()
    }

    fn start_pod(&mut self, key: &ObjectKey, uid: &str) {
        let Some(pod) = self.get(&kinds::POD, key) else { return };
        let host = self.host_of(key);
        let outcome = outcome::of(&pod, self.kubelet.settings.failure_ratio, &mut self.rng);
        let address = if pod["spec"]["hostNetwork"] == true { host.clone() } else { self.kubelet.next_address() };
        match outcome {
            Outcome::ImagePull => {
                self.update_pod(key, status::image_pull_backoff);
                let image = text(&pod["spec"]["containers"][0]["image"]);
                self.note(&pod, true, "Failed", format!("Failed to pull image \"{image}\": not found"));
                self.note(&pod, true, "BackOff", format!("Back-off pulling image \"{image}\""));
                return;
            }
            Outcome::Crash => {
                self.update_pod(key, |pod| status::crashed(pod, &address, &host, 0));
                self.note_started(&pod);
                self.kubelet.planned.remove(uid);
                self.plan_crash(key, uid, 0);
                return;
            }
            Outcome::NeverReady => self.update_pod(key, |pod| {
                status::start(pod, &address, &host);
                status::set_ready(pod, false);
            }),
            Outcome::Run | Outcome::Complete => self.update_pod(key, |pod| status::start(pod, &address, &host)),
        }
        self.note_started(&pod);
        if outcome == Outcome::Complete {
            let duration = self.kubelet.settings.job_duration.mul_f64(0.5 + self.rng.unit());
            self.plan(key, uid, Step::Complete, duration);
        }
    }

    fn crash_pod(&mut self, key: &ObjectKey, uid: &str) {
        let Some(pod) = self.get(&kinds::POD, key) else { return };
        let restarts = restarts(&pod) + 1;
        let address = text(&pod["status"]["podIP"]);
        let host = self.host_of(key);
        self.update_pod(key, |pod| status::crashed(pod, &address, &host, restarts));
        let container = text(&pod["spec"]["containers"][0]["name"]);
        let name = format!("{}_{}({uid})", key.name, key.namespace);
        self.note(&pod, true, "BackOff", format!("Back-off restarting failed container {container} in pod {name}"));
        self.kubelet.planned.remove(uid);
        self.plan_crash(key, uid, restarts);
    }

    fn plan_crash(&mut self, key: &ObjectKey, uid: &str, restarts: u64) {
        let backoff = (10 << restarts.min(5)).min(LONGEST_BACKOFF);
        self.plan(key, uid, Step::Crash, Duration::from_secs(backoff));
    }

    /// A pod found in CrashLoopBackOff, as a generated fleet has some, goes on crashing.
    fn resume(&mut self, key: &ObjectKey, uid: &str) {
        let Some(pod) = self.get(&kinds::POD, key) else { return };
        let crashing = |status: &Value| status["state"]["waiting"]["reason"] == "CrashLoopBackOff";
        if items(&pod["status"]["containerStatuses"]).any(crashing) {
            self.plan_crash(key, uid, restarts(&pod));
        }
    }

    fn note_started(&mut self, pod: &Value) {
        for container in items(&pod["spec"]["containers"]) {
            let image = text(&container["image"]);
            let name = text(&container["name"]);
            self.note(pod, false, "Pulled", format!("Container image \"{image}\" already present on machine"));
            self.note(pod, false, "Created", format!("Created container: {name}"));
            self.note(pod, false, "Started", format!("Started container {name}"));
        }
    }

    fn note(&mut self, pod: &Value, warning: bool, reason: &str, message: String) {
        self.events.record(pod, Notice { component: "kubelet", warning, reason, message });
    }
}

fn restarts(pod: &Value) -> u64 {
    pod["status"]["containerStatuses"][0]["restartCount"].as_u64().unwrap_or(0)
}
