//! Asking where a workload goes, and having it put there.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Answer, Server, fleet, wait_until};
use serde_json::{Value, json};
use simulator::faults::{Effect, Fault};
use simulator::fleet::{Fleet, SimCluster};
use simulator::object_store::kinds;

const FILTERS: [&str; 13] = [
    "ClusterSelected",
    "ClusterCordoned",
    "ClusterHealth",
    "SyncStaleness",
    "ClusterTaint",
    "ApiServed",
    "NamespaceExists",
    "NodeEligible",
    "Capacity",
    "Quota",
    "LimitRange",
    "Excluded",
    "ClusterWeightZero",
];

async fn furnished(clusters: usize, nodes: usize) -> (Server, Fleet) {
    let (server, fleet) = (Server::start().await, fleet(clusters, nodes, 0).await);
    server.take_in(&fleet).await;
    (server, fleet)
}

fn deployment(name: &str, cpu: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "default"}, "spec": {
        "replicas": 1, "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [
            {"name": "app", "image": "registry.example/app:1", "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}}}]}}}})
}

/// The manifests of a request are text, in which JSON is YAML too.
fn request(name: &str, more: Value) -> Value {
    let mut request = json!({"name": name, "namespace": "default", "manifests": deployment(name, "100m").to_string()});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

async fn plan(server: &Server, body: &Value) -> Answer {
    server.ask("POST", "/v1/schedule?dryRun=plan").json(body).send().await
}

/// A body in YAML.
async fn plan_text(server: &Server, text: &str) -> Answer {
    server.ask("POST", "/api/v1/schedule?dryRun=plan").body("application/yaml", text).send().await
}

#[tokio::test]
async fn a_plan_comes_from_json_from_yaml_and_from_bare_manifests() {
    let (server, fleet) = furnished(2, 2).await;
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
                    template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: app, image: i}]}\n";
    let yaml = format!("name: web\nnamespace: default\nmanifests: |\n  {}", manifest.replace('\n', "\n  "));
    let documents = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{a: b}}\n---\n{manifest}");
    for answer in [
        plan(&server, &request("web", json!({}))).await,
        plan(&server, &deployment("web", "100m")).await,
        plan_text(&server, &yaml).await,
        plan_text(&server, &documents).await,
    ] {
        let answer = answer.expect_status(200);
        assert_eq!((&answer["outcome"], &answer["phase"]), (&json!("Scheduled"), &json!("Planned")), "{answer}");
        let ranking = answer["ranking"].as_array().unwrap();
        assert_eq!(ranking.len(), 2);
        assert_eq!(answer["target"]["cluster"], ranking[0]["cluster"]);
        assert!(ranking[0]["total"].as_f64() >= ranking[1]["total"].as_f64());
        for ranked in ranking {
            let total = ranked["total"].as_f64().unwrap();
            let parts: f64 =
                ranked["scores"].as_array().unwrap().iter().map(|s| s["contribution"].as_f64().unwrap()).sum();
            assert!((0.0..=100.0).contains(&total) && (total - parts).abs() < 1.0, "{ranked}");
        }
        assert_eq!(answer["dataAge"].as_object().unwrap().len(), 2);
    }
    for cluster in fleet.clusters() {
        assert_eq!(cluster.store().count(&kinds::DEPLOYMENT, Some("default")), 0, "a plan changes nothing");
    }
}

