//! A process that is killed while it writes: what it acknowledged is there, and nothing by halves.
#![allow(clippy::unwrap_used)] // helpers of tests

mod common;

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use common::{at, cluster, event, path};
use store::{AuditKey, OpenOptions, Store};
use tempfile::TempDir;

const FILE: &str = "STORE_KILL_TEST_FILE";

async fn open(file: &std::path::Path) -> Store {
    let options = OpenOptions { audit_key: Some(AuditKey::new([7; 32])), ..OpenOptions::default() };
    Store::open(file, options).await.unwrap()
}

/// Starts a writer, waits for some acknowledgements, kills it; returns the last one that came.
fn kill_after(dir: &TempDir, acknowledgements: usize) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "writes_until_it_is_killed"])
        .env(FILE, path(dir))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut written = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("ack ")?.parse().ok());
    let mut last = written.by_ref().take(acknowledgements).last().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had written to the pipe before it died counts as well.
    last = written.last().unwrap_or(last);
    last
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_and_nothing_is_half_done() {
    let dir = tempfile::tempdir().unwrap();
    for acknowledgements in [1, 2, 3, 5, 8, 13, 21, 34] {
        let acknowledged = kill_after(&dir, acknowledgements);
        let store = open(&path(&dir)).await;
        let mut unit = store.read().await.unwrap();
        let head = unit.audit().verify(&[]).await.unwrap().unwrap();
        assert!(head.seq >= acknowledged, "{acknowledged} acknowledged, {} there", head.seq);
        assert_eq!(unit.clusters().all().await.unwrap().len() as i64, head.seq);
    }
}

#[tokio::test]
#[ignore = "run by the test above in a process of its own"]
async fn writes_until_it_is_killed() {
    let store = open(std::path::Path::new(&std::env::var(FILE).unwrap())).await;
    loop {
        let mut unit = store.begin().await.unwrap();
        let seq = unit.audit().append(&event("cluster.create"), at(0)).await.unwrap().seq;
        let name = format!("n{seq}");
        unit.clusters().insert(&cluster(&name, &name)).await.unwrap();
        unit.commit().await.unwrap();
        println!("ack {seq}");
    }
}
