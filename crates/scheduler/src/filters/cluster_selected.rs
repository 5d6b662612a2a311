//! The request names clusters, or selects them by label.

use super::{Detail, Finding};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let (selection, view) = (&case.ask.clusters, case.view);
    if !selection.names.is_empty() && !selection.names.iter().any(|name| *name == *view.name) {
        return Finding::reject(Detail::new(
            "NotNamed",
            ("the request names other clusters", "请求指定了其他集群"),
            ("add it to clusters.names", "将其加入 clusters.names"),
        ));
    }
    match &selection.selector {
        Some(selector) if !selector.matches(&view.labels) => Finding::reject(Detail::new(
            "SelectorMismatch",
            (format!("its labels do not match {selector}"), format!("其标签不符合 {selector}")),
            ("change the cluster's labels or the selector", "修改集群标签或选择器"),
        )),
        _ => Finding::PASS,
    }
}
