//! All replicas must fit, node by node. `need` and `have` count replicas.

use super::{Detail, Finding, unreadable};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if let Some(finding) =
        unreadable(&case.view.nodes, "nodes").or_else(|| unreadable(&case.view.pods, "pods")).or_else(|| opaque(case))
    {
        return finding;
    }
    let Some(scan) = &case.scan else {
        return Finding::unknown(Detail::new(
            "NotEvaluated",
            "the nodes that may be used are not known",
            "correct what NodeEligible names",
        ));
    };
    let need = case.ask.replicas;
    if scan.fit >= need {
        return Finding::PASS;
    }
    let (code, remedy) = match (scan.too_big, scan.fit) {
        (true, _) => ("TooBigForEveryNode", "ask for less per replica, or add larger nodes".to_owned()),
        _ => (
            "InsufficientCapacity",
            format!("make room for {} more replicas, or ask for fewer or smaller ones", need - scan.fit),
        ),
    };
    Finding::reject(Detail {
        need: Some(need.to_string()),
        have: Some(scan.fit.to_string()),
        objects: scan.nearest.iter().map(|miss| miss.node.to_owned()).collect(),
        ..Detail::new(code, message(case), remedy)
    })
}

/// What no column of ours can tell.
fn opaque(case: &Case<'_>) -> Option<Finding> {
    let spec = &case.prepared.pod.spec;
    if let Some(name) = spec.scheduler_name.as_deref().filter(|name| !matches!(*name, "" | "default-scheduler")) {
        return Some(Finding::unknown(Detail::new(
            "CustomScheduler",
            format!("pods of scheduler {name} follow rules that are not known here"),
            "use the default scheduler",
        )));
    }
    (!spec.resource_claims.is_empty()).then(|| {
        Finding::unknown(Detail::new(
            "ResourceClaims",
            "devices behind resource claims are not counted here",
            "ask for extended resources instead",
        ))
    })
}

/// `2 of 5 replicas fit on 15 nodes: 9 Insufficient cpu, 3 node(s) had untolerated taint {gpu: yes}; n17 lacks 250m cpu`
pub(crate) fn message(case: &Case<'_>) -> String {
    let Some(scan) = &case.scan else { return String::new() };
    let causes: Vec<_> =
        [scan.limits.text(), scan.ineligible.text()].into_iter().filter(|text| !text.is_empty()).collect();
    let mut message = match causes.as_slice() {
        [] => format!("{} of {} replicas fit on {} nodes", scan.fit, case.ask.replicas, scan.nodes),
        causes => {
            format!("{} of {} replicas fit on {} nodes: {}", scan.fit, case.ask.replicas, scan.nodes, causes.join(", "))
        }
    };
    if let Some(miss) = &scan.nearest {
        message.push_str(&format!("; {miss} for one more"));
    }
    if scan.stuck > 0 {
        message.push_str(&format!("; {} pods ahead fit nowhere themselves", scan.stuck));
    }
    message
}
