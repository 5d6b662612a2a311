use super::*;
use crate::EngineConfig;
use crate::monitor::channels::NewChannel;
use crate::monitor::{AlertQuery, DeliveryQuery};
use alerting::{Metric, Series};
use jiff::SignedDuration;
use model::access::Caller;
use model::wire::alerting::{AlertState as State, Sli};
use runtime::egress::TargetPolicy;
use std::sync::Arc;
use store::repositories::clusters::Cluster;

const CLUSTER: &str = "0198-sh";

async fn engine(dir: &std::path::Path) -> Engine {
    let policy = Arc::new(TargetPolicy::new(vec!["127.0.0.1/32".parse().unwrap()]));
    let config = EngineConfig::new(dir.to_path_buf(), "https://ph.example.com".into());
    Engine::open(config, policy).await.unwrap()
}

async fn with_cluster(engine: &Engine) {
    let now = Timestamp::now();
    let cluster = Cluster {
        id: CLUSTER.into(),
        name: "sh".into(),
        uid: None,
        labels: BTreeMap::new(),
        taints: Document::of(&[(); 0]).unwrap(),
        namespaces: Vec::new(),
        metrics_sources: Document::of(&BTreeMap::<String, String>::new()).unwrap(),
        weight: 1,
        cordoned: false,
        insecure: false,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        version: 1,
    };
    let mut unit = engine.store().begin().await.unwrap();
    unit.clusters().insert(&cluster).await.unwrap();
    unit.commit().await.unwrap();
}

async fn channel(engine: &Engine, name: &str, matchers: &[&str], send_resolved: bool) {
    let body = serde_json::json!({ "name": name, "kind": "webhook", "url": "http://127.0.0.1:1/canary",
        "secret": "canary", "matchers": matchers, "sendResolved": send_resolved });
    let new: NewChannel = serde_json::from_value(body).unwrap();
    engine.create_channel(&Caller::system(), new).await.unwrap();
}

/// Sync failures and the node ready ratio of the one cluster; None where the series is gone.
fn measured(failures: Option<f64>, ready: Option<f64>) -> Now {
    let mut now = Now::default();
    for (metric, value) in [(Metric::SyncFailures, failures), (Metric::Sli(Sli::NodeReadyRatio), ready)] {
        let Some(value) = value else { continue };
        let identity = [("cluster_id".to_string(), CLUSTER.to_string())].into();
        now.series.push(Series { metric, identity, value: Some(value).filter(|value| !value.is_nan()) });
        let details = [("reason".to_string(), "timeout".to_string())].into();
        now.about.push(About { cluster: Some((CLUSTER.into(), "sh".into())), labels: BTreeMap::new(), details });
    }
    now
}

struct Bench {
    engine: Engine,
    evaluator: Evaluator,
    rules: Vec<Rule>,
    begin: Timestamp,
}

impl Bench {
    async fn new(dir: &std::path::Path) -> Bench {
        let engine = engine(dir).await;
        let evaluator = Evaluator::load(&engine).await.unwrap();
        let rules = alerting::builtin::rules().iter().map(|rule| Rule::try_from(rule).unwrap()).collect();
        Bench { engine, evaluator, rules, begin: Timestamp::from_second(Timestamp::now().as_second()).unwrap() }
    }

    async fn at(&mut self, second: i64, measured: Now) {
        let now = self.begin + SignedDuration::from_secs(second);
        self.evaluator.judge(&self.engine, &self.rules, &measured, now).await.unwrap();
    }

    /// Rule and state of every alert, oldest first.
    async fn alerts(&self) -> Vec<(String, State)> {
        let listed = self.engine.alerts(&Caller::system(), AlertQuery::default()).await.unwrap();
        listed.items.into_iter().rev().map(|alert| (alert.rule, alert.state)).collect()
    }

    /// Channel, rule and state of everything in the outbox, oldest first.
    async fn told(&self) -> Vec<(String, String, State)> {
        let listed = self.engine.deliveries(&Caller::system(), DeliveryQuery::default()).await.unwrap();
        listed.items.into_iter().rev().map(|one| (one.channel, one.rule, one.alert_state)).collect()
    }
}

fn told(channel: &str, rule: &str, state: State) -> (String, String, State) {
    (channel.into(), rule.into(), state)
}

#[tokio::test]
async fn an_alert_is_told_when_it_fires_and_when_it_is_over_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path()).await;
    with_cluster(&bench.engine).await;
    channel(&bench.engine, "all", &[], true).await;
    channel(&bench.engine, "quiet", &["severity=\"critical\""], false).await;
    channel(&bench.engine, "other", &["cluster=\"bj\""], true).await;
    bench.at(0, measured(Some(0.0), Some(0.8))).await;
    assert_eq!(bench.alerts().await, [("NodeReadyLow".into(), State::Pending)]);
    assert_eq!(bench.told().await, [], "what is pending is not told");
    bench.at(60, measured(Some(0.0), Some(0.8))).await;
    assert_eq!(bench.told().await, [told("all", "NodeReadyLow", State::Firing)]);
    bench.at(65, measured(Some(0.0), Some(0.4))).await;
    let raised = [told("all", "NodeReadyLow", State::Firing), told("quiet", "NodeReadyLow", State::Firing)];
    assert_eq!(bench.told().await[1..], raised, "graver than before, so told again");

    bench.engine.shutdown(std::time::Duration::from_secs(1)).await;
    let mut bench = Bench::new(dir.path()).await;
    bench.at(70, measured(Some(0.0), Some(0.4))).await;
    assert_eq!(bench.told().await.len(), 3, "nothing is told twice");
    bench.at(80, measured(Some(0.0), Some(1.0))).await;
    assert_eq!(bench.alerts().await, [("NodeReadyLow".into(), State::Firing)]);
    bench.at(110, measured(Some(0.0), Some(1.0))).await;
    assert_eq!(bench.alerts().await, [("NodeReadyLow".into(), State::Resolved)]);
    assert_eq!(bench.told().await[3..], [told("all", "NodeReadyLow", State::Resolved)]);
    let listed = bench.engine.alerts(&Caller::system(), AlertQuery::default()).await.unwrap();
    let alert = &listed.items[0];
    assert_eq!((alert.value, alert.threshold), (Some(0.4), Some(0.5)));
    assert_eq!(alert.annotations["summary"], "Too few nodes of sh are ready");
    assert_eq!(alert.ends_at, Some(bench.begin + SignedDuration::from_secs(110)));
}

