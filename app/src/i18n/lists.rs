//! Lists of resources, and the names of their columns.

use super::Lang;

crate::i18n::texts! {
    pub Lists {
        query: "Query", "查询";
        query_placeholder: "ns:shop status:!Running restarts:>5 age:<1h word", "ns:shop status:!Running restarts:>5 age:<1h 关键字";
        query_help: "Terms are joined by AND: column:value, column:!not, column:~part, column:>number, label:key=value, or a word of the name.", "各条件以 AND 连接：column:value、column:!排除、column:~包含、column:>数值、label:key=value，或名称中的词。";
        query_bad: "The query cannot be read at column {}: {}", "查询在第 {} 列无法解析：{}";
        run: "Filter", "筛选";
        clear: "Clear the query", "清除查询";
        empty: "There is nothing of this kind in scope.", "当前范围内没有此类资源。";
        empty_filtered: "Nothing matches this query.", "没有符合条件的资源。";
        no_clusters: "No cluster is registered, so there is nothing to list.", "尚未注册集群，因此没有可列出的内容。";
        total: "{} in total", "共 {} 项";
        shown: "rows {} to {}", "第 {} 至 {} 项";
        over: "over {} of {} clusters", "基于 {} / {} 个集群";
        sort_by: "Sort by {}", "按 {} 排序";
        facets: "Narrow down", "缩小范围";
        more_values: "{} more", "另有 {} 项";
        partial: "Not all of this is the present", "部分数据并非当前状态";
        partial_stale: "{}: the last known rows, stale since {}", "{}：为最后已知数据，停在 {}";
        partial_never: "{}: nothing received yet", "{}：尚未收到数据";
        partial_counted: "{}: counted only, {} in all. They are too many to list, or change too fast",
            "{}：仅统计数量，共 {} 个。数量过多或变化过快，无法逐一列出";
        partial_denied: "{}: the credential may not see this kind", "{}：凭据无权查看此类资源";
        details: "Details", "详情";
        labels: "Labels", "标签";
        no_labels: "It has no labels.", "没有标签。";
        not_on_page: "This object is gone, or outside your scope.", "该对象已删除，或不在您的范围内。";
        held: "{} changes wait while the pointer is on the rows", "指针停在行上，{} 处变化稍后显示";
        csv: "Download CSV", "下载 CSV";
        filter_same: "Only these", "仅看这些";
    }
}

/// What a kind is called as a page title: its plural in English, its name in Chinese.
pub fn kind_title(lang: Lang, plural: &str) -> Option<&'static str> {
    Some(match (lang, plural) {
        (_, "pods") => ["Pods", "Pod"][lang as usize],
        (_, "nodes") => ["Nodes", "Node"][lang as usize],
        (_, "namespaces") => ["Namespaces", "Namespace"][lang as usize],
        (_, "deployments") => ["Deployments", "Deployment"][lang as usize],
        (_, "statefulsets") => ["StatefulSets", "StatefulSet"][lang as usize],
        (_, "daemonsets") => ["DaemonSets", "DaemonSet"][lang as usize],
        (_, "replicasets") => ["ReplicaSets", "ReplicaSet"][lang as usize],
        (_, "jobs") => ["Jobs", "Job"][lang as usize],
        (_, "persistentvolumeclaims") => ["Volume claims", "PersistentVolumeClaim"][lang as usize],
        (_, "events") => ["Events", "事件"][lang as usize],
        (_, "resourcequotas") => ["Resource quotas", "ResourceQuota"][lang as usize],
        (_, "limitranges") => ["Limit ranges", "LimitRange"][lang as usize],
        _ => return None,
    })
}

/// The heading of a column.
pub fn column_title(lang: Lang, column: &str) -> &str {
    let (en, zh) = match column {
        "cluster" => ("Cluster", "集群"),
        "namespace" => ("Namespace", "命名空间"),
        "name" => ("Name", "名称"),
        "uid" => ("UID", "UID"),
        "createdAt" => ("Age", "时长"),
        "labels" => ("Labels", "标签"),
        "syncedAt" => ("Synced", "同步于"),
        "phase" => ("Phase", "阶段"),
        "status" => ("Status", "状态"),
        "ready" => ("Ready", "就绪"),
        "restarts" => ("Restarts", "重启"),
        "node" => ("Node", "Node"),
        "ip" => ("IP", "IP"),
        "owner" => ("Owner", "所属"),
        "cpu" | "requests.cpu" | "allocatable.cpu" => ("CPU", "CPU"),
        "memory" | "requests.memory" | "allocatable.memory" => ("Memory", "内存"),
        "images" => ("Images", "镜像"),
        "roles" => ("Roles", "角色"),
        "zone" => ("Zone", "可用区"),
        "version" => ("Version", "版本"),
        "pods" | "allocatable.pods" => ("Pods", "Pod"),
        "taints" => ("Taints", "污点"),
        "replicas" => ("Replicas", "副本"),
        "updated" => ("Updated", "已更新"),
        "available" => ("Available", "可用"),
        "used" => ("Used, %", "已用 %"),
        "limiting" => ("Nearest limit", "最接近上限"),
        "resources" => ("Resources", "资源"),
        "limits" => ("Limits", "限制数"),
        "desired" => ("Desired", "期望"),
        "completions" => ("Completions", "完成"),
        "active" => ("Active", "运行中"),
        "failed" => ("Failed", "失败"),
        "startedAt" => ("Started", "开始"),
        "completedAt" => ("Completed", "结束"),
        "capacity" => ("Capacity", "容量"),
        "storageClass" => ("Storage class", "存储类"),
        "accessModes" => ("Access modes", "访问模式"),
        "volume" => ("Volume", "卷"),
        "type" => ("Type", "类型"),
        "reason" => ("Reason", "原因"),
        "object" => ("Object", "对象"),
        "message" => ("Message", "消息"),
        "count" => ("Count", "次数"),
        "source" => ("Source", "来源"),
        "lastSeen" => ("Last seen", "最近"),
        other => return other,
    };
    if lang == Lang::Zh { zh } else { en }
}
