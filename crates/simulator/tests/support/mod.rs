//! A client that trusts one simulated cluster, close enough to the wire to see how a connection ends.
// Each test binary uses a part, and a helper that cannot go on must fail its test.
#![allow(dead_code, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use simulator::fleet::{Fleet, FleetSpec, SimCluster};
use simulator::object_store::{Kind, ObjectStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Longer than anything here takes; what must not come is awaited for [`SILENCE`].
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const SILENCE: Duration = Duration::from_millis(400);

pub async fn quiet_fleet(nodes: usize) -> Fleet {
    Fleet::start(FleetSpec::quiet(1, nodes)).await.unwrap()
}

/// Waits until `check` says something about the current state.
pub async fn until<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let limit = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(tokio::time::Instant::now() < limit, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn condition(object: &Value, kind: &str) -> Option<(String, String)> {
    let conditions = object["status"]["conditions"].as_array()?;
    let found = conditions.iter().find(|condition| condition["type"] == kind)?;
    let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
    Some((text("status"), text("reason")))
}

pub fn list(store: &ObjectStore, kind: &Kind, namespace: &str) -> Vec<Arc<Value>> {
    store.list(kind, Some(namespace)).0
}

pub async fn tls(cluster: &SimCluster) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(cluster.addr()).await?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(cluster.ca_pem().as_bytes()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(cluster.addr().ip().to_string()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await
}

/// One HTTP/1.1 connection.
pub struct Client {
    sender: http1::SendRequest<Full<Bytes>>,
    token: String,
}

impl Client {
    pub async fn connect(cluster: &SimCluster) -> std::io::Result<Self> {
        let stream = tls(cluster).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        tokio::spawn(connection);
        Ok(Self { sender, token: cluster.token().to_owned() })
    }

    pub async fn send(&mut self, method: &str, path: &str, body: &Value) -> hyper::Result<Response<Incoming>> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        self.sender.send_request(request).await
    }

    pub async fn get(&mut self, path: &str) -> hyper::Result<Response<Incoming>> {
        self.send("GET", path, &Value::Null).await
    }
}

/// Status and body of one GET on a connection of its own.
pub async fn get(cluster: &SimCluster, path: &str) -> (u16, Value) {
    let response = Client::connect(cluster).await.unwrap().get(path).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Up to `limit` bytes of a body.
pub async fn read_up_to(body: &mut Incoming, limit: usize) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < limit {
        match body.frame().await {
            Some(Ok(frame)) => read.extend(frame.into_data().unwrap_or_default()),
            _ => break,
        }
    }
    read
}