#[tokio::test]
async fn a_cluster_that_is_down_silences_what_follows_from_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path()).await;
    with_cluster(&bench.engine).await;
    channel(&bench.engine, "all", &[], true).await;
    bench.at(0, measured(Some(3.0), Some(0.1))).await;
    bench.at(60, measured(Some(9.0), Some(0.1))).await;
    assert_eq!(bench.alerts().await.len(), 2, "silenced alerts are in the history");
    assert_eq!(bench.told().await, [told("all", "ClusterAbnormal", State::Firing)]);

    bench.engine.shutdown(std::time::Duration::from_secs(1)).await;
    let mut bench = Bench::new(dir.path()).await;
    bench.at(70, measured(Some(0.0), Some(0.1))).await;
    bench.at(80, measured(Some(0.0), Some(0.1))).await;
    let after = [told("all", "ClusterAbnormal", State::Resolved), told("all", "NodeReadyLow", State::Firing)];
    assert_eq!(bench.told().await[1..], after, "what was held back is told once the cluster is back");
}

#[tokio::test]
async fn alerts_of_a_removed_cluster_are_over_and_those_never_told_stay_untold() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path()).await;
    with_cluster(&bench.engine).await;
    channel(&bench.engine, "all", &[], true).await;
    bench.at(0, measured(Some(3.0), Some(0.1))).await;
    bench.at(60, measured(Some(9.0), Some(0.1))).await;
    bench.at(65, measured(None, None)).await;
    assert!(bench.alerts().await.iter().all(|(_, state)| *state == State::Resolved));
    let expected = [told("all", "ClusterAbnormal", State::Firing), told("all", "ClusterAbnormal", State::Resolved)];
    assert_eq!(bench.told().await, expected);
    bench.at(70, measured(Some(3.0), None)).await;
    assert_eq!(bench.alerts().await.len(), 3, "the same thing again is a new alert");
}

#[tokio::test]
async fn a_pending_alert_that_passes_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path()).await;
    with_cluster(&bench.engine).await;
    bench.at(0, measured(Some(0.0), Some(0.1))).await;
    assert_eq!(bench.alerts().await.len(), 1);
    bench.at(5, measured(Some(0.0), Some(f64::NAN))).await;
    assert_eq!(bench.alerts().await, []);
}

/// Takes HTTP requests on a port of its own and keeps their bodies.
async fn receiver() -> (u16, Arc<std::sync::Mutex<Vec<serde_json::Value>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let bodies = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = Arc::clone(&bodies);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let body = loop {
                if stream.read_buf(&mut request).await.unwrap() == 0 {
                    break None;
                }
                let head = request.windows(4).position(|window| window == b"\r\n\r\n");
                if let Some(body) = head.and_then(|at| serde_json::from_slice(&request[at + 4..]).ok()) {
                    break Some(body);
                }
            };
            kept.lock().unwrap().extend(body);
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        }
    });
    (port, bodies)
}

#[tokio::test]
async fn what_waited_in_the_outbox_is_delivered_after_a_restart_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path()).await;
    with_cluster(&bench.engine).await;
    let (port, bodies) = receiver().await;
    let body =
        serde_json::json!({ "name": "hook", "kind": "webhook", "url": format!("http://127.0.0.1:{port}/canary") });
    let new: NewChannel = serde_json::from_value(body).unwrap();
    bench.engine.create_channel(&Caller::system(), new).await.unwrap();
    bench.at(0, measured(Some(3.0), None)).await;
    // A worker that took it and died.
    let mut unit = bench.engine.store().begin().await.unwrap();
    assert_eq!(unit.deliveries().claim_due(None, 9, Timestamp::now()).await.unwrap().len(), 1);
    unit.commit().await.unwrap();
    bench.engine.shutdown(std::time::Duration::from_secs(1)).await;

    // No cluster is registered in memory here, so that the alert is over at the first look.
    let engine = engine(dir.path()).await;
    engine.start_monitor().await.unwrap();
    for _ in 0..1000 {
        if bodies.lock().unwrap().len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let statuses: Vec<serde_json::Value> = bodies.lock().unwrap().iter().map(|body| body["status"].clone()).collect();
    assert_eq!(statuses, ["firing", "resolved"]);
    let test = engine.test_channel(&Caller::system(), "hook").await.unwrap();
    assert!(test.delivered, "{test:?}");
    engine.shutdown(std::time::Duration::from_secs(5)).await;
}
