//! Who is let in, and what every answer carries.

#![allow(clippy::unwrap_used)]

mod common;

use common::{PASSWORD, Server};
use serde_json::{Value, json};

const OPEN: [&str; 5] = ["/livez", "/readyz", "/healthz", "/version", "/openapi.json"];
const PAGES: [&str; 19] = [
    "/",
    "/clusters",
    "/clusters/a",
    "/resources/pods",
    "/resources/pods/a/b/c",
    "/events",
    "/schedule",
    "/decisions",
    "/decisions/a",
    "/inbox",
    "/profiles",
    "/alerts",
    "/silences",
    "/channels",
    "/users",
    "/tokens",
    "/audit",
    "/preferences",
    "/deliveries",
];
const FORMS: [&str; 4] = ["/forms/login", "/forms/logout", "/forms/users", "/forms/clusters"];

/// Every method and path that the description of the API has, with the parameters filled in.
async fn described(server: &Server) -> Vec<(String, String)> {
    let document = server.anonymous("GET", "/openapi.json").send().await.expect_status(200);
    let paths = document["paths"].as_object().unwrap();
    let routes: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            let path = path.replace(['{', '}'], "");
            item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        })
        .filter(|(method, _)| ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()))
        .collect();
    assert!(routes.len() > 30, "only {} routes are described", routes.len());
    routes
}

#[tokio::test]
async fn strangers_get_in_nowhere_but_at_the_open_doors() {
    let server = Server::start().await;
    for (method, path) in described(&server).await {
        let open = OPEN.contains(&path.as_str()) || (method.as_str(), path.as_str()) == ("POST", "/api/v1/session");
        if !open {
            let answer = server.anonymous(&method, &path).json(&json!({})).send().await;
            assert_eq!(answer.status, 401, "{method} {path}: {}", answer.text());
        }
    }
    for path in ["/api/v1/me", "/api/v1/nothing", "/metrics", "/readyz?verbose"] {
        server.anonymous("GET", path).send().await.expect_problem(401, "unauthenticated");
    }
    for path in PAGES {
        let answer = server.anonymous("GET", path).send().await;
        let to_login = answer.header("location").starts_with("/login");
        assert!(matches!(answer.status, 302 | 303 | 307) && to_login, "{path}: {}", answer.status);
    }
    for path in OPEN.into_iter().chain(["/login", "/setup"]) {
        let status = server.anonymous("GET", path).send().await.status;
        assert!(status == 200 || (path == "/readyz" && status == 503), "{path}: {status}");
    }
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_a_problem_that_says_so() {
    let server = Server::start().await;
    for (method, path) in [("POST", "/api/v1/me"), ("DELETE", "/api/v1/clusters"), ("PUT", "/livez")] {
        server.ask(method, path).json(&json!({})).send().await.expect_problem(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn a_bad_token_is_refused_whatever_else_is_right() {
    let server = Server::start().await;
    for token in ["ph_nonsense", "", "ph_", &server.admin[..server.admin.len() - 1]] {
        let answer = server.anonymous("GET", "/api/v1/me").token(token).send().await;
        answer.expect_problem(401, "unauthenticated");
    }
    assert_eq!(server.get("/api/v1/me").await["name"], "root");
}

#[tokio::test]
async fn another_site_may_write_nothing() {
    let server = Server::start().await;
    let writes = described(&server).await.into_iter().filter(|(method, _)| method != "GET");
    for (method, path) in writes.chain(FORMS.map(|path| ("POST".to_string(), path.to_string()))) {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
        ] {
            let answer = server.ask(&method, &path).header(name, value).json(&json!({})).send().await;
            answer.expect_problem(403, "cross_site");
        }
    }
    let own = format!("http://{}", server.address);
    let path = "/api/v1/tokens";
    let answer = server.ask("POST", path).header("origin", &own).json(&json!({"name": "mine"})).send().await;
    answer.expect_status(201);
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_misdirected() {
    let server = Server::start().await;
    for path in ["/", "/login", "/api/v1/me", "/openapi.json"] {
        for host in ["evil.example", "evil.example:80", "127.0.0.1:1"] {
            assert_eq!(server.ask("GET", path).header("host", host).send().await.status, 421, "{host} {path}");
        }
    }
    assert_eq!(server.anonymous("GET", "/livez").header("host", "10.1.2.3").send().await.status, 200);
}

#[tokio::test]
async fn answers_of_every_kind_carry_the_security_headers() {
    let server = Server::start().await;
    for path in
        ["/login", "/api/v1/me", "/api/v1/clusters/none", "/openapi.json", "/livez", "/no/such/page", "/metrics"]
    {
        let answer = server.ask("GET", path).send().await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "plain http promises no TLS");
    }
}

#[tokio::test]
async fn viewers_read_and_plan_but_change_nothing() {
    let server = Server::start().await;
    let viewer = server.add_user("eve", "viewer");
    let credential = json!({"kind": "token", "server": "https://10.0.0.1", "token": "abc"});
    let user = json!({"name": "mallory", "role": "admin", "password": PASSWORD});
    let template = json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}});
    let manifests = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
        "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": template}});
    let channel = json!({"name": "c", "kind": "webhook", "url": "https://example.com/a"});
    let table: [(&str, &str, Value); 11] = [
        ("POST", "/api/v1/clusters", json!({"name": "a", "credential": credential})),
        ("POST", "/api/v1/clusters/validate", json!({"credential": credential})),
        ("PATCH", "/api/v1/clusters/a", json!({"cordoned": true})),
        ("DELETE", "/api/v1/clusters/a", json!({})),
        ("PUT", "/api/v1/clusters/a/credential", json!({"credential": credential})),
        ("POST", "/api/v1/clusters/a/cordon", json!({})),
        ("POST", "/api/v1/users", user),
        ("PATCH", "/api/v1/users/root", json!({"disabled": true})),
        ("DELETE", "/api/v1/users/root", json!({})),
        ("POST", "/api/v1/channels", channel),
        ("POST", "/v1/schedule", manifests.clone()),
    ];
    for (method, path, body) in table {
        let answer = server.anonymous(method, path).token(&viewer).json(&body).send().await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
        answer.expect_problem(403, "forbidden");
    }
    for path in ["/api/v1/audit", "/api/v1/users"] {
        server.anonymous("GET", path).token(&viewer).send().await.expect_problem(403, "forbidden");
    }
    for path in ["/api/v1/me", "/api/v1/clusters", "/api/v1/resources/pods", "/api/v1/decisions"] {
        server.anonymous("GET", path).token(&viewer).send().await.expect_status(200);
    }
    let plan = server.anonymous("POST", "/v1/schedule?dryRun=plan").token(&viewer).json(&manifests).send().await;
    plan.expect_status(200);
}

