//! Registering clusters, changing and removing them.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Server, fleet, kubeconfig, nowhere, token};
use serde_json::{Value, json};

/// A text that no answer may repeat.
const MARK: &str = "m4rk-0f-the-f1le";

#[tokio::test]
async fn a_kubeconfig_or_a_token_registers_a_cluster() {
    let (server, fleet) = (Server::start().await, fleet(2, 1, 0).await);
    let [first, second] = fleet.clusters() else { panic!() };
    let new = json!({"name": "one", "labels": {"env": "prod"}, "weight": 3, "credential": kubeconfig(first)});
    let made = server.ask("POST", "/api/v1/clusters").json(&new).send().await;
    let cluster = made.expect_status(201);
    assert_eq!(
        (&cluster["name"], &cluster["labels"]["env"], &cluster["weight"]),
        (&json!("one"), &json!("prod"), &json!(3))
    );
    assert!(!made.text().contains(first.token()));
    server.add_cluster("two", token(second, second.server(), second.token())).await.expect_status(201);
    for name in ["one", "two"] {
        let online = server.wait_for(name, "to be online", |it| it["state"] == "Online").await;
        assert!(online["id"].is_string() && online["uid"].is_string() && online["version"].is_string(), "{online}");
        assert!(!online.to_string().contains("sim-"), "a credential was told: {online}");
        server
            .wait_for(name, "to tell ages", |it| it["ages"]["pod"].is_number() && it["ages"]["node"].is_number())
            .await;
    }
    let chosen = server.get("/api/v1/clusters?selector=env%3Dprod").await;
    assert_eq!(chosen["items"].as_array().unwrap().len(), 1);
    let summary = server.get("/api/v1/clusters/one/summary").await;
    assert_eq!(summary["name"], "one");
    server.ask("GET", "/api/v1/clusters/none").send().await.expect_problem(404, "not_found");
    server.ask("GET", "/api/v1/clusters?selector=%3D%3D").send().await.expect_problem(400, "bad_selector");
}

