//! Placing workloads: the form, the answer, the decisions.

use super::Lang;

crate::i18n::texts! {
    pub Scheduling {
        title: "Schedule", "调度";
        manifest: "Manifests", "清单";
        manifest_help: "One Deployment and what belongs to it, as YAML or JSON; several documents are separated by ---.", "一个 Deployment 及其附属对象，YAML 或 JSON；多个文档以 --- 分隔。";
        manifest_placeholder: "apiVersion: apps/v1", "apiVersion: apps/v1";
        sample: "Start from a sample", "使用示例";
        namespace: "Namespace", "命名空间";
        namespace_help: "Empty: the manifests' own, else default.", "留空：使用清单中的命名空间，否则为 default。";
        create_namespace: "Create the namespace where it is missing", "命名空间不存在时创建";
        where_title: "Where it may go", "可选集群";
        clusters: "Clusters", "集群";
        clusters_help: "None chosen: every cluster.", "不选表示全部集群。";
        selector: "Label selector", "标签选择器";
        selector_help: "As Kubernetes writes it: env=prod, region in (cn-shanghai, cn-beijing)", "与 Kubernetes 写法相同：env=prod, region in (cn-shanghai, cn-beijing)";
        weights: "Weights", "权重";
        weights_help: "0 to 100; a heavier cluster is preferred, 0 takes nothing. Empty: the cluster's own.", "0 至 100；权重越大越优先，0 表示不接收。留空使用集群自身的权重。";
        weight_of: "Weight of {}", "{} 的权重";
        no_clusters: "No cluster is registered, so there is nowhere to place anything.", "尚未注册集群，无处可调度。";
        preview: "Show where it would go", "查看调度结果";
        place: "Place it", "执行调度";
        placing: "Placing…", "正在调度…";
        answer: "Where it would go", "调度结果";
        answer_now: "As of now; nothing is kept until you place it.", "以当前数据计算；执行前不会保留任何内容。";
        answer_empty: "Type or paste manifests on the left: the answer appears here and changes with every letter.", "在左侧输入或粘贴清单，结果会随输入实时更新。";
        answer_old: "The last answer, to what was typed before:", "此前输入对应的结果：";
        cannot_read: "This cannot be placed yet", "暂时无法调度";
        position: "Line {}, column {}", "第 {} 行，第 {} 列";
        funnel: "Clusters left after each stage", "各阶段剩余集群";
        registered: "registered", "已注册";
        selected: "selected", "已选择";
        healthy: "healthy", "健康";
        fit: "fit", "可容纳";
        ranking: "Candidates", "候选集群";
        chosen: "chosen", "选中";
        fits: "{} replicas fit", "可容纳 {} 个副本";
        score_of: "{} of 100", "{} / 100 分";
        segment: "{}: +{} (raw {}, weight {})", "{}：+{}（原始 {}，权重 {}）";
        cluster: "Cluster", "集群";
        total: "Total", "总分";
        rejected: "Rejected", "未通过";
        nothing_rejected: "No cluster was rejected.", "没有集群被拒绝。";
        need: "need {}", "需要 {}";
        have: "have {}", "现有 {}";
        of_objects: "of {}", "限制来自 {}";
        data_age: "{} ago", "{} 前的数据";
        remedy: "To make it fit: {}", "解决办法：{}";
        more_reasons: "{} more reasons", "另有 {} 个原因";
        unknown_data: "data is missing", "缺少数据";
        warnings: "Warnings", "注意";
        verdicts: "Every filter on every cluster", "每个集群的全部过滤结果";
        verdict_pass: "passes", "通过";
        verdict_reject: "rejected", "拒绝";
        verdict_unknown: "unknown: data is missing", "未知：缺少数据";
        verdict_not_applicable: "does not apply", "不适用";
        record: "What the decision used", "决策依据";
        ages: "Age of data", "数据时间";
        nodes: "Nodes", "Node";
        pods: "Pods", "Pod";
        seed: "Seed", "种子";
        profile_version: "Profile version", "策略版本";
        timings: "Time taken", "耗时";
        decision_id: "Decision", "决策编号";
        one_decision: "Decision {}", "调度 {}";
        decisions: "Decisions", "调度记录";
        decisions_empty: "Nothing was placed yet.", "尚无调度记录。";
        decisions_empty_filtered: "No decision matches.", "没有符合条件的调度记录。";
        place_first: "Place a workload", "调度一个工作负载";
        phase: "Phase", "阶段";
        outcome: "Outcome", "结果";
        workload: "Workload", "工作负载";
        target: "Target", "目标";
        no_target: "no cluster", "无";
        replicas: "{} replicas", "{} 个副本";
        by: "By", "操作者";
        when: "When", "时间";
        search: "Workload", "工作负载";
        any: "Any", "全部";
        attempts: "Attempts", "执行过程";
        attempt: "Attempt {} on {}", "第 {} 次：{}";
        no_attempts: "Nothing was started.", "没有执行任何操作。";
        objects: "Objects", "对象";
        object_applied: "applied", "已下发";
        object_refused: "refused", "被拒绝";
        object_unknown: "unknown, being read back", "未知，正在核对";
        object_pending: "waiting", "等待中";
        object_deleted: "deleted again", "已删除";
        took: "took {}", "用时 {}";
        open_pods: "Pods of this workload", "查看其 Pod";
        again: "Place another", "再次调度";
    }
}