#[tokio::test]
async fn the_full_explanation_has_every_filter_on_every_cluster() {
    let (server, _fleet) = furnished(2, 2).await;
    let answer = plan(&server, &request("web", json!({"explain": "full"}))).await.expect_status(200);
    let verdicts = answer["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 2);
    for verdict in verdicts {
        let filters = verdict["filters"].as_object().unwrap();
        for filter in FILTERS {
            let word = filters.get(filter).and_then(Value::as_str).unwrap_or("absent");
            assert!(["Pass", "Reject", "Unknown", "NotApplicable"].contains(&word), "{filter}: {word}");
        }
    }
}

#[tokio::test]
async fn what_is_placed_becomes_available_and_a_key_replays_it() {
    let (server, fleet) = furnished(2, 2).await;
    let place = async |body: &Value, key: &str| {
        server.ask("POST", "/v1/schedule").header("idempotency-key", key).json(body).send().await
    };
    let body = request("web", json!({}));
    let first = place(&body, "one").await.expect_status(201);
    let id = first["id"].as_str().unwrap().to_string();
    let path = format!("/api/v1/decisions/{id}");
    let done = wait_until("the workload to be available", async || {
        Some(server.get(&path).await).filter(|decision| decision["phase"] == "Available")
    })
    .await;
    let target = done["target"]["cluster"].as_str().unwrap();
    let objects = |cluster: &SimCluster| cluster.store().count(&kinds::DEPLOYMENT, Some("default"));
    for cluster in fleet.clusters() {
        assert_eq!(objects(cluster), usize::from(cluster.name() == target));
    }
    let replayed = place(&body, "one").await;
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    let replayed = replayed.expect_status(200);
    assert_eq!((replayed["id"].as_str(), &replayed["phase"]), (Some(id.as_str()), &json!("Available")));
    place(&request("other", json!({})), "one").await.expect_problem(422, "idempotency_mismatch");
    assert_eq!(server.get("/api/v1/decisions").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_by_line_and_column() {
    let server = Server::start().await;
    let json = server.ask("POST", "/v1/schedule").body("application/json", "{\n \"name\": }").send().await;
    let yaml = plan_text(&server, "name: web\nmanifests: [a\nb: c").await;
    for answer in [json, yaml] {
        let problem = answer.expect_status(400);
        assert!(problem["line"].as_u64().unwrap() >= 2 && problem["column"].is_u64(), "{problem}");
    }
    plan_text(&server, "").await.expect_problem(400, "empty");
    server
        .ask("POST", "/v1/schedule?dryRun=maybe")
        .json(&request("a", json!({})))
        .send()
        .await
        .expect_problem(400, "bad_dry_run");
}

#[tokio::test]
async fn names_that_nobody_knows_and_kinds_that_go_nowhere_are_refused() {
    let (server, _fleet) = furnished(1, 1).await;
    for more in [
        json!({"profile": "nobody"}),
        json!({"clusters": {"names": ["nobody"]}}),
        json!({"scorers": {"mode": "exact", "weights": {"Nobody": 1}}}),
        json!({"fallback": {"chain": [["nobody"]]}}),
        json!({"weights": {"nobody": 1}}),
    ] {
        let answer = plan(&server, &request("web", more.clone())).await;
        assert_eq!(answer.status, 422, "{more}: {}", answer.text());
        assert!(answer.text().to_lowercase().contains("nobody"), "{more}: {}", answer.text());
    }
    for (version, kind) in [("v1", "Node"), ("v1", "Pod"), ("apps/v1", "DaemonSet")] {
        let object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}});
        plan(&server, &object).await.expect_problem(422, "kind_unsupported");
    }
    for (more, code, path) in [
        (json!({"namespace": "Bad_Name"}), "bad_namespace", "namespace"),
        (json!({"tolerations": [{"key": "a", "operator": "CANARY"}]}), "wrong_type", "tolerations[0].operator"),
        (json!({"fallback": {"maxAttempts": 0}}), "bad_max_attempts", "fallback.maxAttempts"),
        (json!({"fallback": {"tiers": []}}), "unknown_field", "fallback.tiers"),
    ] {
        let answer = plan(&server, &request("web", more)).await;
        assert!(!answer.text().contains("CANARY"), "{}", answer.text());
        let problem = answer.expect_problem(422, code);
        assert_eq!(problem["fields"][0]["path"], path, "{problem}");
    }
}

