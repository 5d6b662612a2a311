//! Lists over many clusters, and their changes as they happen.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Server, fleet};
use serde_json::{Value, json};
use simulator::fleet::Fleet;
use simulator::object_store::kinds;

async fn furnished() -> (Server, Fleet) {
    let (server, fleet) = (Server::start().await, fleet(2, 3, 40).await);
    server.take_in(&fleet).await;
    (server, fleet)
}

fn all_pods(fleet: &Fleet) -> u64 {
    fleet.clusters().iter().map(|cluster| cluster.store().count(&kinds::POD, None) as u64).sum()
}

fn rows(list: &Value) -> &Vec<Value> {
    list["rows"].as_array().unwrap()
}

#[tokio::test]
async fn pods_of_all_clusters_are_one_list() {
    let (server, fleet) = furnished().await;
    let list = server.get("/api/v1/resources/pods?limit=1000").await;
    assert_eq!((&list["kind"], list["total"].as_u64()), (&json!("pods"), Some(all_pods(&fleet))));
    assert_eq!(rows(&list).len() as u64, all_pods(&fleet));
    for row in rows(&list) {
        for key in ["cluster", "namespace", "name", "uid", "createdAt", "labels", "syncedAt", "phase", "status"] {
            assert!(!row[key].is_null(), "no {key} in {row}");
        }
        assert!(row["requests"]["cpu"].is_number() || row["requests"]["cpu"].is_string(), "{row}");
        assert!(row["restarts"].is_number() && row["images"].is_array(), "{row}");
    }
    let clusters = list["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 2);
    for cluster in clusters {
        assert_eq!((&cluster["state"], &cluster["stale"]), (&json!("Online"), &json!(false)));
        assert!(cluster["age"].as_f64().unwrap() >= 0.0);
    }
}

#[tokio::test]
async fn a_query_narrows_and_a_sort_orders() {
    let (server, fleet) = furnished().await;
    let name = fleet.clusters()[0].name();
    let list = server.get(&format!("/api/v1/resources/pods?q=cluster:{name}&sort=-name&limit=1000")).await;
    assert_eq!(list["total"].as_u64().unwrap(), fleet.clusters()[0].store().count(&kinds::POD, None) as u64);
    let names: Vec<_> = rows(&list).iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted_by(|a, b| a >= b), "{names:?}");
    assert!(rows(&list).iter().all(|row| row["cluster"] == name));
    let same = server.get(&format!("/api/v1/resources/pods?clusters={name}")).await;
    assert_eq!(same["total"], list["total"]);
    let none = server.get("/api/v1/resources/pods?q=restarts:%3E100000").await;
    assert_eq!((&none["total"], rows(&none).len()), (&json!(0), 0));
}

#[tokio::test]
async fn a_page_and_a_window_begin_at_any_row() {
    let (server, _fleet) = furnished().await;
    let uids = |list: &Value| rows(list).iter().map(|row| row["uid"].clone()).collect::<Vec<_>>();
    let all = uids(&server.get("/api/v1/resources/pods?sort=name&limit=1000").await);
    let page = server.get("/api/v1/resources/pods?sort=name&offset=30&limit=7").await;
    assert_eq!((uids(&page), page["total"].as_u64()), (all[30..37].to_vec(), Some(all.len() as u64)));
    let mut events = server.ask("GET", "/api/v1/stream?kind=pods&sort=name&offset=30&limit=7").events().await;
    assert_eq!(uids(&events.next("page").await), all[30..37]);
    let behind = server.get("/api/v1/resources/pods?offset=100000").await;
    assert_eq!((rows(&behind).len(), behind["total"].as_u64()), (0, Some(all.len() as u64)));
    for path in ["/api/v1/resources/pods?offset=1&cursor=x", "/api/v1/stream?kind=pods&offset=x"] {
        server.ask("GET", path).send().await.expect_problem(400, "bad_offset");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let (server, fleet) = furnished().await;
    let mut seen = std::collections::BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("/api/v1/resources/pods?sort=name&limit=7{cursor}")).await;
        assert!(rows(&page).len() <= 7);
        for row in rows(&page) {
            assert!(seen.insert(row["uid"].as_str().unwrap().to_string()), "{row} came twice");
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len() as u64, all_pods(&fleet));
}

