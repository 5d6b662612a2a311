//! Sign-in and first set-up.

crate::i18n::texts! {
    pub SignIn {
        title: "Sign in", "登录";
        lead: "One console for all your Kubernetes clusters.", "一个控制台，管理所有 Kubernetes 集群。";
        user: "User name", "用户名";
        password: "Password", "密码";
        submit: "Sign in", "登录";
        setup_needed: "This installation has no user yet. Open the set-up link that the server printed when it started.", "尚未创建任何用户。请打开服务器启动时打印的初始化链接。";
        setup_title: "Set up Pilothouse", "初始化 Pilothouse";
        setup_lead: "Make the first admin. The link works once.", "创建第一个管理员。此链接只能使用一次。";
        setup_done: "Set-up is done already.", "初始化已完成。";
        setup_token: "Set-up token", "初始化令牌";
        setup_token_help: "It stands in the link that the server printed when it started.", "见服务器启动时打印的链接。";
        password_help: "8 to 128 bytes. A sentence is easier to keep than a word.", "8 至 128 字节。一句话比一个词更好记。";
        setup_submit: "Create admin", "创建管理员";
        go_sign_in: "Sign in", "去登录";
    }
}
