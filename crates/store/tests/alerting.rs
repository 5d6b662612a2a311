//! Samples, rules, alerts, silences, channels, and the outbox.
#![allow(clippy::unwrap_used)] // helpers of tests

mod common;

use common::{Bench, alert, at, json};
use jiff::SignedDuration;
use store::{
    PageRequest, Sealed, StoreError, Unique, WriteUnit,
    repositories::{
        alert_rules::AlertRule,
        alerts::{AlertFilter, AlertState},
        channels::Channel,
        deliveries::{AttemptResult, Delivery, DeliveryFilter, DeliveryState, NewDelivery},
        silences::Silence,
        slis::{Sample, SampleRange},
    },
};

fn sample(cluster: &str, sli: &str, second: i64, value: Option<f64>) -> Sample {
    Sample { cluster_id: cluster.to_owned(), sli: sli.to_owned(), at: at(second), value }
}

#[tokio::test]
async fn samples_are_read_step_by_step() {
    let bench = Bench::new().await;
    bench.add_cluster("c1", "sh").await;
    bench.add_cluster("c2", "bj").await;
    let mut unit = bench.begin().await;
    let mut samples: Vec<_> = (0..2500).map(|n| sample("c1", "ready", n, Some(n as f64))).collect();
    samples.push(sample("c2", "ready", 0, None));
    samples.push(sample("c1", "latency", 0, Some(0.25)));
    unit.slis().insert(&samples).await.unwrap();
    unit.slis().insert(&[sample("c1", "ready", 0, Some(10.0))]).await.unwrap();
    let range = SampleRange {
        cluster_id: Some("c1".to_owned()),
        sli: Some("ready".to_owned()),
        from: at(0),
        to: at(20),
        step: SignedDuration::from_secs(10),
    };
    let points = unit.slis().range(&range).await.unwrap();
    let seen: Vec<_> = points.iter().map(|p| (p.at, p.mean, p.min, p.max, p.count)).collect();
    assert_eq!(
        seen,
        [(at(0), Some(5.5), Some(1.0), Some(10.0), 10), (at(10), Some(14.5), Some(10.0), Some(19.0), 10),]
    );
    let everything = SampleRange { cluster_id: None, sli: None, to: at(1), ..range.clone() };
    let points = unit.slis().range(&everything).await.unwrap();
    let seen: Vec<_> = points.iter().map(|p| (p.cluster_id.as_str(), p.sli.as_str(), p.mean, p.count)).collect();
    assert_eq!(seen, [("c1", "latency", Some(0.25), 1), ("c1", "ready", Some(10.0), 1), ("c2", "ready", None, 0)]);
    for wrong in [
        SampleRange { step: SignedDuration::ZERO, ..range.clone() },
        SampleRange { to: at(0), ..range.clone() },
        SampleRange { to: at(20_000), step: SignedDuration::from_secs(1), ..range.clone() },
    ] {
        assert!(matches!(unit.slis().range(&wrong).await, Err(StoreError::Invalid { .. })), "{wrong:?}");
    }
    for value in [f64::NAN, f64::INFINITY] {
        let refused = unit.slis().insert(&[sample("c1", "ready", 0, Some(value))]).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })));
    }
    let unknown = unit.slis().insert(&[sample("c9", "ready", 0, None)]).await;
    assert!(matches!(unknown, Err(StoreError::Reference)));
    assert_eq!(unit.slis().prune(at(2000), 1500).await.unwrap(), 1500);
    assert_eq!(unit.slis().prune(at(2000), 1500).await.unwrap(), 502);
    assert_eq!(unit.slis().delete_cluster("c1").await.unwrap(), 500);
}

#[tokio::test]
async fn rules_that_come_with_the_program_keep_changes_and_stay() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    assert!(unit.alert_rules().ensure_builtin("NodeReadyLow", &json("1"), at(0)).await.unwrap());
    unit.alert_rules().update("NodeReadyLow", &json("2"), false, at(1)).await.unwrap();
    assert!(!unit.alert_rules().ensure_builtin("NodeReadyLow", &json("3"), at(2)).await.unwrap());
    let own = AlertRule { name: "Own".to_owned(), body: json("{}"), builtin: false, enabled: true, updated_at: at(3) };
    unit.alert_rules().insert(&own).await.unwrap();
    let taken = unit.alert_rules().insert(&own).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Unique::AlertRuleName })));
    let rules = unit.alert_rules().all().await.unwrap();
    assert_eq!((rules[0].body.as_str(), rules[0].enabled, rules[0].builtin), ("2", false, true));
    assert_eq!(rules[1], own);
    assert!(matches!(unit.alert_rules().delete("NodeReadyLow").await, Err(StoreError::Invalid { .. })));
    unit.alert_rules().delete("Own").await.unwrap();
    assert!(unit.alert_rules().get("Own").await.is_err());
    assert!(matches!(unit.alert_rules().delete("Own").await, Err(StoreError::NotFound { .. })));
    assert!(unit.alert_rules().update("Own", &json("1"), true, at(0)).await.is_err());
}

