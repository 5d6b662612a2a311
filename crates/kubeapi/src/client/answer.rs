//! Reading answers: where they came from, what a refusal says, and unpacking.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::header::{CONTENT_ENCODING, RETRY_AFTER};
use http::{HeaderMap, Response, Version};
use runtime::body::collect;
use runtime::egress::ConnectionHandle;
use serde::Deserialize;
use tokio::time::Instant;

use super::error::{ApiStatus, CallError};
use crate::listwatch::Carrier;

/// The body of an answer as it comes.
pub type Body = hyper::body::Incoming;

/// A refusal's `Status` object is read up to this size.
const MAX_STATUS: usize = 64 * 1024;
/// A refusal's sentence is kept up to this many characters.
const MAX_MESSAGE: usize = 1024;
/// The longest wait that a server may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
/// Answers beyond this size are unpacked away from the threads that serve the network.
const SMALL: usize = 64 * 1024;

/// Which connection carried `answer`.
pub(crate) fn carrier<B>(answer: &Response<B>) -> Carrier {
    let connection: Option<&ConnectionHandle> = answer.extensions().get();
    Carrier { multiplexed: answer.version() == Version::HTTP_2, id: connection.map(ConnectionHandle::id) }
}

#[derive(Deserialize)]
struct StatusBody {
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

impl ApiStatus {
    /// Reads the refusal in `answer`, whose status is no success. A body that is no `Status` counts as none.
    pub async fn read(answer: Response<Body>, deadline: Instant) -> Self {
        let code = answer.status().as_u16();
        let retry_after = retry_after(answer.headers());
        let body = collect(answer.into_body(), MAX_STATUS, deadline).await.unwrap_or_default();
        // Anything but a Status object comes from a proxy or a stranger, whose words are not shown.
        let status: Option<StatusBody> = serde_json::from_slice(&body).ok();
        let (reason, message) = status.map_or((None, None), |status| (status.reason, status.message));
        Self {
            code,
            reason: clean(reason.unwrap_or_default()),
            message: clean(message.unwrap_or_default()),
            retry_after,
        }
    }
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

fn clean(text: String) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    visible.take(MAX_MESSAGE).collect()
}

/// Reads the whole body of a success, unpacked, at most `cap` bytes before and after.
pub(crate) async fn read_whole(answer: Response<Body>, cap: usize, deadline: Instant) -> Result<Bytes, CallError> {
    let packed = is_packed(answer.headers())?;
    let body = collect(answer.into_body(), cap, deadline).await?;
    match (packed, body.len() <= SMALL) {
        (false, _) => Ok(body),
        (true, true) => unpack(&body, cap),
        (true, false) => match tokio::task::spawn_blocking(move || unpack(&body, cap)).await {
            Ok(unpacked) => unpacked,
            Err(_) => Err(CallError::BadAnswer),
        },
    }
}

/// Whether the body is gzip. Nothing else is ever asked for.
pub(super) fn is_packed(headers: &HeaderMap) -> Result<bool, CallError> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(_) => Err(CallError::BadAnswer),
    }
}

fn unpack(packed: &[u8], cap: usize) -> Result<Bytes, CallError> {
    let mut plain = Vec::with_capacity((packed.len() * 8).min(cap + 1));
    let mut unpacked = MultiGzDecoder::new(packed).take(cap as u64 + 1);
    unpacked.read_to_end(&mut plain).map_err(|_| CallError::BadAnswer)?;
    match plain.len() > cap {
        true => Err(CallError::TooLarge { cap }),
        false => Ok(plain.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn pack(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn unpacking_stops_at_the_cap() {
        let plain = vec![b'x'; 1000];
        assert_eq!(unpack(&pack(&plain), 1000), Ok(plain.clone().into()));
        assert_eq!(unpack(&pack(&plain), 999), Err(CallError::TooLarge { cap: 999 }));
        let bomb = pack(&vec![0; 50 << 20]);
        assert_eq!(unpack(&bomb, 1 << 20), Err(CallError::TooLarge { cap: 1 << 20 }));
        assert_eq!(unpack(b"not gzip", 100), Err(CallError::BadAnswer));
        let whole = pack(&plain);
        assert_eq!(unpack(&whole[..whole.len() / 2], 1000), Err(CallError::BadAnswer));
    }

    #[test]
    fn a_wait_is_at_most_a_minute_and_garbage_is_none() {
        let wait = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        for (text, seconds) in
            [("0", Some(0)), ("1", Some(1)), ("30", Some(30)), ("3600", Some(60)), ("-1", None), ("soon", None)]
        {
            assert_eq!(wait(text), seconds, "{text}");
        }
        assert_eq!(wait("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }

    #[test]
    fn what_a_server_says_is_made_fit_to_show() {
        let said = clean(format!("a\r\n\u{1b}[2Jb{}", "x".repeat(5000)));
        assert!(said.starts_with("a   [2Jb") && said.chars().count() == MAX_MESSAGE);
    }
}
