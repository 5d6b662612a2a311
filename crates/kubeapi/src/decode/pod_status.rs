//! The words that `kubectl get pods` shows (`pkg/printers/internalversion/printers.go`, printPod).

use super::pod::{ContainerStatus, SlimPod, SlimStatus, Terminated};
use model::rows::PodPhase;
use std::borrow::Cow;

pub(super) struct Printed<'p> {
    pub status: Cow<'p, str>,
    pub ready: u16,
    pub containers: u16,
    pub restarts: u32,
}

/// A node that is gone sets this as the pod's reason.
const NODE_LOST: &str = "NodeLost";

pub(super) fn printed<'p>(pod: &'p SlimPod<'_>, phase: PodPhase) -> Printed<'p> {
    let status = &pod.status;
    let mut reason = starting_reason(status, phase);
    let sidecars = pod.spec.init_containers.iter().filter(|container| container.is_restartable()).count();
    let init = initialisation(pod);
    let mut ready = init.ready_sidecars;
    let mut restarts = init.restarts;
    if let Some(text) = init.reason.clone() {
        reason = text;
    }
    if init.reason.is_none() || status.is_true("Initialized") {
        let main = main_containers(status);
        restarts = init.sidecar_restarts.saturating_add(main.restarts);
        ready += main.ready;
        if let Some(text) = main.reason {
            reason = text;
        }
        if reason == "Completed" {
            if main.running && status.is_true("Ready") {
                reason = "Running".into();
            } else if let Some(error) = main.error {
                reason = error;
            } else if main.running {
                reason = "NotReady".into();
            }
        }
    }
    if pod.metadata.is_terminating() {
        if status.reason.as_str() == NODE_LOST {
            reason = "Unknown".into();
        } else if !phase.is_finished() {
            reason = "Terminating".into();
        }
    }
    Printed { status: reason, ready, containers: small(pod.spec.containers.len() + sidecars), restarts }
}

fn starting_reason<'p>(status: &'p SlimStatus<'_>, phase: PodPhase) -> Cow<'p, str> {
    if status.condition("PodScheduled").is_some_and(|condition| condition.reason.as_str() == "SchedulingGated") {
        "SchedulingGated".into()
    } else if !status.reason.is_empty() {
        status.reason.as_str().into()
    } else {
        phase.as_str().into()
    }
}

#[derive(Default)]
struct Initialisation<'p> {
    /// Set while an init container has not done its part.
    reason: Option<Cow<'p, str>>,
    restarts: u32,
    sidecar_restarts: u32,
    ready_sidecars: u16,
}

fn initialisation<'p>(pod: &'p SlimPod<'_>) -> Initialisation<'p> {
    let mut seen = Initialisation::default();
    for (index, container) in pod.status.init_container_statuses.iter().enumerate() {
        let name = container.name.as_str();
        let spec = pod.spec.init_containers.iter().find(|spec| spec.name.as_str() == name);
        let sidecar = spec.is_some_and(|spec| spec.is_restartable());
        seen.restarts = seen.restarts.saturating_add(container.restart_count);
        if sidecar {
            seen.sidecar_restarts = seen.sidecar_restarts.saturating_add(container.restart_count);
        }
        let state = &container.state;
        if state.terminated.as_ref().is_some_and(|terminated| terminated.exit_code == 0) {
            continue;
        }
        if sidecar && container.started {
            seen.ready_sidecars += u16::from(container.ready);
            continue;
        }
        seen.reason = Some(match (&state.terminated, &state.waiting) {
            (Some(terminated), _) => format!("Init:{}", terminated_reason(terminated)).into(),
            (None, Some(waiting)) if !matches!(waiting.reason.as_str(), "" | "PodInitializing") => {
                format!("Init:{}", waiting.reason.as_str()).into()
            }
            _ => format!("Init:{index}/{}", pod.spec.init_containers.len()).into(),
        });
        break;
    }
    seen
}

#[derive(Default)]
struct Main<'p> {
    reason: Option<Cow<'p, str>>,
    error: Option<Cow<'p, str>>,
    running: bool,
    ready: u16,
    restarts: u32,
}

fn main_containers<'p>(status: &'p SlimStatus<'_>) -> Main<'p> {
    let mut seen = Main::default();
    // Last to first, so that the first container's word stands.
    for container in status.container_statuses.iter().rev() {
        seen.restarts = seen.restarts.saturating_add(container.restart_count);
        look_at(container, &mut seen);
    }
    seen
}

fn look_at<'p>(container: &'p ContainerStatus<'_>, seen: &mut Main<'p>) {
    let state = &container.state;
    match (&state.waiting, &state.terminated) {
        (Some(waiting), _) if !waiting.reason.is_empty() => seen.reason = Some(waiting.reason.as_str().into()),
        (_, Some(terminated)) => {
            let reason = terminated_reason(terminated);
            if terminated.exit_code != 0 {
                seen.error = Some(reason.clone());
            }
            seen.reason = Some(reason);
        }
        _ if container.ready && state.running.is_some() => {
            seen.running = true;
            seen.ready += 1;
        }
        _ => {}
    }
}

fn terminated_reason<'p>(terminated: &'p Terminated<'_>) -> Cow<'p, str> {
    if !terminated.reason.is_empty() {
        terminated.reason.as_str().into()
    } else if terminated.signal != 0 {
        format!("Signal:{}", terminated.signal).into()
    } else {
        format!("ExitCode:{}", terminated.exit_code).into()
    }
}

fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
#[path = "pod_status_tests.rs"]
mod tests;
