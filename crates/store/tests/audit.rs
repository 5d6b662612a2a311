//! The audit: append-only, chained, and found out when tampered with.
#![allow(clippy::unwrap_used)] // helpers of tests

mod common;

use common::{Bench, at, event, json};
use store::{
    AuditKey, OpenOptions, PageRequest, Store, StoreError,
    repositories::audit::{AuditEvent, AuditFault, AuditFilter, AuditHead},
};

/// Lets the database be changed as by someone with full access to the file.
const DROP_TRIGGERS: &str = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;
                             DROP TRIGGER audit_no_replace;";

async fn with_records(count: i64) -> Bench {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    for n in 1..=count {
        unit.audit().append(&event(&format!("cluster.change{n}")), at(n)).await.unwrap();
    }
    unit.commit().await.unwrap();
    bench
}

async fn verify(bench: &Bench, anchors: &[AuditHead]) -> Result<AuditHead, AuditFault> {
    bench.store.read().await.unwrap().audit().verify(anchors).await.unwrap()
}

#[tokio::test]
async fn an_untouched_chain_is_whole() {
    for count in [0, 1, 2500] {
        let bench = with_records(count).await;
        let head = bench.store.read().await.unwrap().audit().head().await.unwrap();
        assert_eq!(verify(&bench, &[head]).await.unwrap().seq, count);
    }
}

#[tokio::test]
async fn records_cannot_be_changed_deleted_or_replaced() {
    let bench = with_records(3).await;
    for sql in [
        "UPDATE audit SET actor = 'eve' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT seq, at, 'eve', action, object, outcome, detail,
             prev_hash, hash FROM audit WHERE seq = 2",
    ] {
        let error = bench.tamper(sql).await.unwrap_err();
        assert!(matches!(StoreError::from(error), StoreError::AppendOnly), "{sql}");
    }
    assert_eq!(verify(&bench, &[]).await.unwrap().seq, 3);
}

#[tokio::test]
async fn every_way_of_tampering_shows() {
    for (sql, fault) in [
        ("UPDATE audit SET actor = 'eve' WHERE seq = 2", AuditFault::Changed { seq: 2 }),
        ("UPDATE audit SET action = 'x' WHERE seq = 4", AuditFault::Changed { seq: 4 }),
        ("UPDATE audit SET object = 'x' WHERE seq = 1", AuditFault::Changed { seq: 1 }),
        ("UPDATE audit SET outcome = 'x' WHERE seq = 5", AuditFault::Changed { seq: 5 }),
        ("UPDATE audit SET detail = '{}' WHERE seq = 3", AuditFault::Changed { seq: 3 }),
        ("UPDATE audit SET detail = detail || ' ' WHERE seq = 3", AuditFault::Changed { seq: 3 }),
        ("UPDATE audit SET at = at + 1 WHERE seq = 3", AuditFault::Changed { seq: 3 }),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 3", AuditFault::Changed { seq: 3 }),
        ("UPDATE audit SET prev_hash = zeroblob(32) WHERE seq = 3", AuditFault::Changed { seq: 3 }),
        // a letter moved from one field to the next
        ("UPDATE audit SET actor = 'ad', action = 'a' || action WHERE seq = 2", AuditFault::Changed { seq: 2 }),
        ("DELETE FROM audit WHERE seq = 3", AuditFault::Missing { expected: 3 }),
        ("DELETE FROM audit WHERE seq = 1", AuditFault::Missing { expected: 1 }),
        ("DELETE FROM audit WHERE seq = 5", AuditFault::Cut { seq: 4 }),
        ("DELETE FROM audit", AuditFault::Cut { seq: 0 }),
        ("DELETE FROM audit; DELETE FROM audit_head", AuditFault::Cut { seq: 0 }),
        ("DELETE FROM audit_head", AuditFault::Cut { seq: 5 }),
        ("DELETE FROM audit WHERE seq = 5; UPDATE audit_head SET seq = 4", AuditFault::Cut { seq: 4 }),
        (
            "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3;
             UPDATE audit SET seq = 3 WHERE seq = 99",
            AuditFault::Changed { seq: 2 },
        ),
        (
            "INSERT INTO audit SELECT 6, at, actor, action, object, outcome, detail, hash, hash
             FROM audit WHERE seq = 5",
            AuditFault::Changed { seq: 6 },
        ),
        (
            "INSERT INTO audit SELECT 0, at, actor, action, object, outcome, detail, hash, hash
             FROM audit WHERE seq = 5",
            AuditFault::Changed { seq: 0 },
        ),
    ] {
        let bench = with_records(5).await;
        let head = bench.store.read().await.unwrap().audit().head().await.unwrap();
        bench.tamper(DROP_TRIGGERS).await.unwrap();
        bench.tamper(sql).await.unwrap();
        if sql == "DELETE FROM audit; DELETE FROM audit_head" {
            // Nothing is left to tell it from a new database but what was kept elsewhere.
            assert_eq!(verify(&bench, &[]).await.unwrap().seq, 0);
        } else {
            assert_eq!(verify(&bench, &[]).await, Err(fault), "{sql}");
        }
        assert_eq!(verify(&bench, &[head]).await, Err(fault), "{sql}");
    }
}

