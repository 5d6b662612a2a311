//! Job → pods that end. Upstream: `pkg/controller/job/job_controller.go`, without indexed completion.

use serde_json::Value;

use super::index::{Phase, PodInfo};
use super::manager::Controllers;
use super::objects::{ObjectKey, is_condition_true, is_deleting, now, set_condition, text};
use super::pod_template;
use crate::object_store::kinds;

const PROBE: Option<&str> = Some("lastProbeTime");

impl Controllers {
    /// Keeps as many pods running as are still needed, and reports.
    pub(super) fn reconcile_job(&mut self, key: &ObjectKey) {
        let Some(job) = self.get(&kinds::JOB, key) else { return };
        if is_deleting(&job) || is_condition_true(&job, "Complete") || is_condition_true(&job, "Failed") {
            return;
        }
        let uid = text(&job["metadata"]["uid"]);
        let pods: Vec<PodInfo> = self.pods.owned_by(&uid).into_iter().cloned().collect();
        let with = |phase: Phase| pods.iter().filter(|pod| pod.phase == phase).count() as i64;
        let (succeeded, failed) = (with(Phase::Succeeded), with(Phase::Failed));
        let completions = job["spec"]["completions"].as_i64().unwrap_or(1);
        let parallelism = job["spec"]["parallelism"].as_i64().unwrap_or(1);
        let active: Vec<&PodInfo> = pods.iter().filter(|pod| pod.is_active()).collect();
        let given_up = failed > job["spec"]["backoffLimit"].as_i64().unwrap_or(6);
        let suspended = job["spec"]["suspend"] == true;
        let needed = if given_up || suspended { 0 } else { parallelism.min(completions - succeeded).max(0) };
        for pod in active.iter().skip(needed as usize) {
            self.delete_pod_of(&job, &pod.key);
        }
        for _ in active.len() as i64..needed {
            let prefix = format!("{}-", key.name);
            let name = format!("{prefix}{}", self.rng.suffix(5));
            if self.create_pod(&job, job_pod(&job, &name, &prefix)).is_err() {
                break;
            }
        }
        let active = self.active_pods(&job);
        self.report_job(key, &active, (succeeded, failed), (succeeded >= completions, given_up));
    }

    fn report_job(&mut self, key: &ObjectKey, active: &[PodInfo], counts: (i64, i64), ended: (bool, bool)) {
        let ready = active.iter().filter(|pod| pod.is_ready()).count();
        // Refused only where it went away at the same moment.
        let _ = self.store.update(&kinds::JOB, key.namespace(), &key.name, |job| {
            if !job["status"]["startTime"].is_string() {
                job["status"]["startTime"] = now().into();
            }
            let status = &mut job["status"];
            status["active"] = active.len().into();
            status["ready"] = ready.into();
            status["succeeded"] = counts.0.into();
            status["failed"] = counts.1.into();
            if ended.0 {
                status["completionTime"] = now().into();
                set_condition(job, ("SuccessCriteriaMet", "True"), "CompletionsReached", "", PROBE);
                set_condition(job, ("Complete", "True"), "CompletionsReached", "", PROBE);
            } else if ended.1 {
                let message = "Job has reached the specified backoff limit";
                set_condition(job, ("Failed", "True"), "BackoffLimitExceeded", message, PROBE);
            }
        });
    }
}

fn job_pod(job: &Value, name: &str, prefix: &str) -> Value {
    let mut pod = pod_template::pod_of(job, name, Some(prefix));
    let uid = job["metadata"]["uid"].clone();
    for (key, value) in [
        ("batch.kubernetes.io/controller-uid", uid.clone()),
        ("batch.kubernetes.io/job-name", job["metadata"]["name"].clone()),
        ("controller-uid", uid),
        ("job-name", job["metadata"]["name"].clone()),
    ] {
        pod["metadata"]["labels"][key] = value;
    }
    pod
}
