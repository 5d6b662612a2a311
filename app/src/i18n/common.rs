//! Words that many pages share.

crate::i18n::texts! {
    pub Common {
        loading: "Loading", "加载中";
        working: "Working …", "处理中…";
        retry: "Try again", "重试";
        close: "Close", "关闭";
        cancel: "Cancel", "取消";
        save: "Save", "保存";
        copy: "Copy", "复制";
        copied: "Copied", "已复制";
        since: "since {}", "自 {} 起";
        failed_title: "This could not be loaded", "无法加载";
        failed_since: "Failing since {}. What you see below is the last answer.", "自 {} 起失败。下面是最后一次的结果。";
        not_allowed_title: "Your role does not allow this", "您的角色没有此权限";
        not_allowed_help: "An admin can give you a role that does.", "管理员可以为您调整角色。";
        not_found_title: "There is no such page", "没有这个页面";
        not_found_help: "The address may be old, or the object is gone or outside your scope.", "地址可能已过期，对象可能已删除，或不在您的范围内。";
        to_overview: "To the overview", "返回总览";
        nothing: "nothing", "无";
        none: "none", "无";
        unknown: "unknown", "未知";
        age: "Age", "时长";
        late: "late", "滞后";
        stale_since: "stale since {}", "数据停在 {}";
        stale: "stale", "陈旧";
        never: "no data yet", "尚无数据";
        yes: "yes", "是";
        no: "no", "否";
        page_of: "{} of {}", "{} / {}";
        next_page: "Next page", "下一页";
        first_page: "First page", "第一页";
        name: "Name", "名称";
        actions: "Actions", "操作";
        more: "More", "更多";
        as_table: "As a table", "以表格查看";
        gap: "no data", "无数据";
        ago_seconds: "{} s ago", "{} 秒前";
        ago_minutes: "{} min ago", "{} 分钟前";
        ago_hours: "{} h ago", "{} 小时前";
        ago_days: "{} d ago", "{} 天前";
        in_seconds: "in {} s", "{} 秒后";
        in_minutes: "in {} min", "{} 分钟后";
        in_hours: "in {} h", "{} 小时后";
        in_days: "in {} d", "{} 天后";
        live: "Live", "实时";
        reconnecting: "Reconnecting", "正在重连";
        offline_note: "The connection is interrupted; figures age until it is back.", "连接中断，恢复前数据会逐渐变旧。";
    }
}
