//! What went wrong, by the stable code of a problem. Where a code has no text here, the problem's own is shown.

use super::Lang;

/// The text for a code: always in Chinese where we have one; in English only for those that come as a bare code.
pub fn problem_text(lang: Lang, code: &str) -> Option<&'static str> {
    let (en, zh) = match code {
        "bad_credentials" | "invalid_credentials" => {
            (Some("The user name or the password is not right."), "用户名或密码不正确。")
        }
        "too_many_attempts" | "too_many_requests" | "rate_limited" => {
            (Some("Too many attempts. Wait a minute and try again."), "尝试次数过多，请稍后再试。")
        }
        "bad_setup_token" | "invalid_setup_token" => {
            (Some("This set-up link is not valid any more."), "初始化链接已失效。")
        }
        "unreachable" => (None, "服务器没有响应。"),
        "unauthenticated" => (None, "登录已过期，请重新登录。"),
        "forbidden" => (None, "您的角色没有此权限。"),
        "internal" => (None, "服务器内部出错，详情见日志。"),
        "required" => (Some("This is needed."), "此项必填。"),
        "name_mismatch" => (None, "与集群名称不一致。"),
        "name_taken" | "duplicate_name" => (Some("This name is in use already."), "名称已被使用。"),
        "insecure_tls" => (None, "不接受 insecure-skip-tls-verify；如确有需要，请由管理员勾选“不校验其证书”。"),
        _ => return None,
    };
    match lang {
        Lang::En => en,
        Lang::Zh => Some(zh),
    }
}
