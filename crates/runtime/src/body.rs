//! Response bodies with a size cap and a deadline.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// More bytes came than the cap allows.
    #[error("the body is larger than {cap} bytes")]
    TooLarge {
        /// The cap, in bytes.
        cap: usize,
    },
    /// The deadline passed before the body ended.
    #[error("the body did not end in time")]
    Timeout,
    /// The connection failed.
    #[error("the connection broke while the body was read")]
    Transport(#[source] BoxError),
}

/// A body that fails with [`BodyError`] once it has yielded more than its cap, or once its deadline has passed.
pub struct BoundedBody<B> {
    inner: B,
    cap: usize,
    left: usize,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<B> BoundedBody<B> {
    /// Caps `inner` at `cap` bytes; with a deadline, reading fails after it.
    pub fn new(inner: B, cap: usize, deadline: Option<Instant>) -> Self {
        Self { inner, cap, left: cap, deadline: deadline.map(|at| Box::pin(sleep_until(at))) }
    }
}

impl<B> Body for BoundedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(deadline) = &mut self.deadline
            && deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Some(Err(BodyError::Timeout)));
        }
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(BodyError::Transport(error.into())))),
            Poll::Ready(Some(Ok(frame))) => {
                let size = frame.data_ref().map_or(0, Bytes::len);
                match self.left.checked_sub(size) {
                    Some(left) => {
                        self.left = left;
                        Poll::Ready(Some(Ok(frame)))
                    }
                    None => Poll::Ready(Some(Err(BodyError::TooLarge { cap: self.cap }))),
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Reads a whole body of at most `cap` bytes before `deadline`.
///
/// # Errors
/// [`BodyError`]; a declared length above the cap fails before anything is read.
pub async fn collect<B>(body: B, cap: usize, deadline: Instant) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    if body.size_hint().lower() > cap as u64 {
        return Err(BodyError::TooLarge { cap });
    }
    let bounded = BoundedBody::new(body, cap, Some(deadline));
    Ok(bounded.collect().await?.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use http_body_util::{Full, StreamBody};
    use std::convert::Infallible;
    use std::time::Duration;

    fn endless(chunk: usize) -> impl Body<Data = Bytes, Error = Infallible> + Unpin {
        StreamBody::new(stream::repeat_with(move || Ok(Frame::data(Bytes::from(vec![0; chunk])))))
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[tokio::test]
    async fn a_body_at_the_cap_passes_and_one_byte_more_fails() {
        let body = Full::new(Bytes::from_static(b"12345"));
        assert_eq!(collect(body, 5, soon()).await.unwrap(), "12345");
        let body = Full::new(Bytes::from_static(b"123456"));
        assert!(matches!(collect(body, 5, soon()).await, Err(BodyError::TooLarge { cap: 5 })));
    }

    #[tokio::test]
    async fn an_endless_body_stops_at_the_cap() {
        let read = collect(endless(1000), 10_500, soon()).await;
        assert!(matches!(read, Err(BodyError::TooLarge { cap: 10_500 })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_body_stops_at_the_deadline() {
        let silent = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        assert!(matches!(collect(silent, 10, soon()).await, Err(BodyError::Timeout)));
    }
}
