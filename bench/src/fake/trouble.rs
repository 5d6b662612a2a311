//! Spoils answers.

use super::answer::{Body, full, status};
use super::member::Member;
use super::protocol::Trouble;
use bytes::Bytes;
use futures::StreamExt;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io;
use std::time::Duration;

/// Between two drops of an answer.
const DROPS: Duration = Duration::from_millis(200);
const DROP_BYTES: usize = 512;
/// Objects of a page of a list without end.
const PAGE: usize = 500;
/// What is no JSON.
const GARBAGE: &[u8] = b"{\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"name\":\xff\xfe{{{{\n";

/// The answer that a member in trouble gives in place of its own.
///
/// # Errors
/// Where the connection is to be broken.
pub fn spoil<B>(
    member: &Member,
    request: &Request<B>,
    answer: impl FnOnce() -> Response<Body>,
) -> io::Result<Response<Body>> {
    let path = request.uri().path();
    let of_objects = path.starts_with("/api") && path.matches('/').count() > 2;
    Ok(match member.trouble() {
        Some(Trouble::Closing) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Trouble::Failing) => status(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", "not now"),
        Some(Trouble::Unauthorized) => status(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized"),
        Some(Trouble::Garbage) if of_objects => full(StatusCode::OK, "application/json", GARBAGE.repeat(1000).into()),
        Some(Trouble::Dripping) => answer().map(drip),
        Some(Trouble::Endless) if of_objects => endless(answer()),
        _ => answer(),
    })
}

fn drip(body: Body) -> Body {
    let drops = body.into_data_stream().flat_map(|bytes| {
        let bytes = bytes.unwrap_or_else(|never| match never {});
        let drops: Vec<Bytes> = bytes.chunks(DROP_BYTES).map(Bytes::copy_from_slice).collect();
        futures::stream::iter(drops).then(|drop| async {
            tokio::time::sleep(DROPS).await;
            Ok::<_, Infallible>(Frame::data(drop))
        })
    });
    BodyExt::boxed_unsync(StreamBody::new(drops))
}

/// A list whose next page is the same again. Watches stay as they are.
fn endless(answer: Response<Body>) -> Response<Body> {
    if answer.headers().get(http::header::CONTENT_ENCODING).is_none() {
        return answer;
    }
    let item =
        |at: usize| json!({"metadata": {"name": format!("n{at}"), "namespace": "default", "uid": format!("u{at}")}});
    let items: Vec<Value> = (0..PAGE).map(item).collect();
    let meta = json!({"resourceVersion": "1", "continue": "1.0"});
    let list = json!({"kind": "List", "apiVersion": "v1", "metadata": meta, "items": items});
    full(StatusCode::OK, "application/json", list.to_string().into())
}