#[tokio::test]
async fn a_session_begins_and_ends_with_its_cookie() {
    let server = Server::start().await;
    let sign_in = |password: &str| {
        server.anonymous("POST", "/api/v1/session").json(&json!({"username": "root", "password": password}))
    };
    let refused = sign_in("wrong password").send().await;
    refused.expect_status(401);
    assert_eq!(refused.cookie(), None);
    let answer = sign_in(PASSWORD).send().await;
    answer.expect_status(204);
    let cookie = answer.cookie().unwrap();
    let (pair, flags) = cookie.split_once(';').unwrap();
    assert!(pair.starts_with("pilothouse="));
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(flags.contains(flag), "{flags}");
    }
    assert!(!flags.contains("Secure"), "a browser would not send it back over http");
    let me = server.anonymous("GET", "/api/v1/me").header("cookie", pair).send().await;
    assert_eq!(me.expect_status(200)["name"], "root");
    let out = server.anonymous("DELETE", "/api/v1/session").header("cookie", pair).send().await;
    out.expect_status(204);
    assert!(out.cookie().unwrap().contains("Max-Age=0"));
    let after = server.anonymous("GET", "/api/v1/me").header("cookie", pair).send().await;
    after.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure_and_of_this_host_alone() {
    let server = Server::with(&["--public-url", "https://pilothouse.example"]).await;
    let body = json!({"username": "root", "password": PASSWORD});
    let ask = server.anonymous("POST", "/api/v1/session").header("host", "pilothouse.example").json(&body);
    let answer = ask.send().await;
    let cookie = answer.cookie().unwrap();
    assert!(cookie.starts_with("__Host-pilothouse=") && cookie.contains("; Secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn the_set_up_link_works_once() {
    let server = Server::empty().await;
    let link = server.setup_link.clone().unwrap();
    assert_eq!(server.anonymous("GET", &link).send().await.status, 200);
    let token = link.split_once('=').unwrap().1;
    let set_up = |name: &str, token: &str| {
        let form = format!("token={token}&username={name}&password=correct+horse+battery");
        server.anonymous("POST", "/forms/setup").body("application/x-www-form-urlencoded", &form)
    };
    assert_eq!(set_up("mallory", "guessed").send().await.cookie(), None);
    let done = set_up("first", token).send().await;
    assert_eq!((done.status, done.header("location")), (303, "/"), "{}", done.text());
    let cookie = done.cookie().unwrap();
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(set_up("second", token).send().await.cookie(), None);
    let users = server.anonymous("GET", "/api/v1/users").header("cookie", pair).send().await.expect_status(200);
    let names: Vec<_> = users["items"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect();
    assert_eq!(names, ["first"]);
}