#[tokio::test]
async fn one_alert_of_a_fingerprint_is_current() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    let mut first = alert("a1", "f1");
    unit.alerts().put(&first).await.unwrap();
    let taken = unit.alerts().put(&alert("a2", "f1")).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Unique::AlertFingerprint })));
    assert_eq!(unit.alerts().current("f1").await.unwrap(), Some(first.clone()));
    unit.alerts().acknowledge("a1", "ada", "on it", at(70)).await.unwrap();
    (first.state, first.ends_at, first.revision) = (AlertState::Resolved, Some(at(90)), 2);
    unit.alerts().put(&first).await.unwrap();
    let stored = unit.alerts().get("a1").await.unwrap();
    assert_eq!((stored.ack_by.as_deref(), stored.ack_note.as_deref()), (Some("ada"), Some("on it")));
    assert_eq!((stored.ack_at, stored.ends_at, stored.state), (Some(at(70)), Some(at(90)), AlertState::Resolved));
    first.revision = 1;
    assert!(matches!(unit.alerts().put(&first).await, Err(StoreError::Stale { .. })));
    assert_eq!(unit.alerts().current("f1").await.unwrap(), None);
    unit.alerts().put(&alert("a2", "f1")).await.unwrap();
    let mut pending = alert("a3", "f2");
    pending.state = AlertState::Pending;
    unit.alerts().put(&pending).await.unwrap();
    let current = unit.alerts().all_current().await.unwrap();
    assert_eq!(current.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(), ["a2", "a3"]);
    assert!(unit.alerts().discard_pending("a2").await.is_err(), "a raised one stays");
    unit.alerts().discard_pending("a3").await.unwrap();
}

#[tokio::test]
async fn alerts_are_listed_by_filter() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    let mut over = alert("a1", "f1");
    (over.state, over.ends_at) = (AlertState::Resolved, Some(at(100)));
    let mut warning = alert("a2", "f2");
    (warning.severity, warning.cluster_name) = ("warning".to_owned(), Some("bj".to_owned()));
    warning.starts_at = at(200);
    let mut other = alert("a3", "f3");
    other.rule = "ApiLatencyHigh".to_owned();
    for row in [&over, &warning, &other] {
        unit.alerts().put(row).await.unwrap();
    }
    let some = |text: &str| Some(text.to_owned());
    let none = AlertFilter::default;
    for (filter, expected) in [
        (none(), vec!["a3", "a2", "a1"]),
        (AlertFilter { state: Some(AlertState::Firing), ..none() }, vec!["a3", "a2"]),
        (AlertFilter { cluster: some("bj"), ..none() }, vec!["a2"]),
        (AlertFilter { severity: some("critical"), ..none() }, vec!["a3", "a1"]),
        (AlertFilter { rule: some("ApiLatencyHigh"), ..none() }, vec!["a3"]),
        (AlertFilter { from: Some(at(101)), ..none() }, vec!["a3", "a2"]),
        (AlertFilter { to: Some(at(200)), ..none() }, vec!["a3", "a1"]),
    ] {
        let page = unit.alerts().list(&filter, &PageRequest::first()).await.unwrap();
        let ids: Vec<_> = page.items.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
    let page = unit.alerts().list(&none(), &PageRequest::new(2, None).unwrap()).await.unwrap();
    let next = PageRequest::new(2, page.next).unwrap();
    assert_eq!(unit.alerts().list(&none(), &next).await.unwrap().items, [over]);
    assert_eq!(unit.alerts().prune(at(100)).await.unwrap(), 0);
    assert_eq!(unit.alerts().prune(at(101)).await.unwrap(), 1);
}