#[tokio::test]
async fn what_a_kubeconfig_must_not_say_is_refused_without_repeating_it() {
    let (server, fleet) = (Server::start().await, fleet(1, 1, 0).await);
    let here = fleet.clusters()[0].server();
    let plain = format!("server: '{here}'");
    let token = format!("token: {MARK}");
    let table = [
        (plain.clone(), format!("exec: {{command: {MARK}}}"), "users[0].user.exec", "exec_forbidden"),
        (
            plain.clone(),
            format!("auth-provider: {{name: {MARK}}}"),
            "users[0].user.auth-provider",
            "auth_provider_forbidden",
        ),
        (plain.clone(), format!("tokenFile: /{MARK}"), "users[0].user.tokenFile", "file_path_forbidden"),
        (plain.clone(), format!("client-key: /{MARK}"), "users[0].user.client-key", "file_path_forbidden"),
        (plain.clone(), format!("{token}, as: {MARK}"), "users[0].user.as", "impersonation_forbidden"),
        (
            format!("{plain}, proxy-url: 'http://{MARK}'"),
            token.clone(),
            "clusters[0].cluster.proxy-url",
            "proxy_forbidden",
        ),
        (
            format!("{plain}, certificate-authority: /{MARK}"),
            token.clone(),
            "clusters[0].cluster.certificate-authority",
            "file_path_forbidden",
        ),
        (
            format!("{plain}, insecure-skip-tls-verify: true"),
            token.clone(),
            "clusters[0].cluster.insecure-skip-tls-verify",
            "insecure_tls",
        ),
        (format!("server: 'http://{MARK}'"), token.clone(), "clusters[0].cluster.server", "bad_server"),
    ];
    for (cluster, user, path, code) in table {
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: x\nclusters: [{{name: c, cluster: {{{cluster}}}}}]\n\
             contexts: [{{name: x, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n"
        );
        let credential = json!({"kind": "kubeconfig", "kubeconfig": text});
        for answer in [
            server.add_cluster("hostile", credential.clone()).await,
            server.ask("POST", "/api/v1/clusters/validate").json(&json!({"credential": credential})).send().await,
        ] {
            let problem = answer.expect_status(422);
            let field = &problem["fields"][0];
            assert!(field["path"].as_str().unwrap().ends_with(path), "{path}: {problem}");
            assert_eq!(field["code"], code, "{path}");
            assert!(!answer.text().contains(MARK), "{problem}");
        }
    }
    let broken =
        server.add_cluster("hostile", json!({"kind": "kubeconfig", "kubeconfig": format!("a: [{MARK}")})).await;
    broken.expect_status(422);
    assert!(!broken.text().contains(MARK), "{}", broken.text());
    assert_eq!(server.get("/api/v1/clusters").await["items"], json!([]));
}

#[tokio::test]
async fn what_is_said_of_a_cluster_is_checked_field_by_field() {
    let (server, fleet) = (Server::start().await, fleet(1, 1, 0).await);
    let new = json!({"name": "Not A Name", "labels": {"a b": "c"}, "weight": 1_000_000, "credential": kubeconfig(&fleet.clusters()[0])});
    let problem = server.ask("POST", "/api/v1/clusters").json(&new).send().await.expect_status(422);
    let fields = problem["fields"].as_array().unwrap();
    for wanted in ["name", "labels", "weight"] {
        assert!(fields.iter().any(|field| field["path"].as_str().unwrap().starts_with(wanted)), "{wanted}: {problem}");
    }
}

#[tokio::test]
async fn the_same_cluster_under_a_second_name_is_refused() {
    let (server, fleet) = (Server::start().await, fleet(2, 1, 0).await);
    let [first, second] = fleet.clusters() else { panic!() };
    server.add_cluster("one", kubeconfig(first)).await.expect_status(201);
    let twin = server.add_cluster("two", token(first, first.server(), first.token())).await;
    let problem = twin.expect_problem(409, "duplicate_cluster");
    assert!(problem["detail"].as_str().unwrap().contains("one"), "{problem}");
    server.add_cluster("one", kubeconfig(second)).await.expect_problem(409, "name_taken");
}

#[tokio::test]
async fn loopback_is_forbidden_unless_it_is_allowed() {
    let (server, fleet) = (Server::with(&[]).await, fleet(1, 1, 0).await);
    let cluster = &fleet.clusters()[0];
    let metadata = token(cluster, "https://169.254.169.254", "abc");
    for credential in [kubeconfig(cluster), metadata] {
        let answer = server.add_cluster("one", credential).await;
        let problem = answer.expect_status(422);
        assert!(problem.to_string().contains("target_forbidden"), "{problem}");
        assert!(problem.to_string().contains("--allow-target"), "{problem}");
    }
}

#[tokio::test]
async fn a_cluster_that_cannot_be_reached_is_kept_and_told_offline() {
    let (server, fleet) = (Server::start().await, fleet(1, 1, 0).await);
    let made = server.add_cluster("far", token(&fleet.clusters()[0], &nowhere(), "abc")).await.expect_status(201);
    assert!(made["state"] == "Pending" || made["state"] == "Offline", "{made}");
    let offline = server.wait_for("far", "to be offline", |it| it["state"] == "Offline").await;
    assert_eq!(offline["schedulable"], false);
    assert!(!offline["reason"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn validating_tells_what_would_be_and_saves_nothing() {
    let (server, fleet) = (Server::start().await, fleet(1, 1, 0).await);
    let cluster = &fleet.clusters()[0];
    let validate = async |credential: Value| {
        let body = json!({"credential": credential});
        server.ask("POST", "/api/v1/clusters/validate").json(&body).send().await.expect_status(200)
    };
    let good = validate(kubeconfig(cluster)).await;
    assert_eq!(good["reachable"], true, "{good}");
    assert!(good["version"].is_string() && good["identity"].is_string(), "{good}");
    let permissions = good["permissions"].as_array().unwrap();
    let lists_pods = |it: &Value| it["resource"] == "pods" && it["verb"] == "list" && it["allowed"] == true;
    assert!(permissions.iter().any(lists_pods), "{good}");
    let gone = validate(token(cluster, &nowhere(), "abc")).await;
    assert_eq!(gone["reachable"], false, "{gone}");
    assert_eq!(server.get("/api/v1/clusters").await["items"], json!([]));
}

#[tokio::test]
async fn clusters_are_changed_cordoned_and_named_again() {
    let (server, fleet) = (Server::start().await, fleet(1, 1, 0).await);
    let cluster = &fleet.clusters()[0];
    let first = server.add_cluster("one", kubeconfig(cluster)).await.expect_status(201);
    let cordoned = server.ask("POST", "/api/v1/clusters/one/cordon").send().await.expect_status(200);
    assert_eq!((&cordoned["cordoned"], &cordoned["schedulable"]), (&json!(true), &json!(false)));
    let open = server.ask("POST", "/api/v1/clusters/one/uncordon").send().await.expect_status(200);
    assert_eq!(open["cordoned"], false);
    let patch = json!({"labels": {"env": "test"}, "weight": 7, "taints": [{"key": "gpu", "effect": "NoSchedule"}]});
    let changed = server.ask("PATCH", "/api/v1/clusters/one").json(&patch).send().await.expect_status(200);
    assert_eq!((&changed["labels"], &changed["weight"]), (&json!({"env": "test"}), &json!(7)));
    assert_eq!(changed["taints"][0]["key"], "gpu");
    assert_eq!(changed["id"], first["id"]);
    server.ask("DELETE", "/api/v1/clusters/one").send().await.expect_status(204);
    server.ask("GET", "/api/v1/clusters/one").send().await.expect_problem(404, "not_found");
    let again = server.add_cluster("one", kubeconfig(cluster)).await.expect_status(201);
    assert_ne!(again["id"], first["id"]);
    assert_eq!(again["labels"], json!({}));
}

#[tokio::test]
async fn a_credential_is_swapped_only_for_one_that_works_there() {
    let (server, fleet) = (Server::start().await, fleet(2, 1, 0).await);
    let [first, second] = fleet.clusters() else { panic!() };
    server.add_cluster("one", kubeconfig(first)).await.expect_status(201);
    server.wait_for("one", "to be online", |it| it["state"] == "Online").await;
    let swap = async |credential: Value| {
        let body = json!({"credential": credential});
        server.ask("PUT", "/api/v1/clusters/one/credential").json(&body).send().await
    };
    let wrong = swap(token(first, first.server(), MARK)).await;
    assert_eq!(wrong.expect_status(422)["fields"][0]["code"], "credential_rejected");
    assert!(!wrong.text().contains(MARK));
    swap(kubeconfig(second)).await.expect_problem(409, "other_cluster");
    let before = server.get("/api/v1/clusters/one").await;
    assert_eq!(before["credential"]["kind"], "kubeconfig");
    let after = swap(token(first, first.server(), first.token())).await.expect_status(200);
    assert_eq!((&after["credential"]["kind"], &after["id"]), (&json!("token"), &before["id"]));
    server.wait_for("one", "to be online", |it| it["state"] == "Online").await;
}
