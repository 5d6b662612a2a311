//! At least one node must be allowed to carry the pod, whatever its room.

use super::{Detail, Finding, NODES, PODS, unreadable};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if let Some(finding) = unreadable(&case.view.nodes, NODES) {
        return finding;
    }
    if let Err(text) = &case.prepared.namespace_selector {
        return Finding::unknown(Detail::new(
            "NamespaceSelectorUnreadable",
            (
                format!("the namespace's node selector cannot be read: {text}"),
                format!("无法读取命名空间的 Node 选择器：{text}"),
            ),
            ("correct the namespace's annotation", "修正命名空间的注解"),
        ));
    }
    let Some(scan) = &case.scan else {
        return unreadable(&case.view.pods, PODS).unwrap_or(Finding::PASS);
    };
    if scan.eligible > 0 {
        return Finding::PASS;
    }
    let message = match scan.nodes {
        0 => ("the cluster has no nodes".to_owned(), "集群没有 Node".to_owned()),
        nodes => {
            let causes = scan.ineligible.text();
            (format!("0/{nodes} nodes are available: {causes}"), format!("0/{nodes} 个 Node 可用：{causes}"))
        }
    };
    Finding::reject(Detail {
        need: Some("1".to_owned()),
        have: Some("0".to_owned()),
        ..Detail::new(
            "NoEligibleNode",
            message,
            (
                "change the pod's node selector, affinity or tolerations, or ready a node",
                "修改 Pod 的 nodeSelector、亲和性或容忍，或恢复一个 Node",
            ),
        )
    })
}
