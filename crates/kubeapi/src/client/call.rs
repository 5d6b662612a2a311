//! Whole calls: a deadline to the end of the body, a cap, and success or an error.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HeaderValue};
use http::{Request, Response};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::ClusterClient;
use super::answer::{Body, carrier, read_whole};
use super::error::{ApiStatus, CallError};
use crate::listwatch::Carrier;

/// How long a call may take and how much it may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// Time from the call to the end of the answer's body.
    pub deadline: Duration,
    /// The largest body that is read, in bytes, unpacked.
    pub max_body: usize,
    /// Whether the server may pack the answer.
    pub gzip: bool,
}

impl CallLimits {
    /// For one object: 10 s, 4 MiB.
    pub const OBJECT: Self = Self { deadline: Duration::from_secs(10), max_body: 4 << 20, gzip: false };

    /// For a page of a list: 30 s, 32 MiB, packed.
    pub const LIST: Self = Self { deadline: Duration::from_secs(30), max_body: 32 << 20, gzip: true };

    /// The same with another deadline.
    #[must_use]
    pub const fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }
}

impl ClusterClient {
    /// Sends `request` and reads the whole answer of a success, with the connection that carried it.
    ///
    /// # Errors
    /// [`CallError`]; an answer that is no success is [`CallError::Status`].
    pub async fn call<B: Into<Bytes>>(
        &self,
        limits: CallLimits,
        mut request: Request<B>,
    ) -> Result<(Bytes, Carrier), CallError> {
        let deadline = Instant::now() + limits.deadline;
        // Said either way: a proxy may pack what nobody asked to be packed.
        let encoding = if limits.gzip { "gzip" } else { "identity" };
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(encoding));
        let answer = self.send_until(request, deadline).await?;
        let carrier = carrier(&answer);
        let answer = success(answer, deadline).await?;
        Ok((read_whole(answer, limits.max_body, deadline).await?, carrier))
    }

    /// Sends `request` and reads the whole answer of a success.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn request_bytes<B: Into<Bytes>>(
        &self,
        limits: CallLimits,
        request: Request<B>,
    ) -> Result<Bytes, CallError> {
        Ok(self.call(limits, request).await?.0)
    }

    /// Sends `request` and reads the whole answer of a success as text.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::BadAnswer`] where it is no UTF-8.
    pub async fn request_text<B: Into<Bytes>>(
        &self,
        limits: CallLimits,
        request: Request<B>,
    ) -> Result<String, CallError> {
        let body = self.request_bytes(limits, request).await?;
        String::from_utf8(body.into()).map_err(|_| CallError::BadAnswer)
    }

    /// Sends `request` and reads the whole answer of a success as JSON.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::BadAnswer`] where it is no such JSON.
    pub async fn request_json<T: DeserializeOwned, B: Into<Bytes>>(
        &self,
        limits: CallLimits,
        request: Request<B>,
    ) -> Result<T, CallError> {
        let body = self.request_bytes(limits, request).await?;
        serde_json::from_slice(&body).map_err(|_| CallError::BadAnswer)
    }

    /// Sends a GET for `path`, which may have a query.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn get_json<T: DeserializeOwned>(&self, limits: CallLimits, path: &str) -> Result<T, CallError> {
        self.request_json(limits, get(path)?).await
    }

    /// Sends `request` for a stream: the head of the answer within `header_deadline`, the body as it comes.
    ///
    /// # Errors
    /// [`CallError`]; an answer that is no success is [`CallError::Status`].
    pub async fn open<B: Into<Bytes>>(
        &self,
        request: Request<B>,
        header_deadline: Duration,
    ) -> Result<Response<Body>, CallError> {
        let deadline = Instant::now() + header_deadline;
        let answer = self.send_until(request, deadline).await?;
        success(answer, deadline).await
    }
}

/// A GET for `path`, which may have a query.
pub(crate) fn get(path: &str) -> Result<Request<Bytes>, CallError> {
    Request::get(path).body(Bytes::new()).map_err(|_| CallError::Invalid)
}

async fn success(answer: Response<Body>, deadline: Instant) -> Result<Response<Body>, CallError> {
    match answer.status().is_success() {
        true => Ok(answer),
        false => Err(ApiStatus::read(answer, deadline).await.into()),
    }
}