#[tokio::test]
async fn facets_count_and_csv_has_the_same_rows() {
    let (server, fleet) = furnished().await;
    let list = server.get("/api/v1/resources/pods?facets=cluster").await;
    let values = list["facets"][0]["values"].as_array().unwrap();
    assert_eq!(values.iter().map(|value| value["count"].as_u64().unwrap()).sum::<u64>(), all_pods(&fleet));
    let csv = server.ask("GET", "/api/v1/resources/pods?format=csv").send().await;
    csv.expect_status(200);
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.header("content-disposition").contains("pods.csv"));
    let mut lines = csv.text().lines();
    let head = lines.next().unwrap();
    assert!(head.contains("cluster") && head.contains("name"), "{head}");
    assert_eq!(lines.count() as u64, all_pods(&fleet));
}

#[tokio::test]
async fn what_cannot_be_answered_is_told_where() {
    let server = Server::start().await;
    let bad = server.ask("GET", "/api/v1/resources/pods?q=name:a%20restarts:%3Emany").send().await;
    let problem = bad.expect_problem(400, "bad_query");
    assert!(problem["column"].as_u64().unwrap() >= 8, "{problem}");
    assert_eq!(problem["fields"][0]["path"], "q");
    for (query, code) in [
        ("sort=nothing", "bad_sort"),
        ("limit=1001", "bad_limit"),
        ("facets=nothing", "bad_facet"),
        ("cursor=nonsense", "bad_cursor"),
        ("format=xml", "bad_format"),
    ] {
        server.ask("GET", &format!("/api/v1/resources/pods?{query}")).send().await.expect_problem(400, code);
    }
    server.ask("GET", "/api/v1/resources/dragons").send().await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn every_mirrored_kind_is_listed() {
    let (server, _fleet) = furnished().await;
    let kinds = server.get("/api/v1/resources").await;
    let items = kinds["items"].as_array().unwrap();
    for wanted in ["pods", "nodes", "namespaces", "deployments", "resourcequotas", "limitranges"] {
        assert!(items.iter().any(|kind| kind["plural"] == wanted && kind["mirrored"] == true), "no {wanted}");
        server.get(&format!("/api/v1/resources/{wanted}")).await;
    }
    let nodes = server.get("/api/v1/resources/nodes").await;
    assert_eq!(nodes["total"], 6);
}

#[tokio::test]
async fn the_stream_begins_with_the_page_and_goes_on_with_what_changed() {
    let (server, fleet) = furnished().await;
    let mut events = server.ask("GET", "/api/v1/stream?kind=pods&sort=name&limit=5").events().await;
    let page = events.next("page").await;
    assert_eq!((rows(&page).len(), page["total"].as_u64()), (5, Some(all_pods(&fleet))));
    let row = &rows(&page)[0];
    let (namespace, name) = (row["namespace"].as_str().unwrap(), row["name"].as_str().unwrap());
    let cluster = fleet.clusters().iter().find(|cluster| row["cluster"] == cluster.name()).unwrap();
    cluster
        .store()
        .update(&kinds::POD, Some(namespace), name, |pod| pod["metadata"]["labels"]["touched"] = json!("yes"))
        .unwrap();
    loop {
        let delta = events.next("delta").await;
        assert_eq!(delta["order"].as_array().unwrap().len(), 5);
        if let Some(changed) = rows(&delta).iter().find(|changed| changed["uid"] == row["uid"]) {
            assert_eq!(changed["labels"]["touched"], "yes");
            assert!(delta["revision"].as_u64() > page["revision"].as_u64());
            break;
        }
    }
    let (path, last) = ("/api/v1/stream?kind=pods&sort=name&limit=5", events.last_id.clone());
    drop(events);
    // The server notices at its next word.
    let resumed = async |last: &str| {
        let mut events = server.ask("GET", path).header("last-event-id", last).events().await;
        events.any().await.0
    };
    let mut first = resumed("unknown").await;
    assert_eq!(first, "page");
    let begun = std::time::Instant::now();
    while first != "delta" {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it was never resumed");
        cluster
            .store()
            .update(&kinds::POD, Some(namespace), name, |pod| pod["metadata"]["labels"]["touched"] = json!("no"))
            .unwrap();
        first = resumed(&last).await;
    }
    server.ask("GET", "/api/v1/stream?topics=dragons").send().await.expect_problem(400, "bad_topic");
}
