//! Decisions, attempts, reservations, intents, idempotency keys, profiles.

mod common;

use common::{Bench, at, decision, json};
use store::{
    Digest, PageRequest, StoreError,
    repositories::{
        attempts::Attempt,
        decisions::{DecisionFilter, DecisionProgress},
        idempotency::Claim,
        intents::IntentState,
        reservations::Reservation,
    },
};

#[tokio::test]
async fn a_decision_keeps_every_byte_and_moves_on() {
    let bench = Bench::new().await;
    bench.add_cluster("c1", "sh").await;
    bench.add_decision("d1").await;
    let mut unit = bench.begin().await;
    let mut row = decision("d1");
    assert_eq!(unit.decisions().get("d1").await.unwrap(), row);
    let answer = json(r#"{"z":2}"#);
    let progress =
        DecisionProgress { outcome: "Scheduled", phase: "Applied", cluster: Some(("c1", "sh")), answer: Some(&answer) };
    unit.decisions().advance("d1", &progress, at(9)).await.unwrap();
    row.phase = "Applied".to_owned();
    (row.cluster_id, row.cluster_name) = (Some("c1".to_owned()), Some("sh".to_owned()));
    (row.answer, row.updated_at) = (answer.clone(), at(9));
    assert_eq!(unit.decisions().get("d1").await.unwrap(), row);
    let progress = DecisionProgress { answer: None, phase: "Available", ..progress };
    unit.decisions().advance("d1", &progress, at(9)).await.unwrap();
    assert_eq!(unit.decisions().get("d1").await.unwrap().answer, row.answer);
    let wrong = DecisionProgress { phase: "Sleeping", ..progress };
    assert!(matches!(unit.decisions().advance("d1", &wrong, at(9)).await, Err(StoreError::Invalid { .. })));
    assert!(matches!(unit.decisions().advance("d2", &wrong, at(9)).await, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn decisions_are_listed_by_filter() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    for (id, phase, outcome, cluster, workload, actor) in [
        ("d1", "Available", "Scheduled", "sh", "checkout", "ada"),
        ("d2", "NeedsIntervention", "NeedsIntervention", "bj", "cart_50%", "ada"),
        ("d3", "Failed", "Invalid", "sh", "Checkout-2", "bob"),
    ] {
        let mut row = decision(id);
        (row.phase, row.outcome, row.actor) = (phase.to_owned(), outcome.to_owned(), actor.to_owned());
        (row.cluster_name, row.workload) = (Some(cluster.to_owned()), Some(workload.to_owned()));
        row.created_at = at(id[1..].parse().unwrap());
        unit.decisions().insert(&row).await.unwrap();
    }
    let some = |text: &str| Some(text.to_owned());
    let none = DecisionFilter::default;
    for (filter, expected) in [
        (none(), vec!["d3", "d2", "d1"]),
        (DecisionFilter { outcome: some("Invalid"), ..none() }, vec!["d3"]),
        (
            DecisionFilter { phases: vec!["Failed".to_owned(), "NeedsIntervention".to_owned()], ..none() },
            vec!["d3", "d2"],
        ),
        (DecisionFilter { cluster: some("sh"), ..none() }, vec!["d3", "d1"]),
        (DecisionFilter { actor: some("ada"), cluster: some("sh"), ..none() }, vec!["d1"]),
        (DecisionFilter { text: some("CHECK"), ..none() }, vec!["d3", "d1"]),
        (DecisionFilter { text: some("shop"), ..none() }, vec!["d3", "d2", "d1"]),
        (DecisionFilter { text: some("_50%"), ..none() }, vec!["d2"]),
        (DecisionFilter { text: some("t_5"), ..none() }, vec!["d2"]),
        (DecisionFilter { text: some("c%t"), ..none() }, vec![]),
        (DecisionFilter { from: Some(at(2)), to: Some(at(3)), ..none() }, vec!["d2"]),
    ] {
        let page = unit.decisions().list(&filter, &PageRequest::first()).await.unwrap();
        let ids: Vec<_> = page.items.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
    let page = unit.decisions().list(&none(), &PageRequest::new(2, None).unwrap()).await.unwrap();
    let rest = PageRequest::new(2, page.next).unwrap();
    assert_eq!(unit.decisions().list(&none(), &rest).await.unwrap().items[0].id, "d1");
}

#[tokio::test]
async fn attempts_and_reservations_round_trip() {
    let bench = Bench::new().await;
    bench.add_cluster("c1", "sh").await;
    bench.add_decision("d1").await;
    let mut unit = bench.begin().await;
    let mut attempt = Attempt {
        decision_id: "d1".to_owned(),
        n: 1,
        cluster_id: "c1".to_owned(),
        cluster_name: "sh".to_owned(),
        phase: "Applying".to_owned(),
        started_at: at(1),
        ended_at: None,
        error: None,
        created: json("[]"),
    };
    unit.attempts().insert(&attempt).await.unwrap();
    assert!(matches!(unit.attempts().insert(&attempt).await, Err(StoreError::Conflict { .. })));
    attempt.phase = "Failed".to_owned();
    attempt.ended_at = Some(at(2));
    attempt.error = Some("forbidden".to_owned());
    attempt.created = json(r#"[{"kind":"Deployment","uid":"u"}]"#);
    unit.attempts().update(&attempt).await.unwrap();
    assert_eq!(unit.attempts().of_decision("d1").await.unwrap(), [attempt.clone()]);
    attempt.n = 2;
    assert!(matches!(unit.attempts().update(&attempt).await, Err(StoreError::NotFound { .. })));

    let mut reservation = Reservation {
        decision_id: "d1".to_owned(),
        cluster_id: "c1".to_owned(),
        namespace: "shop".to_owned(),
        per_replica: json(r#"{"cpu":"500m"}"#),
        replicas: 3,
        expires_at: at(60),
    };
    unit.reservations().put(&reservation).await.unwrap();
    reservation.replicas = 2;
    unit.reservations().put(&reservation).await.unwrap();
    assert_eq!(unit.reservations().live(at(59)).await.unwrap(), [reservation.clone()]);
    assert!(unit.reservations().live(at(60)).await.unwrap().is_empty());
    assert_eq!(unit.reservations().prune(at(59)).await.unwrap(), 0);
    assert_eq!(unit.reservations().prune(at(60)).await.unwrap(), 1);
    unit.reservations().put(&reservation).await.unwrap();
    assert_eq!(unit.reservations().release("d1").await.unwrap(), 1);
    assert_eq!(unit.reservations().release("d1").await.unwrap(), 0);
    reservation.cluster_id = "c9".to_owned();
    assert!(matches!(unit.reservations().put(&reservation).await, Err(StoreError::Reference)));
}

#[tokio::test]
async fn an_intent_under_way_is_picked_up_after_a_restart() {
    let bench = Bench::new().await;
    for id in ["d1", "d2", "d3"] {
        bench.add_decision(id).await;
        let mut unit = bench.begin().await;
        unit.intents().insert(id, &json(r#"["manifest"]"#), at(0)).await.unwrap();
        unit.commit().await.unwrap();
    }
    let mut unit = bench.begin().await;
    let claimed = unit.intents().claim(2, at(1)).await.unwrap();
    assert_eq!(claimed.iter().map(|intent| intent.decision_id.as_str()).collect::<Vec<_>>(), ["d1", "d2"]);
    assert_eq!(claimed[0].manifest, json(r#"["manifest"]"#));
    assert_eq!(unit.intents().claim(9, at(1)).await.unwrap().len(), 1, "nobody gets one twice");
    unit.intents().set_state("d1", IntentState::Done, at(2)).await.unwrap();
    unit.intents().set_state("d3", IntentState::Abandoned, at(2)).await.unwrap();
    unit.commit().await.unwrap();

    let bench = bench.restart().await;
    let mut unit = bench.begin().await;
    assert_eq!(unit.intents().count_open().await.unwrap(), 1);
    assert!(unit.intents().claim(9, at(3)).await.unwrap().is_empty());
    assert_eq!(unit.intents().requeue_active(at(3)).await.unwrap(), 1);
    assert_eq!(unit.intents().claim(9, at(3)).await.unwrap()[0].decision_id, "d2");
    assert_eq!(unit.intents().get("d1").await.unwrap().state, IntentState::Done);
    let again = unit.intents().insert("d1", &json("[]"), at(4)).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })));
}

#[tokio::test]
async fn a_key_means_one_request_of_one_user() {
    let bench = Bench::new().await;
    bench.add_decision("d1").await;
    let (body, other) = (Digest::from([1; 32]), Digest::from([2; 32]));
    let mut unit = bench.begin().await;
    let done = Claim::Done { decision_id: "d1".to_owned() };
    assert_eq!(unit.idempotency().claim("u1", "k", &body, at(0)).await.unwrap(), Claim::New);
    assert_eq!(unit.idempotency().claim("u1", "k", &body, at(0)).await.unwrap(), Claim::InFlight);
    assert_eq!(unit.idempotency().claim("u1", "k", &other, at(0)).await.unwrap(), Claim::Mismatch);
    assert_eq!(unit.idempotency().claim("u2", "k", &other, at(0)).await.unwrap(), Claim::New);
    unit.idempotency().complete("u1", "k", "d1").await.unwrap();
    assert_eq!(unit.idempotency().claim("u1", "k", &body, at(0)).await.unwrap(), done);
    assert_eq!(unit.idempotency().claim("u1", "k", &other, at(0)).await.unwrap(), Claim::Mismatch);
    assert!(unit.idempotency().complete("u1", "k", "d1").await.is_err(), "only once");
    assert!(unit.idempotency().release("u1", "k").await.is_err(), "a finished one stays");
    unit.idempotency().release("u2", "k").await.unwrap();
    assert_eq!(unit.idempotency().claim("u2", "k", &body, at(5)).await.unwrap(), Claim::New);
    assert_eq!(unit.idempotency().release_in_flight().await.unwrap(), 1);
    assert_eq!(unit.idempotency().prune(at(0)).await.unwrap(), 0);
    assert_eq!(unit.idempotency().prune(at(1)).await.unwrap(), 1);
    assert_eq!(unit.idempotency().claim("u1", "k", &other, at(0)).await.unwrap(), Claim::New);
}

#[tokio::test]
async fn a_profile_has_versions_that_stay() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    assert!(matches!(unit.profiles().latest("default").await, Err(StoreError::NotFound { .. })));
    assert_eq!(unit.profiles().put("default", &json("1"), None, at(0)).await.unwrap(), 1);
    assert_eq!(unit.profiles().put("default", &json("2"), Some(1), at(1)).await.unwrap(), 2);
    let stale = unit.profiles().put("default", &json("3"), Some(1), at(2)).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })));
    assert_eq!(unit.profiles().put("a", &json("9"), Some(0), at(2)).await.unwrap(), 1);
    assert_eq!(unit.profiles().at("default", 1).await.unwrap().body, json("1"));
    let latest = unit.profiles().latest("default").await.unwrap();
    assert_eq!((latest.version, latest.body, latest.created_at), (2, json("2"), at(1)));
    let all = unit.profiles().all().await.unwrap();
    assert_eq!(all.iter().map(|p| (p.name.as_str(), p.version)).collect::<Vec<_>>(), [("a", 1), ("default", 2)]);
}
