//! Which pods started and which failed to: the raw figures of the SLI "pod start success".

use model::rows::{PodPhase, PodRow};
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Starts kept until they are fetched; beyond it the oldest go.
const KEPT: usize = 65_536;

/// The end of one pod's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PodStart {
    /// When it was seen, milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// It became ready, or finished well. Otherwise it crashed, has no image, failed, or is not ready in time.
    pub ok: bool,
}

/// Starts of one cluster until somebody fetches them.
#[derive(Default)]
pub(crate) struct StartLog(Mutex<VecDeque<PodStart>>);

impl StartLog {
    fn push(&self, start: PodStart) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == KEPT {
            log.pop_front();
        }
        log.push_back(start);
    }

    pub fn drain(&self) -> Vec<PodStart> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}

/// Follows the pods that have not started yet, from the first sight of each.
pub(crate) struct StartTracker {
    log: Arc<StartLog>,
    deadline_s: i64,
    /// uid → when it was created, in seconds.
    starting: HashMap<Arc<str>, i64>,
}

impl StartTracker {
    pub fn new(log: Arc<StartLog>, deadline: std::time::Duration) -> Self {
        Self { log, deadline_s: deadline.as_secs() as i64, starting: HashMap::new() }
    }

    pub fn changed(&mut self, old: Option<&PodRow>, new: Option<&PodRow>, now_ms: i64) {
        if let Some(old) = old
            && new.is_none_or(|new| new.meta.uid != old.meta.uid)
        {
            // Gone before its end was known: counts neither way.
            self.starting.remove(&old.meta.uid);
        }
        let Some(pod) = new else { return };
        let first_sight = old.is_none_or(|old| old.meta.uid != pod.meta.uid);
        if first_sight && self.is_young(pod, now_ms) && !pod.terminating {
            self.starting.insert(Arc::clone(&pod.meta.uid), pod.meta.created_at);
        }
        if pod.terminating {
            self.starting.remove(&pod.meta.uid);
        } else if let Some(ok) = outcome(pod)
            && self.starting.remove(&pod.meta.uid).is_some()
        {
            self.log.push(PodStart { at_ms: now_ms, ok });
        }
    }

    fn is_young(&self, pod: &PodRow, now_ms: i64) -> bool {
        pod.meta.created_at + self.deadline_s > now_ms / 1000
    }

    /// Whether a pod has not started yet.
    pub fn is_waiting(&self) -> bool {
        !self.starting.is_empty()
    }

    /// Counts those that are not ready in time.
    pub fn expire(&mut self, now_ms: i64) {
        let limit = now_ms / 1000 - self.deadline_s;
        let log = &self.log;
        self.starting.retain(|_, created_at| {
            let late = *created_at <= limit;
            if late {
                log.push(PodStart { at_ms: now_ms, ok: false });
            }
            !late
        });
    }
}

fn outcome(pod: &PodRow) -> Option<bool> {
    if pod.ready || pod.phase == PodPhase::Succeeded {
        return Some(true);
    }
    let status = pod.status.strip_prefix("Init:").unwrap_or(&pod.status);
    let cannot = matches!(status, "CrashLoopBackOff" | "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName")
        || (status.starts_with("CreateContainer") && status.ends_with("Error"))
        || status == "RunContainerError";
    (cannot || pod.phase == PodPhase::Failed).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubeapi::decode::{Interner, decode_object};
    use serde_json::json;
    use std::time::Duration;

    /// A pod over time: seconds since its creation, and how it was then.
    type Life = Vec<(i64, Option<PodRow>)>;

    const CREATED: &str = "2026-01-01T00:00:00Z";

    fn pod(uid: &str, phase: &str, waiting: &str, ready: &str) -> PodRow {
        let object = json!({
            "metadata": {"name": "p", "namespace": "a", "uid": uid, "creationTimestamp": CREATED},
            "spec": {"containers": [{"name": "c"}]},
            "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}],
                       "containerStatuses": [{"name": "c", "state": {"waiting": {"reason": waiting}}}]},
        });
        decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap().row
    }

    fn created_ms() -> i64 {
        CREATED.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    /// What came of pods with these lives, each looked at `seconds` after creation.
    fn outcomes(lives: &[&Life], end: i64) -> Vec<bool> {
        let log = Arc::new(StartLog::default());
        let mut tracker = StartTracker::new(Arc::clone(&log), Duration::from_secs(300));
        for life in lives {
            let mut old = None;
            for (seconds, new) in life.iter() {
                tracker.changed(old.as_ref(), new.as_ref(), created_ms() + seconds * 1000);
                old = new.clone();
            }
        }
        tracker.expire(created_ms() + end * 1000);
        log.drain().iter().map(|start| start.ok).collect()
    }

    #[test]
    fn each_pod_counts_once() {
        let starting = |uid| Some(pod(uid, "Pending", "ContainerCreating", "False"));
        let ready = |uid| Some(pod(uid, "Running", "", "True"));
        let crashing = |uid| Some(pod(uid, "Running", "CrashLoopBackOff", "False"));
        let no_image = |uid| Some(pod(uid, "Pending", "ImagePullBackOff", "False"));
        let bad_config = |uid| Some(pod(uid, "Pending", "CreateContainerConfigError", "False"));
        let cases: [(&str, Life, Vec<bool>); 9] = [
            ("ready", vec![(0, starting("a")), (5, ready("a"))], vec![true]),
            ("ready, then crashing", vec![(0, starting("a")), (5, ready("a")), (9, crashing("a"))], vec![true]),
            ("crashing, then ready", vec![(0, starting("a")), (5, crashing("a")), (9, ready("a"))], vec![false]),
            ("no image", vec![(0, no_image("a"))], vec![false]),
            ("bad config", vec![(0, bad_config("a"))], vec![false]),
            ("finished", vec![(0, Some(pod("a", "Succeeded", "", "False")))], vec![true]),
            ("late", vec![(0, starting("a"))], vec![false]),
            ("deleted before", vec![(0, starting("a")), (3, None)], vec![]),
            ("old at first sight", vec![(400, ready("a")), (401, crashing("a"))], vec![]),
        ];
        for (name, life, expected) in cases {
            assert_eq!(outcomes(&[&life], 301), expected, "{name}");
        }
        let replaced = vec![(0, starting("a")), (4, starting("b")), (5, ready("b"))];
        assert_eq!(outcomes(&[&replaced], 200), [true], "the pod of the same name that went counts neither way");
    }
}
