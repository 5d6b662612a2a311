//! The courier against receivers that fail in every way: nothing lost, the same id on each retry, order kept.
#![allow(clippy::unwrap_used)]

mod ledger;
mod receiver;

use jiff::Timestamp;
use ledger::{Ledger, State, ago};
use model::wire::alerting::{AlertState, ChannelKind};
use notify::{Courier, Pace, Sender};
use receiver::{Act, Receiver};
use runtime::egress::TargetPolicy;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const OK: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

fn brisk() -> Pace {
    Pace {
        rate: 10_000,
        rate_window: Duration::from_millis(200),
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(5),
        longest_wish: Duration::from_millis(5),
        tick: Duration::from_millis(2),
        ..Pace::default()
    }
}

fn courier(ledger: &Arc<Ledger>, pace: Pace) -> Arc<Courier> {
    let policy = Arc::new(TargetPolicy::new(vec!["127.0.0.0/8".parse().unwrap()]));
    let sender = Sender::new(policy, "https://ph.example.com", Duration::from_millis(300)).unwrap();
    Arc::new(Courier::new(Arc::clone(ledger) as _, sender, pace))
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..2000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} never came");
}

async fn deliver(ledger: &Arc<Ledger>, pace: Pace) -> Arc<Courier> {
    let (courier, stop) = (courier(ledger, pace), CancellationToken::new());
    let task = tokio::spawn({
        let (courier, stop) = (Arc::clone(&courier), stop.clone());
        async move { courier.run(stop).await }
    });
    until("the end of the queue", || ledger.all_settled()).await;
    stop.cancel();
    task.await.unwrap().unwrap();
    courier
}

fn ids(seen: &[receiver::Seen]) -> Vec<String> {
    seen.iter().map(|one| one.delivery.clone().unwrap()).collect()
}

#[tokio::test]
async fn whatever_the_receiver_does_nothing_is_lost_and_order_is_kept() {
    let acts = [
        Act::Answer(302, ""),
        Act::Answer(410, ""),
        Act::Answer(429, ""),
        Act::Answer(500, "canary"),
        Act::Reset,
        Act::Hang,
        Act::Answer(503, ""),
    ];
    let receiver = Receiver::start(acts, "anything").await;
    let ledger = Arc::new(Ledger::new(vec![("hook", ChannelKind::Webhook, receiver.url())]));
    for (alert, state) in [
        ("a", AlertState::Firing),
        ("a", AlertState::Resolved),
        ("b", AlertState::Firing),
        ("a", AlertState::Firing),
        ("b", AlertState::Resolved),
    ] {
        ledger.write("hook", alert, state, Timestamp::now());
    }
    let courier = deliver(&ledger, brisk()).await;
    assert_eq!(ids(&receiver.taken()), ["000000", "000001", "000002", "000003", "000004"]);
    let tried = ids(&receiver.seen());
    assert_eq!(&tried[..8], vec!["000000"; 8], "every retry of the first has its id, and nothing overtakes it");
    let words = ledger.rows.lock().unwrap()[0].words.clone();
    assert_eq!(words.len(), 7);
    for word in ["receiver_error", "http", "timeout", "rate_limited", "redirected", "refused_request"] {
        assert!(words.contains(&word), "{word} in {words:?}");
    }
    let counts = courier.counts();
    assert_eq!(counts.get(&("hook".into(), "delivered")), Some(&5));
    assert_eq!(counts.get(&("hook".into(), "failed")), Some(&7));
}

