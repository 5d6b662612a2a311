//! Only clusters that answer are candidates.

use super::{Detail, Finding};
use crate::case::Case;
use model::fleet::ClusterState;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let remedy = match case.view.state {
        ClusterState::Online | ClusterState::Degraded => return Finding::PASS,
        ClusterState::Pending => {
            return Finding::unknown(Detail::new(
                "Pending",
                "the cluster was not probed yet",
                "wait for the first probe",
            ));
        }
        ClusterState::Offline => "bring the cluster's API server back",
        ClusterState::AuthFailed => "renew the cluster's credential",
        ClusterState::Untrusted => "check the cluster's certificate and trust it anew",
    };
    let message = match case.view.reason.as_ref() {
        "" => format!("the cluster is {}", case.view.state),
        reason => format!("the cluster is {}: {reason}", case.view.state),
    };
    Finding::reject(Detail::new("NotReady", message, remedy))
}
