//! Every object of the request must be of a type that the cluster serves.

use super::{Detail, Finding, unreadable};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let Some(served) = case.view.served.known() else {
        return unreadable(&case.view.served, ("API types", "API 类型")).unwrap_or(Finding::PASS);
    };
    let mut missing: Vec<String> = case
        .ask
        .objects
        .iter()
        .filter(|object| !served.serves(&object.api_version, &object.kind))
        .map(|object| format!("{}/{}", object.api_version, object.kind))
        .collect();
    missing.sort();
    missing.dedup();
    if missing.is_empty() {
        return Finding::PASS;
    }
    let all = missing.join(", ");
    let message = (format!("the cluster does not serve {all}"), format!("此集群不提供 {all}"));
    let remedy = (
        "install what serves this type, or use a version that is served",
        "安装提供此类型的组件，或改用集群提供的版本",
    );
    missing.truncate(5);
    Finding::reject(Detail { objects: missing, ..Detail::new("ApiNotServed", message, remedy) })
}