#[tokio::test]
async fn http_200_is_not_delivery_where_the_body_says_otherwise() {
    for kind in [ChannelKind::Dingtalk, ChannelKind::Wecom] {
        let refused = r#"{"errcode":310000,"errmsg":"sign not match"}"#;
        let limited = if kind == ChannelKind::Dingtalk { r#"{"errcode":130101}"# } else { r#"{"errcode":45009}"# };
        let acts = [Act::Answer(200, refused), Act::Answer(200, limited), Act::Answer(200, "ok")];
        let receiver = Receiver::start(acts, OK).await;
        let ledger = Arc::new(Ledger::new(vec![("robot", kind, receiver.url())]));
        ledger.write("robot", "a", AlertState::Firing, Timestamp::now());
        deliver(&ledger, brisk()).await;
        assert_eq!((receiver.seen().len(), receiver.taken().len()), (4, 1));
        assert_eq!(ledger.rows.lock().unwrap()[0].words, ["receiver_error", "rate_limited", "bad_answer"]);
    }
}

#[tokio::test]
async fn a_courier_that_dies_in_the_middle_loses_nothing_and_keeps_ids() {
    let receiver = Receiver::start([Act::Hang], "").await;
    let ledger = Arc::new(Ledger::new(vec![("hook", ChannelKind::Webhook, receiver.url())]));
    for alert in ["a", "b", "c"] {
        ledger.write("hook", alert, AlertState::Firing, Timestamp::now());
    }
    let dying = courier(&ledger, brisk());
    let task = tokio::spawn({
        let dying = Arc::clone(&dying);
        async move { dying.run(CancellationToken::new()).await }
    });
    until("the first attempt", || !receiver.seen().is_empty()).await;
    task.abort();
    let _ = task.await;
    assert!(ledger.states().contains(&State::Claimed));
    deliver(&ledger, brisk()).await;
    assert_eq!(ids(&receiver.taken()), ["000000", "000001", "000002"]);
    assert_eq!(ids(&receiver.seen())[0], "000000");
}

#[tokio::test]
async fn an_outbox_that_cannot_be_written_does_not_make_the_courier_send_twice() {
    let receiver = Receiver::start([], "").await;
    let ledger = Arc::new(Ledger::new(vec![("hook", ChannelKind::Webhook, receiver.url())]));
    ledger.failing.store(3, std::sync::atomic::Ordering::SeqCst);
    for alert in ["a", "b"] {
        ledger.write("hook", alert, AlertState::Firing, Timestamp::now());
    }
    deliver(&ledger, brisk()).await;
    assert_eq!(ids(&receiver.seen()), ["000000", "000001"]);
}

#[tokio::test]
async fn more_than_the_rate_allows_comes_as_a_digest_that_keeps_its_id() {
    let receiver = Receiver::start([Act::Answer(503, ""), Act::Reset], "").await;
    let ledger = Arc::new(Ledger::new(vec![("hook", ChannelKind::Webhook, receiver.url())]));
    (0..40).for_each(|at| ledger.write("hook", &format!("a{at}"), AlertState::Firing, Timestamp::now()));
    deliver(&ledger, Pace { rate: 20, ..brisk() }).await;
    let seen = receiver.seen();
    assert_eq!(seen.len(), 3, "two failures, then all at once");
    assert!(seen.iter().all(|one| one.delivery == seen[0].delivery && one.body == seen[0].body));
    assert!(seen[0].delivery.as_ref().unwrap().starts_with("digest-"));
    assert_eq!(seen[0].body["alerts"].as_array().unwrap().len(), 40);
    assert!(ledger.states().iter().all(|state| *state == State::Delivered));
}

#[tokio::test]
async fn one_message_that_is_refused_for_ever_does_not_hold_the_others_up() {
    let receiver = Receiver::start([Act::Answer(400, ""); 7], "").await;
    let ledger = Arc::new(Ledger::new(vec![("hook", ChannelKind::Webhook, receiver.url())]));
    for alert in ["poison", "b"] {
        ledger.write("hook", alert, AlertState::Firing, Timestamp::now());
    }
    let pace = Pace { longest_pause: Duration::from_millis(40), ..brisk() };
    deliver(&ledger, pace).await;
    assert!(ids(&receiver.seen()).iter().take(5).all(|id| id == "000000"));
    assert!(ids(&receiver.seen())[5..7].contains(&"000001".to_string()), "{:?}", ids(&receiver.seen()));
    let mut taken = ids(&receiver.taken());
    taken.sort();
    assert_eq!(taken, ["000000", "000001"]);
}

#[tokio::test]
async fn what_is_too_old_is_given_up_and_a_slow_channel_delays_no_other() {
    let slow = Receiver::start([Act::Hang; 3], "").await;
    let quick = Receiver::start([], "").await;
    let ledger = Arc::new(Ledger::new(vec![
        ("slow", ChannelKind::Webhook, slow.url()),
        ("quick", ChannelKind::Webhook, quick.url()),
    ]));
    ledger.write("quick", "old", AlertState::Firing, ago(25));
    ledger.write("slow", "a", AlertState::Firing, Timestamp::now());
    (0..5).for_each(|at| ledger.write("quick", &format!("b{at}"), AlertState::Firing, Timestamp::now()));
    let courier = deliver(&ledger, brisk()).await;
    assert_eq!(ledger.states()[0], State::Dead("expired"));
    assert_eq!((quick.taken().len(), slow.taken().len()), (5, 1));
    assert_eq!(courier.counts().get(&("quick".into(), "dead")), Some(&1));
}

#[tokio::test]
async fn no_failure_tells_the_address() {
    let policy = Arc::new(TargetPolicy::new(vec!["127.0.0.0/8".parse().unwrap()]));
    let sender = Sender::new(policy, "https://ph.example.com", Duration::from_millis(300)).unwrap();
    let receiver = Receiver::start([Act::Answer(500, "canary")], "canary").await;
    let urls = [
        receiver.url(),
        "http://127.0.0.1:1/canary".to_string(),
        "https://canary.invalid/canary".to_string(),
        "https://10.0.0.1/canary".to_string(),
        "canary".to_string(),
    ];
    for (url, word) in
        urls.into_iter().zip(["receiver_error", "refused", "dns", "target_forbidden", "target_forbidden"])
    {
        let ledger = Ledger::new(vec![("hook", ChannelKind::Webhook, url)]);
        let target = notify::Outbox::target(&ledger, "hook").await.unwrap().unwrap();
        let failure = sender.send(&target, "1", &[notify::Notice::test(Timestamp::now())]).await.unwrap_err();
        assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
        assert_eq!(failure.word, word);
    }
}
