//! All replicas must fit, node by node. `need` and `have` count replicas.

use super::{Detail, Finding, NODES, PODS, unreadable};
use crate::case::Case;
use crate::text::{Text, counted};

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if let Some(finding) =
        unreadable(&case.view.nodes, NODES).or_else(|| unreadable(&case.view.pods, PODS)).or_else(|| opaque(case))
    {
        return finding;
    }
    let Some(scan) = &case.scan else {
        return Finding::unknown(Detail::new(
            "NotEvaluated",
            ("the nodes that may be used are not known", "不知道可以使用哪些 Node"),
            ("correct what NodeEligible names", "处理 NodeEligible 指出的问题"),
        ));
    };
    let need = case.ask.replicas;
    if scan.fit >= need {
        return Finding::PASS;
    }
    let (code, remedy): (_, Text) = match need - scan.fit {
        _ if scan.too_big => (
            "TooBigForEveryNode",
            ("ask for less per replica, or add larger nodes", "减少每个副本的请求量，或增加更大的 Node").into(),
        ),
        lacking => (
            "InsufficientCapacity",
            (
                format!("make room for {}, or ask for fewer or smaller ones", counted(lacking, "more replica")),
                format!("再腾出 {lacking} 个副本的空间，或减少副本数、减小请求量"),
            )
                .into(),
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
            (
                format!("pods of scheduler {name} follow rules that are not known here"),
                format!("调度器 {name} 的规则在此未知"),
            ),
            ("use the default scheduler", "使用默认调度器"),
        )));
    }
    (!spec.resource_claims.is_empty()).then(|| {
        Finding::unknown(Detail::new(
            "ResourceClaims",
            ("devices behind resource claims are not counted here", "此处不统计 ResourceClaim 背后的设备"),
            ("ask for extended resources instead", "改用扩展资源（extended resources）"),
        ))
    })
}

/// `2 of 5 replicas fit on 15 nodes: 9 Insufficient cpu, 3 node(s) had untolerated taint {gpu: yes}; n17 lacks 250m cpu`
pub(crate) fn message(case: &Case<'_>) -> Text {
    let Some(scan) = &case.scan else { return Text::default() };
    let (fit, asked, nodes) = (scan.fit, case.ask.replicas, scan.nodes);
    let mut text = Text::from((
        format!("{fit} of {} fit on {}", counted(asked, "replica"), counted(nodes as i64, "node")),
        format!("{nodes} 个 Node 能容纳 {asked} 个副本中的 {fit} 个"),
    ));
    let causes = [scan.limits.text(), scan.ineligible.text()];
    let causes: Vec<_> = causes.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    if !causes.is_empty() {
        text.en.push_str(&format!(": {}", causes.join(", ")));
        text.zh.push_str(&format!("：{}", causes.join(", ")));
    }
    if let Some(miss) = &scan.nearest {
        text.en.push_str(&format!("; {miss} for one more"));
        text.zh.push_str(&format!("；{} 还差 {} 才能再放一个", miss.node, miss.amount()));
    }
    if scan.stuck > 0 {
        let ahead = stuck(scan.stuck);
        text.en.push_str(&format!("; {}", ahead.en));
        text.zh.push_str(&format!("；{}", ahead.zh));
    }
    text
}

/// Pods that wait already and fit nowhere.
pub(crate) fn stuck(pods: i64) -> Text {
    let en = match pods {
        1 => "1 pod ahead fits nowhere itself".to_owned(),
        pods => format!("{pods} pods ahead fit nowhere themselves"),
    };
    (en, format!("排在前面的 {pods} 个 Pod 本身也无处可放")).into()
}
