//! Writes that the operating system refuses, in a process whose files cannot grow.
#![cfg(unix)]

mod common;

use std::process::Command;

use common::{Bench, at, event, json};
use store::{
    StoreError,
    repositories::checkpoints::{Block, Checkpoint, Saved},
};

#[test]
fn the_store_survives_writes_that_the_system_refuses() {
    // A process is told of a file too large by a signal that ends it, unless it is ignored.
    let output = Command::new("sh")
        .args(["-c", r#"trap '' XFSZ; ulimit -f 4096; exec "$0" --ignored --exact files_cannot_grow"#])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
#[ignore = "run by the test above in a process of its own"]
async fn files_cannot_grow() {
    let bench = Bench::new().await;
    bench.add_cluster("c1", "sh").await;
    let checkpoint = Checkpoint {
        cluster_id: "c1".to_owned(),
        kind: "pods".to_owned(),
        namespace: String::new(),
        resource_version: "1".to_owned(),
        synced_at: at(0),
    };
    let saved = |changed: Vec<Block>, count| Saved { checkpoint: checkpoint.clone(), changed, count };
    // Larger than SQLite's cache, so that it fails in the middle; then small ones, which fail at commit.
    for (blocks, bytes) in [(200, 100_000), (1, 500_000), (1, 20_000)] {
        let blocks: Vec<_> = (0..blocks).map(|number| Block { number, bytes: vec![1; bytes] }).collect();
        let mut written = 0;
        let full = loop {
            let mut unit = bench.begin().await;
            unit.audit().append(&event("mirror.save"), at(written)).await.unwrap();
            let saved = unit.checkpoints().save(&[saved(blocks.clone(), 200)]).await;
            let saved = match saved {
                Ok(()) => unit.commit().await,
                Err(error) => Err(error),
            };
            match saved {
                Ok(()) => written += 1,
                Err(error) => break error,
            }
            assert!(written < 1000, "files can grow");
        };
        assert!(matches!(full, StoreError::Full(_)), "{full}");
        let whole = bench.store.read().await.unwrap().audit().verify(&[]).await.unwrap().unwrap();
        assert!(bench.store.checkpoint().await.unwrap(), "there is room again");
        let mut unit = bench.begin().await;
        unit.settings().set("after", &json("1"), at(0)).await.unwrap();
        assert_eq!(unit.audit().append(&event("mirror.save"), at(0)).await.unwrap().seq, whole.seq + 1);
        unit.commit().await.unwrap();
    }
    let bench = bench.restart().await;
    assert!(bench.store.read().await.unwrap().audit().verify(&[]).await.unwrap().unwrap().seq >= 3);
}
