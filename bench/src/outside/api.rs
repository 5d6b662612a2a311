//! The server's REST API over a socket.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// No answer takes this long unless it never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client with a token. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    base: Arc<str>,
    authorization: Arc<str>,
}

impl Api {
    /// A client for the server at `address`.
    pub fn new(address: SocketAddr, token: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            base: format!("http://{address}").into(),
            authorization: format!("Bearer {token}").into(),
        }
    }

    /// The whole body of a success.
    ///
    /// # Errors
    /// When the server is not there, or refuses.
    pub async fn get(&self, path: &str) -> Result<Bytes> {
        let (status, body) = self.send(Method::GET, path, Bytes::new()).await?;
        ensure!(status.is_success(), "GET {path}: {status} {}", String::from_utf8_lossy(&body));
        Ok(body)
    }

    /// As [`Api::get`], read as JSON.
    ///
    /// # Errors
    /// As there.
    pub async fn get_json(&self, path: &str) -> Result<Value> {
        serde_json::from_slice(&self.get(path).await?).with_context(|| format!("GET {path}: no JSON"))
    }

    /// Sends JSON and expects success.
    ///
    /// # Errors
    /// When the server is not there, or refuses.
    pub async fn post(&self, path: &str, body: &Value) -> Result<()> {
        let (status, body) = self.send(Method::POST, path, body.to_string().into()).await?;
        ensure!(status.is_success(), "POST {path}: {status} {}", String::from_utf8_lossy(&body));
        Ok(())
    }

    /// The body of a success as it comes.
    ///
    /// # Errors
    /// When the server is not there, or refuses.
    pub async fn open(&self, path: &str) -> Result<Incoming> {
        let response = self.client.request(self.request(Method::GET, path, Bytes::new())?).await?;
        ensure!(response.status().is_success(), "GET {path}: {}", response.status());
        Ok(response.into_body())
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(AUTHORIZATION, &*self.authorization)
            .header(CONTENT_TYPE, "application/json");
        Ok(request.body(Full::new(body))?)
    }

    async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<(StatusCode, Bytes)> {
        let request = self.request(method, path, body)?;
        let exchange = async {
            let response = self.client.request(request).await?;
            let status = response.status();
            anyhow::Ok((status, response.into_body().collect().await?.to_bytes()))
        };
        tokio::time::timeout(PATIENCE, exchange).await.with_context(|| format!("{path}: no answer"))?
    }
}
