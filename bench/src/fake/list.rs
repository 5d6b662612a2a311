//! Pages of lists.

use super::answer::{Body, Query, full, status, with_gzip};
use super::contents::{Objects, Piece};
use super::member::Member;
use super::pack::{pack, unpack};
use anyhow::Result;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Answers with a page, as gzip members after each other or plainly. A path that no object lies under is an empty
/// list: discovery says what is served.
pub fn answer(member: &Arc<Member>, path: &str, query: &Query<'_>, packed: bool) -> Response<Body> {
    let nothing = Objects::default();
    let objects = member.objects(path).unwrap_or(&nothing);
    let Some((version, from)) = place(query.next, member.version()) else {
        return status(StatusCode::GONE, "Expired", "the continue token is not one of this cluster's");
    };
    let range = pieces(objects, from, query.limit);
    let next = if range.end < objects.pieces.len() { format!("{version}.{}", range.end) } else { String::new() };
    if next.is_empty() && path == "/api/v1/pods" {
        member.counters.pod_lists.fetch_add(1, Ordering::Relaxed);
    }
    let head = format!(
        r#"{{"kind":"{}List","apiVersion":"{}","metadata":{{"resourceVersion":"{version}","continue":"{next}"}},"items":["#,
        objects.kind, objects.api_version,
    );
    match body(member, &objects.pieces[range], &head, packed) {
        Ok(parts) => {
            let mut response = streamed(parts);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if packed { with_gzip(response) } else { response }
        }
        Err(error) => full(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string().into()),
    }
}

/// The version of a continue token and its first piece.
fn place(token: &str, now: u64) -> Option<(u64, usize)> {
    if token.is_empty() {
        return Some((now, 0));
    }
    let (version, piece) = token.split_once('.')?;
    Some((version.parse().ok()?, piece.parse().ok()?))
}

/// As many pieces as hold at most `limit` objects, but one at least; all where there is no limit.
fn pieces(objects: &Objects, from: usize, limit: usize) -> Range<usize> {
    let rest = objects.pieces.get(from..).unwrap_or_default();
    let mut held = 0;
    let fitting = rest.iter().take_while(|piece| {
        held += piece.count;
        limit == 0 || held <= limit
    });
    let from = from.min(objects.pieces.len());
    let count = fitting.count().max(1).min(rest.len());
    from..from + count
}

fn body(member: &Member, pieces: &[Piece], head: &str, packed: bool) -> Result<Vec<Bytes>> {
    let as_wanted = |text: &[u8]| if packed { pack(text) } else { Ok(Bytes::copy_from_slice(text)) };
    let comma = as_wanted(b",")?;
    let mut parts = vec![as_wanted(head.as_bytes())?];
    for piece in pieces {
        let staying = match &piece.packed {
            Some(staying) if packed => Some(staying.clone()),
            Some(staying) => Some(unpack(staying)?),
            None => None,
        };
        let changing = match piece.changing.is_empty() {
            true => None,
            false => Some(as_wanted(&member.changed(&piece.changing))?),
        };
        for part in [staying, changing].into_iter().flatten() {
            if parts.len() > 1 {
                parts.push(comma.clone());
            }
            parts.push(part);
        }
    }
    parts.push(as_wanted(b"]}")?);
    Ok(parts)
}

fn streamed(parts: Vec<Bytes>) -> Response<Body> {
    let frames = futures::stream::iter(parts.into_iter().map(|part| Ok(Frame::data(part))));
    Response::new(BodyExt::boxed_unsync(StreamBody::new(frames)))
}

#[cfg(test)]
mod tests {
    use super::super::contents;
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    async fn page(member: &Arc<Member>, path: &str, query: &Query<'_>, packed: bool) -> Value {
        let body = answer(member, path, query, packed).into_body().collect().await.unwrap().to_bytes();
        let text = if packed { unpack(&body).unwrap() } else { body };
        serde_json::from_slice(&text).unwrap()
    }

    #[tokio::test]
    async fn pages_bring_every_object_once_in_either_form() {
        let member = Member::new(0, contents::generate(2, 5, 330).await.unwrap());
        member.change(3, Some(4242));
        for packed in [true, false] {
            for limit in [0, 1, 100, 250] {
                let (mut next, mut seen, mut restarts) = (String::new(), BTreeSet::new(), 0);
                loop {
                    let query = Query { limit, next: &next, ..Query::default() };
                    let body = page(&member, "/api/v1/pods", &query, packed).await;
                    assert_eq!((&body["kind"], &body["apiVersion"]), (&"PodList".into(), &"v1".into()));
                    for pod in body["items"].as_array().unwrap() {
                        assert!(seen.insert(pod["metadata"]["uid"].as_str().unwrap().to_owned()), "a pod came twice");
                        let count = pod.pointer("/status/containerStatuses/0/restartCount");
                        restarts = restarts.max(count.and_then(Value::as_u64).unwrap_or(0));
                    }
                    next = body["metadata"]["continue"].as_str().unwrap().to_owned();
                    if next.is_empty() {
                        break;
                    }
                }
                assert_eq!((seen.len(), restarts), (member.count("pods"), 4242));
            }
        }
        let nothing = page(&member, "/apis/example.com/v1/widgets", &Query::default(), false).await;
        assert_eq!(nothing["items"], Value::Array(Vec::new()));
    }

    #[test]
    fn tokens_are_read() {
        assert_eq!(place("", 9), Some((9, 0)));
        assert_eq!(place("7.50", 9), Some((7, 50)));
        assert_eq!(place("x", 9), None);
    }
}
