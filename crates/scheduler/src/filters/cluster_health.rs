//! Only clusters that answer are candidates.

use super::{Detail, Finding};
use crate::case::Case;
use model::fleet::ClusterState;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let (state_zh, remedy) = match case.view.state {
        ClusterState::Online | ClusterState::Degraded => return Finding::PASS,
        ClusterState::Pending => {
            return Finding::unknown(Detail::new(
                "Pending",
                ("the cluster was not probed yet", "尚未探测此集群"),
                ("wait for the first probe", "等待首次探测"),
            ));
        }
        ClusterState::Offline => ("集群离线", ("bring the cluster's API server back", "恢复集群的 API server")),
        ClusterState::AuthFailed => ("集群认证失败", ("renew the cluster's credential", "更新集群的凭据")),
        ClusterState::Untrusted => {
            ("集群证书不可信", ("check the cluster's certificate and trust it anew", "核对集群证书并重新信任"))
        }
    };
    let state = case.view.state;
    let message = match case.view.reason.as_ref() {
        "" => (format!("the cluster is {state}"), state_zh.to_owned()),
        reason => (format!("the cluster is {state}: {reason}"), format!("{state_zh}：{reason}")),
    };
    Finding::reject(Detail::new("NotReady", message, remedy))
}
