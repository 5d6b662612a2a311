//! Node selectors and required node affinity.
//! Upstream: `k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go`.

use serde_json::Value;

use crate::controllers::index::NodeInfo;
use crate::controllers::objects::items;

/// Whether the node's labels and name satisfy what the pod requires.
pub(super) fn matches(pod: &Value, node: &NodeInfo) -> bool {
    let spec = &pod["spec"];
    let selected = spec["nodeSelector"]
        .as_object()
        .into_iter()
        .flatten()
        .all(|(key, value)| node.labels.get(key).map(String::as_str) == value.as_str());
    let required = &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    selected && (required.is_null() || items(&required["nodeSelectorTerms"]).any(|term| term_matches(term, node)))
}

fn term_matches(term: &Value, node: &NodeInfo) -> bool {
    let mut expressions = items(&term["matchExpressions"]).peekable();
    let mut fields = items(&term["matchFields"]).peekable();
    // An empty term selects nothing.
    if expressions.peek().is_none() && fields.peek().is_none() {
        return false;
    }
    expressions.all(|expression| {
        let label = expression["key"].as_str().and_then(|key| node.labels.get(key));
        holds(expression, label.map(String::as_str))
    }) && fields.all(|field| holds(field, (field["key"] == "metadata.name").then_some(node.name.as_str())))
}

fn holds(expression: &Value, found: Option<&str>) -> bool {
    let listed = || items(&expression["values"]).any(|value| value.as_str() == found);
    let number = || Some((found?.parse::<i64>().ok()?, expression["values"][0].as_str()?.parse::<i64>().ok()?));
    match expression["operator"].as_str() {
        Some("In") => found.is_some() && listed(),
        Some("NotIn") => found.is_none() || !listed(),
        Some("Exists") => found.is_some(),
        Some("DoesNotExist") => found.is_none(),
        Some("Gt") => number().is_some_and(|(label, bound)| label > bound),
        Some("Lt") => number().is_some_and(|(label, bound)| label < bound),
        _ => false,
    }
}
