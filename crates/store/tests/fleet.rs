//! Clusters, credentials, and the mirror's saved state.

mod common;

use common::{Bench, at, cluster};
use store::{
    PageRequest, Sealed, StoreError, Unique,
    repositories::{
        checkpoints::{Block, Checkpoint, Saved},
        credentials::Credential,
    },
};

fn credential(cluster_id: &str, sealed: &[u8]) -> Credential {
    Credential {
        cluster_id: cluster_id.to_owned(),
        kind: "token".to_owned(),
        sealed: Sealed::new(sealed.to_vec()),
        identity: Some("system:serviceaccount:kube-system:pilothouse".to_owned()),
        expires_at: Some(at(1000)),
        server_url: "https://api.example:6443".to_owned(),
        ca_fingerprint: None,
        updated_at: at(0),
    }
}

#[tokio::test]
async fn a_cluster_round_trips_and_changes_by_version() {
    let bench = Bench::new().await;
    bench.add_cluster("c1", "sh").await;
    let mut unit = bench.begin().await;
    let mut row = unit.clusters().by_name("sh").await.unwrap();
    assert_eq!(row, cluster("c1", "sh"));
    row.uid = Some("uid-1".to_owned());
    row.weight = 7;
    row.cordoned = true;
    row.labels.clear();
    assert_eq!(unit.clusters().update(&row, at(5)).await.unwrap(), 2);
    let stale = unit.clusters().update(&row, at(6)).await;
    assert!(matches!(stale, Err(StoreError::Stale { what: "cluster" })));
    (row.version, row.updated_at) = (2, at(5));
    assert_eq!(unit.clusters().get("c1").await.unwrap(), row);
    assert_eq!(unit.clusters().by_uid("uid-1").await.unwrap().unwrap(), row);
    assert_eq!(unit.clusters().by_uid("uid-2").await.unwrap(), None);
    row.id = "c9".to_owned();
    assert!(matches!(unit.clusters().update(&row, at(6)).await, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn removing_a_cluster_frees_name_and_uid_and_keeps_the_row() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    let mut first = cluster("c1", "sh");
    first.uid = Some("uid-1".to_owned());
    unit.clusters().insert(&first).await.unwrap();
    unit.credentials().put(&credential("c1", b"one")).await.unwrap();
    let mut second = cluster("c2", "sh");
    let taken = unit.clusters().insert(&second).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Unique::ClusterName })));
    second.name = "sh-again".to_owned();
    second.uid = first.uid.clone();
    let taken = unit.clusters().insert(&second).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Unique::ClusterUid })));
    unit.clusters().delete("c1", at(9)).await.unwrap();
    assert!(matches!(unit.clusters().delete("c1", at(9)).await, Err(StoreError::NotFound { .. })));
    second.name = "sh".to_owned();
    unit.clusters().insert(&second).await.unwrap();
    assert_eq!(unit.clusters().by_name("sh").await.unwrap().id, "c2");
    assert_eq!(unit.clusters().all().await.unwrap().len(), 1);
    let removed = unit.clusters().get("c1").await.unwrap();
    assert_eq!((removed.name.as_str(), removed.deleted_at, removed.version), ("sh", Some(at(9)), 2));
    assert!(unit.credentials().get("c1").await.is_err(), "the credential is erased");
}

#[tokio::test]
async fn live_clusters_are_listed_by_name() {
    let bench = Bench::new().await;
    for name in ["sh", "bj", "gz", "old"] {
        bench.add_cluster(name, name).await;
    }
    let mut unit = bench.begin().await;
    unit.clusters().delete("old", at(1)).await.unwrap();
    let first = unit.clusters().list(&PageRequest::new(2, None).unwrap()).await.unwrap();
    let rest = PageRequest::new(2, first.next).unwrap();
    let rest = unit.clusters().list(&rest).await.unwrap();
    let names: Vec<_> = first.items.into_iter().chain(rest.items).map(|c| c.name).collect();
    assert_eq!(names, ["bj", "gz", "sh"]);
    assert_eq!(rest.next, None);
}

