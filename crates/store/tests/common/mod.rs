//! A store in a directory of its own, and rows to put into it.
#![allow(dead_code)] // every test file uses a part of it
#![allow(clippy::unwrap_used)] // a helper that fails is a test that fails

use std::path::PathBuf;

use jiff::Timestamp;
use store::{
    AuditKey, Document, OpenOptions, Store, WriteUnit,
    repositories::{
        alerts::{Alert, AlertState},
        audit::AuditEvent,
        clusters::Cluster,
        decisions::Decision,
        users::{NewUser, Role},
    },
};
use tempfile::TempDir;

pub struct Bench {
    pub store: Store,
    pub dir: TempDir,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(OpenOptions::default()).await
    }

    pub async fn with(options: OpenOptions) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open_with(&dir, options).await;
        Self { store, dir }
    }

    pub fn path(&self) -> PathBuf {
        path(&self.dir)
    }

    pub async fn begin(&self) -> WriteUnit {
        self.store.begin().await.unwrap()
    }

    /// Closes the database and opens it again, as a restart does.
    pub async fn restart(self) -> Self {
        self.store.close().await.unwrap();
        self.restart_closed().await
    }

    pub async fn restart_closed(self) -> Self {
        let store = open_with(&self.dir, OpenOptions::default()).await;
        Self { store, dir: self.dir }
    }

    /// Runs a statement as someone would who has the file open in another program.
    pub async fn tamper(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        use sqlx::ConnectOptions;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path());
        let mut conn = options.connect().await?;
        sqlx::raw_sql(sql).execute(&mut conn).await?;
        sqlx::Connection::close(conn).await
    }

    pub async fn add_cluster(&self, id: &str, name: &str) {
        let mut unit = self.begin().await;
        unit.clusters().insert(&cluster(id, name)).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub async fn add_user(&self, id: &str, name: &str) {
        let mut unit = self.begin().await;
        let user = NewUser { id, name, role: Role::Viewer, password_hash: None };
        unit.users().insert(&user, at(0)).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub async fn add_decision(&self, id: &str) {
        let mut unit = self.begin().await;
        unit.decisions().insert(&decision(id)).await.unwrap();
        unit.commit().await.unwrap();
    }
}

pub fn path(dir: &TempDir) -> PathBuf {
    dir.path().join("pilothouse.db")
}

async fn open_with(dir: &TempDir, mut options: OpenOptions) -> Store {
    options.audit_key = Some(AuditKey::new([7; 32]));
    Store::open(path(dir), options).await.unwrap()
}

/// A time, in seconds after some start.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub fn json(text: &str) -> Document {
    Document::parse(text).unwrap()
}

pub fn event(action: &str) -> AuditEvent {
    AuditEvent {
        actor: "ada".to_owned(),
        action: action.to_owned(),
        object: "cluster/sh".to_owned(),
        outcome: "ok".to_owned(),
        detail: json(r#"{"weight":2}"#),
    }
}

pub fn cluster(id: &str, name: &str) -> Cluster {
    Cluster {
        id: id.to_owned(),
        name: name.to_owned(),
        uid: None,
        labels: [("env".to_owned(), "prod".to_owned())].into(),
        taints: json(r#"[{"key":"gpu","effect":"NoSchedule"}]"#),
        namespaces: vec!["shop".to_owned()],
        metrics_sources: json("{}"),
        weight: 2,
        cordoned: false,
        insecure: true,
        created_at: at(0),
        updated_at: at(0),
        deleted_at: None,
        version: 1,
    }
}

pub fn decision(id: &str) -> Decision {
    Decision {
        id: id.to_owned(),
        created_at: at(0),
        updated_at: at(0),
        actor: "ada".to_owned(),
        idempotency_key: Some("k1".to_owned()),
        request: json(r#"{"name":"checkout"}"#),
        outcome: "Scheduled".to_owned(),
        phase: "Reserved".to_owned(),
        cluster_id: None,
        cluster_name: None,
        namespace: Some("shop".to_owned()),
        workload: Some("checkout".to_owned()),
        answer: json(r#"{"z":1,"a":0.30000000000000004}"#),
        seed: u64::MAX,
        profile: "default".to_owned(),
        profile_version: 3,
    }
}

pub fn alert(id: &str, fingerprint: &str) -> Alert {
    Alert {
        id: id.to_owned(),
        rule: "NodeReadyLow".to_owned(),
        fingerprint: fingerprint.to_owned(),
        state: AlertState::Firing,
        severity: "critical".to_owned(),
        cluster_id: None,
        cluster_name: Some("sh".to_owned()),
        labels: [("cluster".to_owned(), "sh".to_owned())].into(),
        annotations: [("summary".to_owned(), "half the nodes are gone".to_owned())].into(),
        value: Some(0.5),
        starts_at: at(0),
        fired_at: Some(at(60)),
        ends_at: None,
        ack_by: None,
        ack_at: None,
        ack_note: None,
        revision: 1,
    }
}
