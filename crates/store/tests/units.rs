//! Units of work: all or nothing, one writer at a time, a full disk.

mod common;

use common::{Bench, at, cluster, event};
use store::{
    OpenOptions, StoreError,
    repositories::checkpoints::{Block, Checkpoint, Saved},
};

#[tokio::test]
async fn what_is_not_committed_is_undone_with_its_audit_record() {
    let bench = Bench::new().await;
    for explicit in [false, true] {
        let mut unit = bench.begin().await;
        unit.clusters().insert(&cluster("c1", "sh")).await.unwrap();
        unit.audit().append(&event("cluster.create"), at(0)).await.unwrap();
        if explicit {
            unit.rollback().await.unwrap();
        } else {
            drop(unit);
        }
        let mut unit = bench.store.read().await.unwrap();
        assert!(unit.clusters().all().await.unwrap().is_empty());
        assert_eq!(unit.audit().head().await.unwrap().seq, 0);
    }
}

#[tokio::test]
async fn a_change_and_its_record_become_visible_together() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    unit.clusters().insert(&cluster("c1", "sh")).await.unwrap();
    unit.audit().append(&event("cluster.create"), at(0)).await.unwrap();
    let mut before = bench.store.read().await.unwrap();
    assert!(before.clusters().all().await.unwrap().is_empty());
    unit.commit().await.unwrap();
    assert!(before.clusters().all().await.unwrap().is_empty(), "a reader keeps its state");
    let mut after = bench.store.read().await.unwrap();
    assert_eq!(after.clusters().all().await.unwrap().len(), 1);
    assert_eq!(after.audit().head().await.unwrap().seq, 1);
}

#[tokio::test]
async fn a_change_whose_record_fails_does_not_happen() {
    let bench = Bench::new().await;
    bench.tamper("CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END").await.unwrap();
    let mut unit = bench.begin().await;
    unit.clusters().insert(&cluster("c1", "sh")).await.unwrap();
    assert!(unit.audit().append(&event("cluster.create"), at(0)).await.is_err());
    drop(unit);
    assert!(bench.store.read().await.unwrap().clusters().all().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_all_succeed_and_keep_the_chain_whole() {
    let bench = Bench::new().await;
    let writers: Vec<_> = (0..200)
        .map(|n| {
            let store = bench.store.clone();
            tokio::spawn(async move {
                let mut unit = store.begin().await?;
                unit.clusters().insert(&cluster(&format!("c{n}"), &format!("n{n}"))).await?;
                unit.audit().append(&event("cluster.create"), at(n)).await?;
                unit.commit().await?;
                Ok::<_, StoreError>(store.read().await?.clusters().all().await?.len())
            })
        })
        .collect();
    for writer in writers {
        assert!(writer.await.unwrap().unwrap() >= 1);
    }
    let mut unit = bench.store.read().await.unwrap();
    assert_eq!(unit.clusters().all().await.unwrap().len(), 200);
    assert_eq!(unit.audit().verify(&[]).await.unwrap().unwrap().seq, 200);
}

#[tokio::test]
async fn a_cancelled_writer_leaves_nothing_and_blocks_nobody() {
    let bench = Bench::new().await;
    for n in 0..50 {
        let store = bench.store.clone();
        let task = tokio::spawn(async move {
            loop {
                let mut unit = store.begin().await.unwrap();
                unit.clusters().insert(&cluster("c1", "sh")).await.unwrap();
                unit.audit().append(&event("cluster.create"), at(0)).await.unwrap();
                drop(unit);
            }
        });
        for _ in 0..n {
            tokio::task::yield_now().await;
        }
        task.abort();
    }
    bench.add_cluster("c1", "sh").await;
    assert_eq!(bench.store.read().await.unwrap().audit().head().await.unwrap().seq, 0);
}

#[tokio::test]
async fn a_lock_held_too_long_is_busy_and_a_short_one_is_waited_for() {
    use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
    let bench =
        Bench::with(OpenOptions { busy_timeout: std::time::Duration::from_millis(200), ..OpenOptions::default() })
            .await;
    let mut other = SqliteConnectOptions::new().filename(bench.path()).connect().await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert!(matches!(bench.store.begin().await, Err(StoreError::Busy)));
    assert!(bench.store.read().await.unwrap().users().count().await.is_ok(), "reading goes on");
    let patient = store::Store::open(bench.path(), OpenOptions::default());
    let unlock = async {
        tokio::task::yield_now().await;
        lock.rollback().await
    };
    let (opened, unlocked) = tokio::join!(patient, unlock);
    unlocked.unwrap();
    opened.unwrap().begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_reported_and_the_store_works_once_there_is_room() {
    let bench = Bench::with(OpenOptions { max_pages: Some(200), ..OpenOptions::default() }).await;
    bench.add_cluster("c1", "sh").await;
    let checkpoint = Checkpoint {
        cluster_id: "c1".to_owned(),
        kind: "pods".to_owned(),
        namespace: String::new(),
        resource_version: "1".to_owned(),
        synced_at: at(0),
    };
    let saved = |changed: Vec<Block>, count| Saved { checkpoint: checkpoint.clone(), changed, count };
    let block = |number| Block { number, bytes: vec![number as u8; 100_000] };
    let mut unit = bench.begin().await;
    unit.checkpoints().save(&[saved(vec![block(0)], 1)]).await.unwrap();
    unit.audit().append(&event("mirror.save"), at(0)).await.unwrap();
    unit.commit().await.unwrap();
    for _ in 0..3 {
        let mut unit = bench.begin().await;
        unit.audit().append(&event("mirror.save"), at(1)).await.unwrap();
        let blocks: Vec<_> = (0..40).map(block).collect();
        let full = match unit.checkpoints().save(&[saved(blocks, 40)]).await {
            Ok(()) => unit.commit().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(full, StoreError::Full(_)), "{full}");
        assert!(full.is_transient());
        let mut unit = bench.store.read().await.unwrap();
        assert_eq!(unit.checkpoints().load("c1").await.unwrap()[0].1, [block(0)]);
        assert_eq!(unit.audit().head().await.unwrap().seq, 1);
    }
    let mut unit = bench.begin().await;
    unit.checkpoints().save(&[saved(Vec::new(), 0)]).await.unwrap();
    unit.audit().append(&event("mirror.save"), at(2)).await.unwrap();
    unit.commit().await.unwrap();
    bench.add_cluster("c2", "bj").await;
    let bench = bench.restart().await;
    assert_eq!(bench.store.read().await.unwrap().audit().verify(&[]).await.unwrap().unwrap().seq, 2);
}