#[tokio::test]
async fn silences_round_trip() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    let silence = |id: &str, ends: i64| Silence {
        id: id.to_owned(),
        matchers: json(r#"["cluster=\"sh\""]"#),
        starts_at: at(0),
        ends_at: at(ends),
        created_by: "ada".to_owned(),
        comment: "maintenance".to_owned(),
        created_at: at(0),
    };
    unit.silences().insert(&silence("s1", 100)).await.unwrap();
    unit.silences().insert(&silence("s2", 50)).await.unwrap();
    assert!(matches!(unit.silences().insert(&silence("s3", 0)).await, Err(StoreError::Invalid { .. })));
    assert_eq!(unit.silences().current(at(50)).await.unwrap(), [silence("s1", 100)]);
    let page = unit.silences().list(&PageRequest::first()).await.unwrap();
    assert_eq!(page.items, [silence("s2", 50), silence("s1", 100)]);
    unit.silences().delete("s1").await.unwrap();
    assert!(unit.silences().get("s1").await.is_err());
}

#[tokio::test]
async fn a_deleted_channel_gives_up_what_was_to_be_delivered() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    let mut channel = Channel {
        name: "ops".to_owned(),
        kind: "slack".to_owned(),
        sealed_url: Sealed::new(b"url".to_vec()),
        sealed_secret: None,
        settings: json("{}"),
        enabled: true,
        created_at: at(0),
        updated_at: at(0),
    };
    unit.channels().insert(&channel).await.unwrap();
    let taken = unit.channels().insert(&channel).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Unique::ChannelName })));
    channel.sealed_secret = Some(Sealed::new(b"secret".to_vec()));
    channel.enabled = false;
    unit.channels().update(&channel).await.unwrap();
    assert_eq!(unit.channels().get("ops").await.unwrap(), channel);
    unit.channels().reseal("ops", &Sealed::new(b"url2".to_vec()), None).await.unwrap();
    assert_eq!(unit.channels().all().await.unwrap()[0].sealed_url.as_bytes(), b"url2");
    unit.alerts().put(&alert("a1", "f1")).await.unwrap();
    enqueue(&mut unit, "d1", "ops", "a1", 1).await;
    unit.channels().delete("ops", at(5)).await.unwrap();
    assert!(unit.channels().delete("ops", at(5)).await.is_err());
    let delivery = unit.deliveries().get("d1").await.unwrap();
    assert_eq!((delivery.state, delivery.done_at), (DeliveryState::Dead, Some(at(5))));
    assert_eq!(delivery.error_class.as_deref(), Some("channel_deleted"));
}

async fn enqueue(unit: &mut WriteUnit, id: &str, channel: &str, alert: &str, revision: u32) -> bool {
    let payload = json(r#"{"status":"firing"}"#);
    let new = NewDelivery {
        id,
        channel,
        alert_id: alert,
        alert_state: AlertState::Firing,
        alert_revision: revision,
        payload: &payload,
        due_at: at(i64::from(revision)),
    };
    unit.deliveries().enqueue(&new, at(0)).await.unwrap()
}

async fn claim(unit: &mut WriteUnit, second: i64) -> Vec<String> {
    let claimed = unit.deliveries().claim_due(None, 100, at(second)).await.unwrap();
    claimed.into_iter().map(|delivery| delivery.id).collect()
}

#[tokio::test]
async fn an_alert_s_news_reach_a_channel_once_and_in_order() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    for id in ["a1", "a2"] {
        unit.alerts().put(&alert(id, id)).await.unwrap();
    }
    assert!(enqueue(&mut unit, "d1", "ops", "a1", 1).await);
    assert!(!enqueue(&mut unit, "d9", "ops", "a1", 1).await, "once a channel, alert and revision");
    assert!(enqueue(&mut unit, "d2", "ops", "a1", 2).await);
    assert!(enqueue(&mut unit, "d3", "dev", "a1", 1).await);
    assert!(enqueue(&mut unit, "d4", "ops", "a2", 3).await);
    assert!(claim(&mut unit, 0).await.is_empty(), "nothing is due yet");
    assert_eq!(claim(&mut unit, 2).await, ["d1", "d3"], "the second news waits for the first");
    assert!(claim(&mut unit, 2).await.is_empty());
    let retry = AttemptResult::Retry { at: at(30), error_class: "timeout", response: None };
    unit.deliveries().attempted("d1", &retry, at(3)).await.unwrap();
    let done = AttemptResult::Delivered { response: Some("ok") };
    unit.deliveries().attempted("d3", &done, at(3)).await.unwrap();
    assert!(unit.deliveries().attempted("d3", &done, at(3)).await.is_err(), "no longer claimed");
    assert_eq!(claim(&mut unit, 29).await, ["d4"], "a1's second news still waits, a2's do not");
    assert_eq!(unit.deliveries().next_due(Some("ops")).await.unwrap(), Some(at(2)));
    assert_eq!(claim(&mut unit, 30).await, ["d1"]);
    unit.deliveries().attempted("d1", &done, at(31)).await.unwrap();
    assert_eq!(claim(&mut unit, 31).await, ["d2"]);
    let row = unit.deliveries().get("d1").await.unwrap();
    let expected = Delivery {
        id: "d1".to_owned(),
        channel: "ops".to_owned(),
        alert_id: "a1".to_owned(),
        alert_state: AlertState::Firing,
        alert_revision: 1,
        payload: json(r#"{"status":"firing"}"#),
        state: DeliveryState::Delivered,
        attempts: 2,
        next_attempt_at: at(30),
        claimed_at: None,
        error_class: None,
        response: Some("ok".to_owned()),
        created_at: at(0),
        done_at: Some(at(31)),
    };
    assert_eq!(row, expected);
    assert_eq!(unit.deliveries().next_due(None).await.unwrap(), None);
}

#[tokio::test]
async fn claimed_deliveries_come_back_after_a_crash() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    unit.alerts().put(&alert("a1", "f1")).await.unwrap();
    enqueue(&mut unit, "d1", "ops", "a1", 1).await;
    assert_eq!(claim(&mut unit, 5).await, ["d1"]);
    unit.commit().await.unwrap();
    let bench = bench.restart().await;
    let mut unit = bench.begin().await;
    assert!(claim(&mut unit, 6).await.is_empty());
    assert_eq!(unit.deliveries().requeue_claimed(at(5)).await.unwrap(), 0, "claimed at that time or later");
    assert_eq!(unit.deliveries().requeue_claimed(at(6)).await.unwrap(), 1);
    assert_eq!(claim(&mut unit, 6).await, ["d1"]);
    assert_eq!(unit.deliveries().get("d1").await.unwrap().attempts, 0);
}