/// What a reason's code is called; an unknown code is taken apart into words.
pub fn reason_title(lang: Lang, code: &str) -> String {
    let zh = match code {
        "NotNamed" => "不在所选集群之列",
        "SelectorMismatch" => "标签不匹配",
        "Cordoned" => "集群已封锁",
        "Unschedulable" => "集群不可用于调度",
        "Pending" => "集群尚未探测",
        "ClusterWeightZero" => "权重为 0",
        "UntoleratedTaint" => "存在未容忍的污点",
        "NotReady" => "集群不健康",
        "NeverSynced" => "尚未同步",
        "NotSynced" => "数据未同步",
        "NotAllowed" => "凭据无权查看",
        "Stale" => "数据陈旧",
        "ApiNotServed" => "不支持所需 API",
        "NamespaceMissing" => "命名空间不存在",
        "NamespaceTerminating" => "命名空间正在删除",
        "NamespaceForbidden" => "不可使用该命名空间",
        "LimitRangeViolated" => "违反 LimitRange",
        "NamespaceSelectorUnreadable" => "命名空间的 Node 选择器无法读取",
        "CustomScheduler" => "使用自定义调度器",
        "ResourceClaims" => "使用 ResourceClaim",
        "NotEvaluated" => "无法评估",
        "NoEligibleNode" => "没有符合条件的 Node",
        "TooBigForEveryNode" => "单个 Node 均放不下",
        "InsufficientCapacity" => "容量不足",
        "QuotaExceeded" => "超出配额",
        "QuotaMustSpecify" => "配额要求声明资源",
        "Excluded" => "已排除",
        other => return split_words(other),
    };
    if lang == Lang::Zh { zh.to_string() } else { split_words(code) }
}

/// `QuotaExceeded` as `Quota exceeded`.
fn split_words(code: &str) -> String {
    let mut words = String::with_capacity(code.len() + 4);
    for (at, c) in code.chars().enumerate() {
        if at > 0 && c.is_uppercase() {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else {
            words.push(c);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_as_words() {
        assert_eq!(reason_title(Lang::En, "QuotaExceeded"), "Quota exceeded");
        assert_eq!(reason_title(Lang::Zh, "QuotaExceeded"), "超出配额");
        assert_eq!(reason_title(Lang::Zh, "Cordoned"), "集群已封锁");
        assert_eq!(reason_title(Lang::Zh, "SomethingNew"), "Something new");
    }
}
