//! Opening, upgrading, refusing, backing up.

mod common;

use common::{Bench, at, event, path};
use store::{AuditKey, Digest, OpenOptions, Store, StoreError, repositories::sessions::Session};

#[tokio::test]
async fn an_empty_directory_gives_a_new_database_and_the_next_start_an_old_one() {
    let bench = Bench::new().await;
    assert!(bench.store.is_new());
    let mut unit = bench.begin().await;
    unit.audit().append(&event("cluster.create"), at(0)).await.unwrap();
    unit.commit().await.unwrap();
    let bench = bench.restart().await;
    assert!(!bench.store.is_new());
    assert_eq!(bench.store.read().await.unwrap().audit().head().await.unwrap().seq, 1);
}

#[tokio::test]
async fn a_missing_file_is_not_created_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    let opened = Store::open(path(&dir), options).await;
    assert!(matches!(opened, Err(StoreError::CannotOpen(_))));
    assert!(!path(&dir).exists());
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let bench = Bench::new().await;
    bench.store.close().await.unwrap();
    bench
        .tamper(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9000, 'from the future', 1, x'00', 0)",
        )
        .await
        .unwrap();
    let before = std::fs::read(bench.path()).unwrap();
    match Store::open(bench.path(), OpenOptions::default()).await {
        Err(StoreError::Newer { found: 9000, known }) => assert!(known < 9000),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a newer database was opened"),
    }
    assert_eq!(std::fs::read(bench.path()).unwrap(), before);
}

#[tokio::test]
async fn a_changed_migration_is_refused() {
    let bench = Bench::new().await;
    bench.store.close().await.unwrap();
    bench.tamper("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await.unwrap();
    let opened = Store::open(bench.path(), OpenOptions::default()).await;
    assert!(matches!(opened, Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let bench = Bench::new().await;
    for n in 0..40 {
        bench.add_cluster(&format!("c{n}"), &format!("cluster-{n}")).await;
    }
    bench.store.close().await.unwrap();
    let whole = std::fs::read(bench.path()).unwrap();
    let page = 4096;
    let mut header = whole.clone();
    header[..16].fill(0xAA);
    let mut pages = whole.clone();
    pages[page..page * 4].fill(0xAA);
    let cut = whole[..whole.len() / 2 + 100].to_vec();
    for (name, bytes) in [("header", header), ("pages", pages), ("cut", cut)] {
        std::fs::write(bench.path(), bytes).unwrap();
        match Store::open(bench.path(), OpenOptions::default()).await {
            Err(StoreError::Corrupt(_)) => {}
            Err(other) => panic!("{name}: {other}"),
            Ok(_) => panic!("{name}: a damaged database was opened"),
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_any_of_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new().await;
    std::fs::set_permissions(bench.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let bench = bench.restart().await;
    bench.add_user("u1", "ada").await;
    bench.store.backup(bench.dir.path().join("backup.db")).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(bench.dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 3, "database, log and backup");
}

#[tokio::test]
async fn closing_empties_the_log_and_ends_the_store() {
    let bench = Bench::new().await;
    bench.add_user("u1", "ada").await;
    assert!(bench.store.wal_bytes().unwrap() > 0);
    assert!(bench.store.checkpoint().await.unwrap());
    assert_eq!(bench.store.wal_bytes().unwrap(), 0);
    assert!(bench.store.file_bytes().unwrap() > 4096);
    bench.store.close().await.unwrap();
    assert!(matches!(bench.store.begin().await, Err(StoreError::Closed)));
    assert!(matches!(bench.store.read().await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_backup_holds_everything_but_sessions_and_can_be_restored() {
    let bench = Bench::new().await;
    bench.add_user("u1", "ada").await;
    let mut unit = bench.begin().await;
    let session = Session {
        id_hash: Digest::from([1; 32]),
        user_id: "u1".to_owned(),
        created_at: at(0),
        last_seen_at: at(0),
        idle_expires_at: at(100),
        absolute_expires_at: at(100),
        user_agent: None,
        ip: None,
    };
    unit.sessions().insert(&session).await.unwrap();
    unit.audit().append(&event("user.create"), at(0)).await.unwrap();
    unit.commit().await.unwrap();

    let backup = bench.dir.path().join("backup.db");
    bench.store.backup(&backup).await.unwrap();
    assert!(matches!(bench.store.backup(&backup).await, Err(StoreError::Invalid { .. })));
    bench.add_user("u2", "after the backup").await;
    bench.store.close().await.unwrap();

    Store::restore(&backup, bench.path()).await.unwrap();
    let options = OpenOptions { audit_key: Some(AuditKey::new([7; 32])), ..OpenOptions::default() };
    let store = Store::open(bench.path(), options).await.unwrap();
    let mut unit = store.read().await.unwrap();
    assert_eq!(unit.users().count().await.unwrap(), 1);
    let lost = unit.sessions().live(&session.id_hash, at(1)).await;
    assert!(matches!(lost, Err(StoreError::NotFound { .. })));
    assert_eq!(unit.audit().verify(&[]).await.unwrap().unwrap().seq, 1);
}

#[tokio::test]
async fn a_backup_that_cannot_be_used_leaves_the_database_as_it_is() {
    let bench = Bench::new().await;
    bench.add_user("u1", "ada").await;
    let backup = bench.dir.path().join("backup.db");
    bench.store.backup(&backup).await.unwrap();
    bench.store.close().await.unwrap();
    let mut bytes = std::fs::read(&backup).unwrap();
    bytes[4096..12288].fill(0xAA);
    std::fs::write(&backup, bytes).unwrap();
    let before = std::fs::read(bench.path()).unwrap();
    let restored = Store::restore(&backup, bench.path()).await;
    assert!(matches!(restored, Err(StoreError::Corrupt(_))));
    std::fs::write(&backup, b"").unwrap();
    assert!(Store::restore(&backup, bench.path()).await.is_err());
    assert_eq!(std::fs::read(bench.path()).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn backups_made_under_load_are_whole() {
    let bench = Bench::new().await;
    let store = bench.store.clone();
    let writer = tokio::spawn(async move {
        for n in 0.. {
            let mut unit = store.begin().await.unwrap();
            let name = format!("n{n}");
            unit.clusters().insert(&common::cluster(&name, &name)).await.unwrap();
            unit.audit().append(&event("cluster.create"), at(n)).await.unwrap();
            unit.commit().await.unwrap();
        }
    });
    for n in 0..5 {
        let backup = bench.dir.path().join(format!("backup{n}.db"));
        bench.store.backup(&backup).await.unwrap();
        let options = OpenOptions { audit_key: Some(AuditKey::new([7; 32])), ..OpenOptions::default() };
        let copy = Store::open(&backup, options).await.unwrap();
        let mut unit = copy.read().await.unwrap();
        let head = unit.audit().verify(&[]).await.unwrap().unwrap();
        assert_eq!(unit.clusters().all().await.unwrap().len() as i64, head.seq);
    }
    writer.abort();
}
