//! The overview.

crate::i18n::texts! {
    pub Overview {
        title: "Overview", "总览";
        needs_person: "Needs a person", "需要处理";
        all_well: "Nothing needs you now.", "当前没有需要处理的事项。";
        clusters: "Clusters", "集群";
        over_clusters: "over {} of {} clusters", "基于 {} / {} 个集群";
        nodes_ready: "Nodes ready", "就绪 Node";
        pods_running: "Pods running", "运行中的 Pod";
        cpu_requested: "CPU requested", "CPU 请求量";
        memory_requested: "Memory requested", "内存请求量";
        of_allocatable: "of {} allocatable", "可分配 {}";
        of_total: "of {}", "共 {}";
        pods_by_phase: "Pods by phase", "Pod 阶段分布";
        requests: "Requested", "请求量";
        empty: "No cluster is registered yet.", "尚未注册任何集群。";
        empty_action: "Add cluster", "添加集群";
        firing: "Firing alerts", "触发中的告警";
        not_online: "Clusters not online", "非在线集群";
        placements: "Placements that need a decision", "待处理的调度";
        state: "State", "状态";
        age: "Data age", "数据时间";
        nodes: "Nodes", "Node";
        pods: "Pods", "Pod";
        cpu: "CPU", "CPU";
        memory: "Memory", "内存";
        slis: "Service levels, 15 min", "服务水平（15 分钟）";
        sli_node_ready_ratio: "Nodes ready", "Node 就绪率";
        sli_pod_start_success_ratio: "Pod starts", "Pod 启动成功率";
        sli_api_latency_p95: "API p95", "API p95 延迟";
        sli_etcd_leader_changes: "etcd leader", "etcd 主切换";
        per_hour: "/h", "次/小时";
        no_source: "no source", "无数据源";
        value_against: "{} against {}", "{}，阈值 {}";
        acked_by: "acknowledged by {}", "{} 已确认";
    }
}
