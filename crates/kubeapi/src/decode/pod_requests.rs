//! What a pod takes of its node (`component-helpers/resource/helpers.go`, PodRequests, as kube-scheduler
//! calls it: with status resources, so that a resize counts from the moment it is asked for).

use super::bad::BadObject;
use super::pod::{Container, ContainerStatus, SlimPod};
use super::quantities::Amounts;
use model::k8s::resources::{CPU, MEMORY, Resources};

/// `pkg/scheduler/util/pod_resources.go`, DefaultMilliCPURequest.
const DEFAULT_CPU_MILLI: i64 = 100;
/// `pkg/scheduler/util/pod_resources.go`, DefaultMemoryRequest.
const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024;

pub(super) struct PodResources {
    pub requests: Resources,
    /// The same with defaults for containers that request nothing.
    pub requests_non_zero: Resources,
}

/// Where a container's request is read from.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Spec,
    Allocated,
    Actuated,
}

/// The defaults for what a container does not request.
#[derive(Clone, Copy, Default)]
struct Missing {
    cpu_milli: i64,
    memory: i64,
}

pub(super) fn effective_requests(pod: &SlimPod<'_>) -> Result<PodResources, BadObject> {
    let requests = pod_requests(pod, Missing::default())?;
    let missing = missing_defaults(pod, &requests);
    let requests_non_zero = match missing {
        Missing { cpu_milli: 0, memory: 0 } => requests.clone(),
        missing => pod_requests(pod, missing)?,
    };
    Ok(PodResources { requests, requests_non_zero })
}

/// `pkg/scheduler/framework/types.go`, getNonMissingContainerRequests.
fn missing_defaults(pod: &SlimPod<'_>, requests: &Resources) -> Missing {
    if pod_level(pod).is_none() {
        return Missing { cpu_milli: DEFAULT_CPU_MILLI, memory: DEFAULT_MEMORY };
    }
    let unless_set = |amount: i64, default: i64| if amount == 0 { default } else { 0 };
    Missing {
        cpu_milli: unless_set(requests.cpu_milli, DEFAULT_CPU_MILLI),
        memory: unless_set(requests.memory, DEFAULT_MEMORY),
    }
}

fn pod_requests(pod: &SlimPod<'_>, missing: Missing) -> Result<Resources, BadObject> {
    let infeasible = is_resize_infeasible(pod);
    let mut total = container_requests(pod, missing, infeasible)?;
    if let Some(own) = pod_level(pod) {
        let effective = effective_pod_level(pod, own, infeasible)?;
        let named = own.names().filter(|name| is_pod_level(name));
        for name in named {
            total.set(name, effective.get(name));
        }
    }
    total.add(&pod.spec.overhead.resources()?);
    Ok(total)
}

fn is_resize_infeasible(pod: &SlimPod<'_>) -> bool {
    let pending = pod.status.condition("PodResizePending");
    pending.is_some_and(|condition| condition.reason.as_str() == "Infeasible")
}

fn is_pod_level(resource: &str) -> bool {
    resource == CPU || resource == MEMORY || resource.starts_with("hugepages-")
}

/// The pod's own requests, where it states one that pods may state.
fn pod_level<'p, 'a>(pod: &'p SlimPod<'a>) -> Option<&'p Amounts<'a>> {
    let requests = pod.spec.resources.as_ref()?.requests.as_ref()?;
    requests.names().any(is_pod_level).then_some(requests)
}

fn effective_pod_level(pod: &SlimPod<'_>, own: &Amounts<'_>, infeasible: bool) -> Result<Resources, BadObject> {
    let Some(actual) = pod.status.resources.as_ref() else { return own.resources() };
    let mut most = if infeasible { Resources::default() } else { own.resources()? };
    for amounts in [actual.requests.as_ref(), pod.status.allocated_resources.as_ref()].into_iter().flatten() {
        most.max(&amounts.resources()?);
    }
    Ok(most)
}

fn container_requests(pod: &SlimPod<'_>, missing: Missing, infeasible: bool) -> Result<Resources, BadObject> {
    let statuses = pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses);
    let resized = statuses.clone().any(|s| s.allocated_resources.is_some() || s.resources.is_some());
    if !resized && !infeasible {
        return aggregate(pod, Source::Spec, missing, infeasible);
    }
    let mut most = aggregate(pod, Source::Allocated, missing, infeasible)?;
    most.max(&aggregate(pod, Source::Actuated, missing, infeasible)?);
    if !infeasible {
        most.max(&aggregate(pod, Source::Spec, missing, infeasible)?);
    }
    Ok(most)
}

/// Containers run side by side; init containers one after the other beside the sidecars started before them.
fn aggregate(pod: &SlimPod<'_>, source: Source, missing: Missing, infeasible: bool) -> Result<Resources, BadObject> {
    let request = |container: &Container<'_>| request_of(container, pod, source, missing, infeasible);
    let mut total = Resources::default();
    for container in &pod.spec.containers {
        total.add(&request(container)?);
    }
    let (mut sidecars, mut starting) = (Resources::default(), Resources::default());
    for container in &pod.spec.init_containers {
        let own = request(container)?;
        if container.is_restartable() {
            total.add(&own);
            sidecars.add(&own);
            starting.max(&sidecars);
        } else {
            let mut beside = own;
            beside.add(&sidecars);
            starting.max(&beside);
        }
    }
    total.max(&starting);
    Ok(total)
}