#[tokio::test]
async fn refused_and_given_up_deliveries_stay_and_can_be_revived() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    for (id, result, state) in [
        ("d1", AttemptResult::Failed { error_class: "refused", response: Some("410") }, DeliveryState::Failed),
        ("d2", AttemptResult::Dead { error_class: "timeout", response: None }, DeliveryState::Dead),
    ] {
        let alert_id = format!("a-{id}");
        unit.alerts().put(&alert(&alert_id, id)).await.unwrap();
        enqueue(&mut unit, id, "ops", &alert_id, 1).await;
        assert_eq!(claim(&mut unit, 5).await, [id]);
        unit.deliveries().attempted(id, &result, at(6)).await.unwrap();
        let filter = DeliveryFilter { state: Some(state), ..DeliveryFilter::default() };
        let page = unit.deliveries().list(&filter, &PageRequest::first()).await.unwrap();
        assert_eq!(page.items.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), [id]);
        assert!(claim(&mut unit, 1000).await.is_empty());
        unit.deliveries().revive(id, at(7)).await.unwrap();
        assert!(unit.deliveries().revive(id, at(7)).await.is_err());
        assert_eq!(claim(&mut unit, 7).await, [id]);
        unit.deliveries().attempted(id, &AttemptResult::Delivered { response: None }, at(8)).await.unwrap();
    }
    let filter = DeliveryFilter { channel: Some("ops".to_owned()), alert_id: Some("a-d2".to_owned()), state: None };
    assert_eq!(unit.deliveries().list(&filter, &PageRequest::first()).await.unwrap().items.len(), 1);
    assert_eq!(unit.deliveries().prune(at(8)).await.unwrap(), 0);
    assert_eq!(unit.deliveries().prune(at(9)).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_at_once_never_get_the_same_delivery() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    for n in 0..60 {
        let id = format!("{n:03}");
        unit.alerts().put(&alert(&id, &id)).await.unwrap();
        enqueue(&mut unit, &id, "ops", &id, 1).await;
    }
    unit.commit().await.unwrap();
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let store = bench.store.clone();
            tokio::spawn(async move {
                let mut got = vec![];
                loop {
                    let mut unit = store.begin().await.unwrap();
                    let batch = unit.deliveries().claim_due(Some("ops"), 5, at(9)).await.unwrap();
                    unit.commit().await.unwrap();
                    if batch.is_empty() {
                        return got;
                    }
                    got.extend(batch.into_iter().map(|delivery| delivery.id));
                }
            })
        })
        .collect();
    let mut all = vec![];
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    all.sort();
    let expected: Vec<_> = (0..60).map(|n| format!("{n:03}")).collect();
    assert_eq!(all, expected);
}
