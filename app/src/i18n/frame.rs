//! The frame around every page.

crate::i18n::texts! {
    pub Frame {
        product: "Pilothouse", "Pilothouse";
        skip: "Skip to the content", "跳到正文";
        navigation: "Navigation", "导航";
        menu: "Menu", "菜单";
        fold: "Fold the navigation", "收起导航";
        overview: "Overview", "总览";
        clusters: "Clusters", "集群";
        workloads: "Workloads", "工作负载";
        resources: "Resources", "资源";
        scheduling: "Scheduling", "调度";
        schedule: "Schedule", "调度工作负载";
        decisions: "Decisions", "调度记录";
        monitoring: "Monitoring", "监控";
        alerts: "Alerts", "告警";
        alert_rules: "Alert rules", "告警规则";
        channels: "Channels", "通知渠道";
        deliveries: "Deliveries", "投递记录";
        administration: "Administration", "管理";
        users: "Users", "用户";
        tokens: "API tokens", "API 令牌";
        audit: "Audit", "审计";
        preferences: "Preferences", "偏好设置";
        metrics: "Metrics", "指标";
        scope: "Scope", "范围";
        scope_all: "All clusters", "全部集群";
        scope_clusters: "{} clusters", "{} 个集群";
        scope_namespaces: "{} namespaces", "{} 个命名空间";
        all_namespaces: "All namespaces", "全部命名空间";
        choose_clusters: "Clusters", "集群";
        choose_namespaces: "Namespaces", "命名空间";
        namespaces_help: "Separated by spaces or commas; empty means all.", "用空格或逗号分隔；留空表示全部。";
        apply: "Apply", "应用";
        clear: "Show everything", "显示全部";
        search: "Search pods by name or with status:!Running, node:~gpu …", "搜索 Pod：名称，或 status:!Running、node:~gpu …";
        search_label: "Search", "搜索";
        bell: "{} alerts firing", "{} 条告警正在触发";
        language: "Language", "语言";
        theme: "Theme", "主题";
        theme_system: "As the system", "跟随系统";
        theme_light: "Light", "浅色";
        theme_dark: "Dark", "深色";
        signed_in_as: "Signed in as {}", "已登录：{}";
        sign_out: "Sign out", "退出登录";
        role_admin: "Admin", "管理员";
        role_operator: "Operator", "运维";
        role_viewer: "Viewer", "只读";
    }
}
