//! The pod as one cluster would admit it: requests from limits, then the limit ranges of its namespace
//! (`plugin/pkg/admission/limitranger`). Defaults differ per cluster, so the pod, and its fit, do too.

use crate::text::Text;
use model::k8s::pod_template::{PodSpec, ResourceList};
use model::k8s::quantity::{Format, Quantity, format_milli, is_bytes};
use model::k8s::resources::Resources;
use model::rows::{LimitRangeItem, LimitRangeRow, LimitType};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A pod with its sums worked out once.
#[derive(Clone, Debug)]
pub(crate) struct EffectivePod {
    pub spec: PodSpec,
    pub requests: Resources,
    pub non_zero: Resources,
    pub request_list: ResourceList,
    pub limit_list: ResourceList,
}

impl EffectivePod {
    /// As the API server stores it where no limit range applies.
    pub fn of(template: &PodSpec) -> EffectivePod {
        let mut spec = template.clone();
        spec.default_requests_from_limits();
        EffectivePod::summed(spec)
    }

    fn summed(spec: PodSpec) -> EffectivePod {
        EffectivePod {
            requests: spec.effective_requests(),
            non_zero: spec.effective_requests_non_zero(),
            request_list: spec.request_quantities(),
            limit_list: spec.limit_quantities(),
            spec,
        }
    }

    /// The same pod after the defaults of these limit ranges, in their order.
    pub fn with_limit_ranges(&self, ranges: &[&LimitRangeRow]) -> EffectivePod {
        let mut spec = self.spec.clone();
        for item in ranges.iter().flat_map(|range| &range.items).filter(|item| item.kind == LimitType::Container) {
            let (limits, requests) = container_defaults(item);
            for container in spec.all_containers_mut() {
                fill(&mut container.resources.limits, &limits);
                fill(&mut container.resources.requests, &requests);
            }
        }
        EffectivePod::summed(spec)
    }
}

type Milli = BTreeMap<Arc<str>, i128>;

fn fill(list: &mut ResourceList, defaults: &Milli) {
    for (name, milli) in defaults {
        let format = if is_bytes(name) { Format::BinarySi } else { Format::DecimalSi };
        list.entry(name.to_string()).or_insert(Quantity::from_milli(*milli, format));
    }
}

/// `default ← max`, `defaultRequest ← default ← min`.
fn container_defaults(item: &LimitRangeItem) -> (Milli, Milli) {
    let mut limits = item.default_milli.clone();
    for (name, max) in &item.max_milli {
        limits.entry(name.clone()).or_insert(*max);
    }
    let mut requests = item.default_request_milli.clone();
    for (name, amount) in limits.iter().chain(&item.min_milli) {
        requests.entry(name.clone()).or_insert(*amount);
    }
    (limits, requests)
}

/// What a limit range has against the pod, in English in upstream's words; empty when nothing.
pub(crate) fn violations(pod: &EffectivePod, range: &LimitRangeRow) -> Vec<Text> {
    let mut found = Vec::new();
    for item in &range.items {
        match item.kind {
            LimitType::Container => {
                for container in pod.spec.all_containers() {
                    check(item, "Container", &container.resources.requests, &container.resources.limits, &mut found);
                }
            }
            LimitType::Pod => check(item, "Pod", &pod.request_list, &pod.limit_list, &mut found),
            LimitType::PersistentVolumeClaim => {}
        }
    }
    found.dedup();
    found
}

type Words = (String, String);

fn check(item: &LimitRangeItem, kind: &str, requests: &ResourceList, limits: &ResourceList, found: &mut Vec<Text>) {
    let milli = |list: &ResourceList, name: &str| list.get(name).map(|quantity| quantity.milli_i128());
    let mut broken = |(en, zh): Words, (but_en, but_zh): Words| {
        found.push((format!("{en}, {but_en}"), format!("{zh}，{but_zh}")).into());
    };
    for (name, min) in &item.min_milli {
        let amount = format_milli(name, *min);
        let rule = (
            format!("minimum {name} usage per {kind} is {amount}"),
            format!("每个 {kind} 的 {name} 不得少于 {amount}"),
        );
        match (milli(requests, name), milli(limits, name)) {
            (None, _) => broken(rule, unspecified("request")),
            (Some(own), _) if own < *min => broken(rule, but("request", name, own)),
            (_, Some(own)) if own < *min => broken(rule, but("limit", name, own)),
            _ => {}
        }
    }
    for (name, max) in &item.max_milli {
        let amount = format_milli(name, *max);
        let rule = (
            format!("maximum {name} usage per {kind} is {amount}"),
            format!("每个 {kind} 的 {name} 不得超过 {amount}"),
        );
        match (milli(limits, name), milli(requests, name)) {
            (None, _) => broken(rule, unspecified("limit")),
            (Some(own), _) if own > *max => broken(rule, but("limit", name, own)),
            (_, Some(own)) if own > *max => broken(rule, but("request", name, own)),
            _ => {}
        }
    }
    for (name, ratio) in &item.max_limit_request_ratio_milli {
        let amount = format_milli("", *ratio);
        let rule = (
            format!("{name} max limit to request ratio per {kind} is {amount}"),
            format!("每个 {kind} 的 {name} limit 与 request 之比不得超过 {amount}"),
        );
        match (milli(requests, name).filter(|m| *m != 0), milli(limits, name).filter(|m| *m != 0)) {
            (None, _) => broken(rule, unspecified_or_zero("request")),
            (_, None) => broken(rule, unspecified_or_zero("limit")),
            (Some(request), Some(limit)) if limit.saturating_mul(1000) > ratio.saturating_mul(request) => {
                let (limit, request) = (format_milli(name, limit), format_milli(name, request));
                broken(
                    rule,
                    (
                        format!("but limit is {limit} and request {request}"),
                        format!("但 limit 为 {limit}，request 为 {request}"),
                    ),
                );
            }
            _ => {}
        }
    }
}

fn but(what: &str, resource: &str, own: i128) -> Words {
    let own = format_milli(resource, own);
    (format!("but {what} is {own}"), format!("但 {what} 为 {own}"))
}

fn unspecified(what: &str) -> Words {
    (format!("no {what} is specified"), format!("但未指定 {what}"))
}

fn unspecified_or_zero(what: &str) -> Words {
    (format!("but no {what} is specified or {what} is 0"), format!("但未指定 {what} 或 {what} 为 0"))
}
