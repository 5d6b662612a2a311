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
        "name_mismatch" => (Some("This is not the name."), "与名称不一致。"),
        "name_taken" | "duplicate_name" => (Some("This name is in use already."), "名称已被使用。"),
        "insecure_tls" => (None, "不接受 insecure-skip-tls-verify；如确有需要，请由管理员勾选“不校验其证书”。"),
        "bad_name" => (
            Some("1 to 64 letters, digits, dots, dashes, beginning with a letter or digit."),
            "1 至 64 个字母、数字、点或短横线，以字母或数字开头。",
        ),
        "password_length" => (Some("A password has 8 to 128 bytes."), "密码长度为 8 至 128 字节。"),
        "password_common" => {
            (Some("This password is among the first that anyone tries."), "此密码过于常见，容易被猜到。")
        }
        "last_admin" => {
            (Some("This is the last admin; make another one first."), "这是最后一位管理员，请先添加另一位管理员。")
        }
        "bad_expiry" => (Some("1 to 366 days."), "1 至 366 天。"),
        "bad_url" => (Some("An address of 1 to 2048 bytes, as in https://…"), "1 至 2048 字节的地址，例如 https://…"),
        "kind_unsupported" => (None, "不支持此类型。"),
        "bad_matcher" => (None, "匹配条件格式不正确，例如 severity=\"critical\"。"),
        "secret_required" => (Some("Another address needs the secret given anew."), "更换地址时须重新提供密钥。"),
        "idempotency_in_flight" => (None, "同一请求正在处理，请稍候。"),
        _ => return None,
    };
    match lang {
        Lang::En => en,
        Lang::Zh => Some(zh),
    }
}
