//! Those who wish us ill, and those who start us twice.

#![allow(clippy::unwrap_used)]

mod common;

use common::{PASSWORD, PATIENCE, Server};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is sent, on connections of their own, and never followed by anything.
const HALF_SAID: [&str; 5] = [
    "",
    "P",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET /livez HTTP/1.1\r\nHost: x",
    "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
];

#[tokio::test]
async fn a_connection_that_asks_for_nothing_is_closed() {
    let server = Server::start().await;
    let connect = async |said: &'static str| {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await;
        // A reset ends it as well.
        assert!(closed.is_ok(), "{said:?} stays open");
    };
    futures::future::join_all(HALF_SAID.map(connect)).await;
    server.anonymous("GET", "/livez").send().await;
}

#[tokio::test]
async fn a_query_that_would_cost_everybody_is_refused() {
    let server = Server::start().await;
    for q in [vec!["a"; 33].join("%20"), "a".repeat(2001)] {
        let answer = server.ask("GET", &format!("/api/v1/resources/pods?q={q}")).send().await;
        let problem = answer.expect_problem(400, "bad_query");
        assert!(problem["column"].as_u64().is_some_and(|column| column > 32), "{problem}");
    }
    server.get(&format!("/api/v1/resources/pods?q={}", ["a"; 32].join("%20"))).await;
}

#[tokio::test]
async fn many_wrong_passwords_at_once_are_not_all_looked_at() {
    let server = Server::start().await;
    server.add_user("mate", "viewer");
    let wrong = json!({"username": "mate", "password": "not the password"});
    let tries = (0..30).map(|_| server.anonymous("POST", "/api/v1/session").json(&wrong).send());
    let statuses: Vec<_> = futures::future::join_all(tries).await.into_iter().map(|answer| answer.status).collect();
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    // Five are free, and the sixth begins the wait.
    assert!((1..=6).contains(&looked_at), "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429 | 503)), "{statuses:?}");
    let right = json!({"username": "root", "password": PASSWORD});
    assert_eq!(server.anonymous("POST", "/api/v1/session").json(&right).send().await.status, 204);
}

#[tokio::test]
async fn one_server_at_a_time_has_a_data_directory() {
    let server = Server::start().await;
    let backup = server.data_dir().join("backup.db");
    let backup = backup.to_str().unwrap();
    assert_eq!(server.command(&["backup", backup]).await.status, 0);
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["restore", backup]] {
        let refused = server.command(arguments).await;
        assert_eq!(refused.status, 1, "{arguments:?}");
        assert!(refused.errors.contains("in use by a running server"), "{}", refused.errors);
    }
    server.get("/api/v1/users").await;
}

#[tokio::test]
async fn names_that_no_api_server_takes_are_sent_to_none() {
    let server = Server::start().await;
    for name in ["a b", "<script>", "../../x", "..", "a\u{0}b", &"x".repeat(254)] {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}});
        let answer = server.ask("POST", "/v1/schedule").json(&object).send().await;
        let problem = answer.expect_problem(422, "bad_name");
        assert_eq!(problem["fields"][0]["path"], "[0].metadata.name", "{problem}");
    }
}