fn request_of(
    container: &Container<'_>,
    pod: &SlimPod<'_>,
    source: Source,
    missing: Missing,
    infeasible: bool,
) -> Result<Resources, BadObject> {
    let amounts = amounts_of(container, pod, source, infeasible);
    let mut request = amounts.map_or_else(|| Ok(Resources::default()), Amounts::resources)?;
    if !amounts.is_some_and(|amounts| amounts.has(CPU)) {
        request.cpu_milli = missing.cpu_milli;
    }
    if !amounts.is_some_and(|amounts| amounts.has(MEMORY)) {
        request.memory = missing.memory;
    }
    Ok(request)
}

fn amounts_of<'p, 'a>(
    container: &'p Container<'a>,
    pod: &'p SlimPod<'a>,
    source: Source,
    infeasible: bool,
) -> Option<&'p Amounts<'a>> {
    let spec = container.resources.requests.as_ref();
    if source == Source::Spec {
        return spec;
    }
    let status = status_of(pod, container.name.as_str());
    let allocated = status.and_then(|status| status.allocated_resources.as_ref());
    let actuated = || status.and_then(|status| status.resources.as_ref()?.requests.as_ref());
    let from_status = if source == Source::Actuated { actuated().or(allocated) } else { allocated };
    from_status.or(if infeasible { None } else { spec })
}

fn status_of<'p, 'a>(pod: &'p SlimPod<'a>, name: &str) -> Option<&'p ContainerStatus<'a>> {
    let status = &pod.status;
    status
        .container_statuses
        .iter()
        .chain(&status.init_container_statuses)
        .find(|container| container.name.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn requests(pod: serde_json::Value) -> (Resources, Resources) {
        let text = pod.to_string();
        let pod: SlimPod<'_> = serde_json::from_str(&text).unwrap();
        let both = effective_requests(&pod).unwrap();
        (both.requests, both.requests_non_zero)
    }

    fn of(pairs: &[(&str, &str)]) -> Resources {
        Resources::from_quantities(pairs.iter().copied()).unwrap()
    }

    fn container(name: &str, cpu: &str, memory: &str) -> serde_json::Value {
        json!({"name": name, "resources": {"requests": {"cpu": cpu, "memory": memory}}})
    }

    #[test]
    fn init_containers_run_one_by_one_beside_earlier_sidecars() {
        let mut sidecar = container("mesh", "200m", "100Mi");
        sidecar["restartPolicy"] = json!("Always");
        let (requests, _) = requests(json!({"spec": {
            "containers": [container("a", "300m", "1Gi"), container("b", "200m", "1Gi")],
            "initContainers": [container("first", "900m", "1Mi"), sidecar, container("second", "600m", "3Gi")],
            "overhead": {"cpu": "10m"},
        }}));
        // cpu: max(300+200+200, 900, 600+200) + 10; memory: max(2Gi+100Mi, 3Gi+100Mi)
        assert_eq!(requests, of(&[("cpu", "910m"), ("memory", "3172Mi")]));
    }

    #[test]
    fn containers_without_requests_count_for_scores_only() {
        let (requests, non_zero) = requests(json!({"spec": {"containers": [
            {"name": "bare"}, {"name": "cpu-only", "resources": {"requests": {"cpu": "1"}}},
        ]}}));
        assert_eq!(requests, of(&[("cpu", "1")]));
        assert_eq!(non_zero, of(&[("cpu", "1100m"), ("memory", "400Mi")]));
    }

    #[test]
    fn a_resize_counts_the_most_of_asked_allocated_and_actual() {
        let pod = |spec: &str, condition: &str| {
            json!({
                "spec": {"containers": [container("a", spec, "1Gi")]},
                "status": {
                    "conditions": [{"type": "PodResizePending", "status": "True", "reason": condition}],
                    "containerStatuses": [{
                        "name": "a",
                        "allocatedResources": {"cpu": "500m", "memory": "1Gi"},
                        "resources": {"requests": {"cpu": "700m", "memory": "1Gi"}},
                    }],
                },
            })
        };
        assert_eq!(requests(pod("2", "Deferred")).0.cpu_milli, 2000);
        assert_eq!(requests(pod("100m", "Deferred")).0.cpu_milli, 700);
        assert_eq!(requests(pod("2", "Infeasible")).0.cpu_milli, 700);
    }

    #[test]
    fn pod_level_requests_stand_above_the_containers() {
        let (requests, non_zero) = requests(json!({"spec": {
            "resources": {"requests": {"cpu": "2"}},
            "containers": [container("a", "300m", "64Mi"), {"name": "b"}],
        }}));
        assert_eq!(requests, of(&[("cpu", "2"), ("memory", "64Mi")]));
        assert_eq!(non_zero, requests);
    }

    #[test]
    fn a_quantity_that_is_none_is_a_bad_object() {
        let text = json!({"spec": {"containers": [container("a", "lots", "1Gi")]}}).to_string();
        let pod: SlimPod<'_> = serde_json::from_str(&text).unwrap();
        assert!(effective_requests(&pod).is_err());
    }
}