#[tokio::test]
async fn where_nothing_fits_every_cluster_says_why() {
    let (server, _fleet) = furnished(2, 1).await;
    let answer = plan(&server, &deployment("huge", "5000")).await.expect_status(200);
    assert_eq!((&answer["outcome"], &answer["target"]), (&json!("Unschedulable"), &Value::Null));
    let rejected = answer["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), 2);
    for cluster in rejected {
        let reasons = cluster["reasons"].as_array().unwrap();
        let capacity =
            reasons.iter().find(|reason| reason["filter"] == "Capacity").unwrap_or_else(|| panic!("{cluster}"));
        assert_eq!(
            (&capacity["verdict"], &capacity["need"], &capacity["have"]),
            (&json!("Reject"), &json!("1"), &json!("0"))
        );
        assert!(!capacity["message"].as_str().unwrap().is_empty() && capacity["code"].is_string());
    }
    let nobody = Server::start().await;
    let answer = plan(&nobody, &deployment("web", "1")).await.expect_status(200);
    assert_eq!(answer["outcome"], "Unschedulable");
}

#[tokio::test]
async fn cordoned_clusters_are_passed_over() {
    let (server, fleet) = furnished(2, 1).await;
    let name = fleet.clusters()[0].name();
    server.ask("POST", &format!("/api/v1/clusters/{name}/cordon")).send().await.expect_status(200);
    let answer = plan(&server, &deployment("web", "100m")).await.expect_status(200);
    assert_eq!(answer["target"]["cluster"], fleet.clusters()[1].name());
    assert_eq!(answer["rejected"][0]["reasons"][0]["filter"], "ClusterCordoned", "{answer}");
}

/// The CPU that pods may use on the only node, in millicores.
fn millicores(cluster: &SimCluster) -> u64 {
    let (nodes, _) = cluster.store().list(&kinds::NODE, None);
    let text = nodes[0]["status"]["allocatable"]["cpu"].as_str().unwrap();
    text.strip_suffix('m').map_or_else(|| text.parse::<u64>().unwrap() * 1000, |milli| milli.parse().unwrap())
}

#[tokio::test]
async fn two_asks_never_share_one_hole() {
    let (server, fleet) = furnished(1, 1).await;
    let cpu = format!("{}m", millicores(&fleet.clusters()[0]) * 3 / 5);
    let ask = |name: &str| server.ask("POST", "/v1/schedule").json(&deployment(name, &cpu)).send();
    let (one, two, three) = tokio::join!(ask("one"), ask("two"), ask("three"));
    let mut answers = [one, two, three].map(|answer| (answer.status, answer.json()["outcome"].to_string()));
    answers.sort();
    let no = || (200, "\"Unschedulable\"".to_string());
    assert_eq!(answers, [no(), no(), (201, "\"Scheduled\"".to_string())]);
}

#[tokio::test]
async fn a_cluster_that_went_silent_leaves_the_pool() {
    let (server, fleet) = furnished(2, 1).await;
    let body = deployment("web", "100m");
    let chosen = plan(&server, &body).await.expect_status(200)["target"]["cluster"].as_str().unwrap().to_string();
    let silent = fleet.clusters().iter().find(|cluster| cluster.name() == chosen).unwrap();
    silent.faults().add(Fault::always(Effect::BlackHole)).unwrap();
    let find = |answer: &Value| {
        let rejected = answer["rejected"].as_array().unwrap();
        rejected.iter().find(|cluster| cluster["cluster"] == chosen.as_str()).cloned()
    };
    // Equal clusters are chosen by lot: that the other one was taken says nothing yet.
    let answer = wait_until("the silent cluster to be rejected", async || {
        Some(plan(&server, &body).await.expect_status(200)).filter(|answer| find(answer).is_some())
    })
    .await;
    assert_eq!(answer["outcome"], "Scheduled");
    assert_ne!(answer["target"]["cluster"], chosen.as_str());
    let rejected = find(&answer).unwrap();
    let filters: Vec<_> =
        rejected["reasons"].as_array().unwrap().iter().map(|it| it["filter"].as_str().unwrap()).collect();
    assert!(filters.iter().any(|filter| ["ClusterHealth", "SyncStaleness"].contains(filter)), "{filters:?}");
}

#[tokio::test]
async fn what_did_not_become_available_failed_and_is_unknown_where_the_cluster_fell_silent() {
    let (server, fleet) = furnished(1, 1).await;
    let place = async |name: &str, patience: &str| {
        let mut workload = deployment(name, "100m");
        workload["spec"]["template"]["spec"]["containers"][0]["image"] = json!("registry.example/app:missing");
        let fallback = json!({"attemptTimeout": patience});
        let body =
            json!({"name": name, "namespace": "default", "fallback": fallback, "manifests": workload.to_string()});
        let answer = server.ask("POST", "/v1/schedule").json(&body).send().await.expect_status(201);
        format!("/api/v1/decisions/{}", answer["id"].as_str().unwrap())
    };
    let reaches = async |path: &str, phase: &str| {
        wait_until(phase, async || Some(server.get(path).await).filter(|decision| decision["phase"] == phase)).await
    };
    let failed = place("answers", "1s").await;
    assert_eq!(reaches(&failed, "Failed").await["outcome"], "NeedsIntervention");
    let silenced = place("silent", "10s").await;
    reaches(&silenced, "Progressing").await;
    fleet.clusters()[0].faults().add(Fault::always(Effect::BlackHole)).unwrap();
    let unknown = reaches(&silenced, "Unknown").await;
    assert_eq!(unknown["outcome"], "NeedsIntervention");
    assert!(unknown["attempts"][0]["error"].as_str().unwrap().starts_with("not available after 10 s"), "{unknown}");
}
