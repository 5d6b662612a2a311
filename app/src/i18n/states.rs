//! Names of states. In English they are the API's own words.

use super::Lang;

/// The word for a state in a language. Words of Kubernetes itself (`CrashLoopBackOff`) stay as they are.
pub fn state_word(lang: Lang, state: &str) -> &str {
    match lang {
        Lang::En => english(state),
        Lang::Zh => chinese(state),
    }
}

fn english(state: &str) -> &str {
    match state {
        "AuthFailed" => "Auth failed",
        "NeedsIntervention" => "Needs a person",
        "firing" => "Firing",
        "pending" => "Pending",
        "resolved" => "Resolved",
        "critical" => "Critical",
        "warning" => "Warning",
        "info" => "Info",
        "delivered" => "Delivered",
        "delivering" => "Delivering",
        "failed" => "Will be tried again",
        "dead" => "Given up",
        "disabled" => "Disabled",
        other => other,
    }
}

fn chinese(state: &str) -> &str {
    match state {
        "Online" => "在线",
        "Degraded" => "降级",
        "Offline" => "离线",
        "AuthFailed" => "认证失败",
        "Untrusted" => "证书不可信",
        "Pending" | "pending" => "等待中",
        "Cordoned" => "已封锁",
        "Maintenance" => "维护中",
        "stale" => "陈旧",
        "firing" => "触发中",
        "resolved" => "已恢复",
        "silenced" => "已静默",
        "critical" => "严重",
        "warning" => "警告",
        "info" => "提示",
        "Scheduled" => "已调度",
        "Unschedulable" => "无法调度",
        "Invalid" => "无效",
        "NeedsIntervention" => "需人工处理",
        "Planned" => "已计划",
        "Reserved" => "已预留",
        "Applying" => "下发中",
        "Applied" => "已下发",
        "Progressing" => "推进中",
        "Available" => "可用",
        "Failed" => "失败",
        "Abandoned" => "已放弃",
        "failed" => "将重试",
        "delivered" => "已送达",
        "delivering" => "投递中",
        "dead" => "已放弃",
        "disabled" => "已停用",
        other => other,
    }
}
