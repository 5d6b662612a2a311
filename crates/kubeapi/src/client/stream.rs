//! Answers as streams, for lists and watches.

use std::io::Write;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};
use http::header::{ACCEPT_ENCODING, HeaderValue};
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::answer::{Body, carrier, is_packed, retry_after};
use super::{CallError, ClusterClient, Unreachable};
use crate::listwatch::{BodyStream, Get, Reply, SyncError, Transport};

impl Transport for ClusterClient {
    fn get(&self, get: Get) -> BoxFuture<'_, Result<Reply, SyncError>> {
        Box::pin(self.reply(get))
    }
}

impl ClusterClient {
    async fn reply(&self, get: Get) -> Result<Reply, SyncError> {
        let encoding = if get.compressed { "gzip" } else { "identity" };
        let request = Request::get(&get.path_and_query)
            .header(ACCEPT_ENCODING, HeaderValue::from_static(encoding))
            .body(Bytes::new())
            .map_err(|_| SyncError::BadData)?;
        let answer = self.send_until(request, Instant::now() + get.deadline).await?;
        Ok(Reply {
            status: answer.status().as_u16(),
            retry_after: retry_after(answer.headers()),
            carrier: carrier(&answer),
            body: pieces(answer)?,
        })
    }
}

/// The body of `answer` piece by piece, unpacked.
pub(crate) fn pieces(answer: Response<Body>) -> Result<BodyStream, CallError> {
    match is_packed(answer.headers())? {
        true => Ok(unpacked(answer.into_body())),
        false => Ok(plain(answer.into_body())),
    }
}

fn plain(body: Body) -> BodyStream {
    // A broken stream's cause is of no use to the reader: it opens a new one.
    body.into_data_stream().map_err(|_| SyncError::Connection).boxed()
}

fn unpacked(body: Body) -> BodyStream {
    let decoder = MultiGzDecoder::new(Vec::new());
    stream::try_unfold(Some((plain(body), decoder)), |state| async move {
        let Some((mut body, mut decoder)) = state else {
            return Ok(None);
        };
        loop {
            let Some(packed) = body.try_next().await? else {
                // Without its trailer a packed body is cut short, whatever the connection says.
                decoder.try_finish().map_err(|_| SyncError::BadData)?;
                let rest = std::mem::take(decoder.get_mut());
                return Ok((!rest.is_empty()).then(|| (Bytes::from(rest), None)));
            };
            decoder.write_all(&packed).map_err(|_| SyncError::BadData)?;
            let piece = std::mem::take(decoder.get_mut());
            if !piece.is_empty() {
                return Ok(Some((Bytes::from(piece), Some((body, decoder)))));
            }
        }
    })
    .boxed()
}

impl From<CallError> for SyncError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Untrusted(_) | CallError::Unreachable(Unreachable::Tls) => Self::Tls,
            CallError::Forbidden(_) | CallError::Unreachable(_) | CallError::Broken => Self::Connection,
            CallError::Timeout => Self::Timeout,
            CallError::TooLarge { cap } => Self::TooLarge { cap },
            CallError::Invalid | CallError::BadAnswer => Self::BadData,
            CallError::Status(status) => Self::from_status(status.code, status.retry_after, &Default::default()),
        }
    }
}