#[tokio::test]
async fn a_replaced_credential_is_gone_from_the_file() {
    const OLD: &[u8] = b"old-sealed-credential-0123456789";
    let bench = Bench::new().await;
    bench.add_cluster("c1", "sh").await;
    let mut unit = bench.begin().await;
    unit.credentials().put(&credential("c1", OLD)).await.unwrap();
    unit.commit().await.unwrap();
    bench.store.checkpoint().await.unwrap();
    let holds_old = || {
        std::fs::read_dir(bench.dir.path()).unwrap().any(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            bytes.windows(OLD.len()).any(|window| window == OLD)
        })
    };
    assert!(holds_old());
    let mut unit = bench.begin().await;
    let new = credential("c1", b"new");
    unit.credentials().put(&new).await.unwrap();
    assert_eq!(unit.credentials().all().await.unwrap(), std::slice::from_ref(&new));
    unit.commit().await.unwrap();
    bench.store.checkpoint().await.unwrap();
    assert!(!holds_old());
    let mut unit = bench.begin().await;
    unit.credentials().reseal("c1", &Sealed::new(b"rotated".to_vec())).await.unwrap();
    let row = unit.credentials().get("c1").await.unwrap();
    assert_eq!((row.sealed.as_bytes(), row.updated_at), (b"rotated".as_slice(), at(0)));
    assert!(unit.credentials().reseal("c2", &row.sealed).await.is_err());
    assert!(matches!(unit.credentials().put(&credential("c2", b"x")).await, Err(StoreError::Reference)));
    assert!(!format!("{row:?}").contains("114"), "no bytes in debug output");
}

#[tokio::test]
async fn the_mirror_is_saved_by_changed_blocks_and_loaded_by_cluster() {
    let bench = Bench::new().await;
    bench.add_cluster("c1", "sh").await;
    bench.add_cluster("c2", "bj").await;
    let point = |cluster: &str, kind: &str, version: &str| Checkpoint {
        cluster_id: cluster.to_owned(),
        kind: kind.to_owned(),
        namespace: String::new(),
        resource_version: version.to_owned(),
        synced_at: at(3),
    };
    let block = |number: u32, fill: u8| Block { number, bytes: vec![fill; 3000] };
    let saved =
        |checkpoint: Checkpoint, changed: &[Block], count: u32| Saved { checkpoint, changed: changed.to_vec(), count };
    let many: Vec<_> = (0..150).map(|n| block(n, 1)).collect();
    let mut unit = bench.begin().await;
    unit.checkpoints().save(&[saved(point("c1", "pods", "10"), &many, 150)]).await.unwrap();
    let together = [
        saved(point("c1", "nodes", "11"), &[], 0),
        saved(point("c2", "pods", "12"), &[block(0, 5)], 1),
        saved(point("c1", "pods", "13"), &[block(1, 2)], 3),
    ];
    unit.checkpoints().save(&together).await.unwrap();
    let live = unit.clusters().registered(["c1", "c2", "c9"]).await.unwrap();
    assert_eq!(live.into_iter().collect::<Vec<_>>(), ["c1", "c2"]);
    unit.commit().await.unwrap();

    let bench = bench.restart().await;
    let mut unit = bench.begin().await;
    let loaded = unit.checkpoints().load("c1").await.unwrap();
    assert_eq!(
        loaded,
        [
            (point("c1", "nodes", "11"), vec![]),
            (point("c1", "pods", "13"), vec![block(0, 1), block(1, 2), block(2, 1)]),
        ]
    );
    let beyond = unit.checkpoints().save(&[saved(point("c1", "pods", "14"), &[block(3, 1)], 3)]).await;
    assert!(matches!(beyond, Err(StoreError::Invalid { .. })));
    let unknown = unit.checkpoints().save(&[saved(point("c9", "pods", "1"), &[], 0)]).await;
    assert!(matches!(unknown, Err(StoreError::Reference)));
    unit.checkpoints().delete_stream("c1", "nodes", "").await.unwrap();
    assert_eq!(unit.checkpoints().load("c1").await.unwrap().len(), 1);
    assert_eq!(unit.checkpoints().delete_cluster("c1").await.unwrap(), 1);
    assert!(unit.checkpoints().load("c1").await.unwrap().is_empty());
    assert_eq!(unit.checkpoints().load("c2").await.unwrap()[0].1, [block(0, 5)]);
    unit.clusters().delete("c2", at(9)).await.unwrap();
    let live = unit.clusters().registered(["c1", "c2"]).await.unwrap();
    assert_eq!(live.into_iter().collect::<Vec<_>>(), ["c1"], "a removed one keeps its row alone");
}
