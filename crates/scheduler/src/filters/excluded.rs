//! Clusters that this chain tried already, or that are not for whoever asks.

use super::{Detail, Finding};
use crate::ask::Exclusion;
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let (message, remedy) = match case.ask.excluded.get(case.view.name.as_ref()) {
        None if case.ask.excluded.is_empty() => return Finding::NOT_APPLICABLE,
        None => return Finding::PASS,
        Some(Exclusion::TriedBefore) => (
            ("tried before in this chain", "本次调度已在此集群尝试过"),
            ("start a new decision to try it again", "如需再试，请发起新的调度"),
        ),
        Some(Exclusion::OutsideScope) => (
            ("outside your scope", "不在您的权限范围内"),
            ("ask an admin for access to this cluster", "请管理员授予此集群的权限"),
        ),
    };
    Finding::reject(Detail::new("Excluded", message, remedy))
}