#[tokio::test]
async fn a_file_put_back_to_an_older_state_shows_by_the_head_kept_elsewhere() {
    let bench = with_records(3).await;
    let old = bench.dir.path().join("old.db");
    bench.store.backup(&old).await.unwrap();
    let mut unit = bench.begin().await;
    unit.audit().append(&event("user.delete"), at(9)).await.unwrap();
    unit.commit().await.unwrap();
    let head = bench.store.read().await.unwrap().audit().head().await.unwrap();
    bench.store.close().await.unwrap();
    Store::restore(&old, bench.path()).await.unwrap();
    let bench = bench.restart_closed().await;
    assert_eq!(verify(&bench, &[]).await.unwrap().seq, 3);
    assert_eq!(verify(&bench, &[head]).await, Err(AuditFault::Cut { seq: 3 }));
    // Another history of the same length.
    let mut unit = bench.begin().await;
    unit.audit().append(&event("user.create"), at(9)).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(verify(&bench, &[head]).await, Err(AuditFault::Changed { seq: 4 }));
}

#[tokio::test]
async fn a_cut_still_shows_after_new_records() {
    let bench = with_records(5).await;
    bench.tamper(DROP_TRIGGERS).await.unwrap();
    bench.tamper("DELETE FROM audit WHERE seq >= 4").await.unwrap();
    let mut unit = bench.begin().await;
    unit.audit().append(&event("cluster.create"), at(9)).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(verify(&bench, &[]).await, Err(AuditFault::Missing { expected: 4 }));
}

#[tokio::test]
async fn another_key_does_not_verify_and_no_key_does_nothing() {
    let bench = with_records(2).await;
    bench.store.close().await.unwrap();
    let options = OpenOptions { audit_key: Some(AuditKey::new([8; 32])), ..OpenOptions::default() };
    let store = Store::open(bench.path(), options).await.unwrap();
    let verified = store.read().await.unwrap().audit().verify(&[]).await.unwrap();
    assert_eq!(verified, Err(AuditFault::Changed { seq: 1 }));
    store.close().await.unwrap();

    let store = Store::open(bench.path(), OpenOptions::default()).await.unwrap();
    let mut unit = store.begin().await.unwrap();
    let appended = unit.audit().append(&event("cluster.create"), at(3)).await;
    assert!(matches!(appended, Err(StoreError::AuditKey(_))));
    drop(unit);
    store.provide_audit_key(AuditKey::new([7; 32])).unwrap();
    assert!(store.provide_audit_key(AuditKey::new([7; 32])).is_err());
    let mut unit = store.begin().await.unwrap();
    unit.audit().append(&event("cluster.create"), at(3)).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().audit().verify(&[]).await.unwrap().unwrap().seq, 3);
}

#[tokio::test]
async fn records_are_listed_by_filter_newest_first() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    for (n, (actor, action, object, outcome)) in [
        ("ada", "cluster.create", "cluster/sh", "ok"),
        ("bob", "cluster.delete", "cluster/sh", "denied"),
        ("ada", "clusters", "cluster/bj", "ok"),
        ("ada", "user.create", "user/bob", "ok"),
    ]
    .into_iter()
    .enumerate()
    {
        let event = AuditEvent {
            actor: actor.to_owned(),
            action: action.to_owned(),
            object: object.to_owned(),
            outcome: outcome.to_owned(),
            detail: json("{}"),
        };
        unit.audit().append(&event, at(n as i64)).await.unwrap();
    }
    unit.commit().await.unwrap();
    let some = |text: &str| Some(text.to_owned());
    let none = AuditFilter::default;
    for (filter, expected) in [
        (none(), vec![4, 3, 2, 1]),
        (AuditFilter { actor: some("ada"), ..none() }, vec![4, 3, 1]),
        (AuditFilter { action: some("cluster."), ..none() }, vec![2, 1]),
        (AuditFilter { action: some("cluster.create"), ..none() }, vec![1]),
        (AuditFilter { object: some("cluster/sh"), outcome: some("denied"), ..none() }, vec![2]),
        (AuditFilter { from: Some(at(1)), to: Some(at(3)), ..none() }, vec![3, 2]),
        (AuditFilter { actor: some("ada' OR '1'='1"), ..none() }, vec![]),
    ] {
        let mut found = vec![];
        let mut page = PageRequest::new(2, None).unwrap();
        loop {
            let mut unit = bench.store.read().await.unwrap();
            let answer = unit.audit().list(&filter, &page).await.unwrap();
            found.extend(answer.items.iter().map(|record| record.seq));
            let Some(next) = answer.next else { break };
            page = PageRequest::new(2, Some(next)).unwrap();
        }
        assert_eq!(found, expected, "{filter:?}");
    }
}
