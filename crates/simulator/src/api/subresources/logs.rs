//! Container logs: lines that follow from the pod alone, so that every read shows the same.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use http::{HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::owner;
use crate::api::dispatch::Call;
use crate::api::request::ResourcePath;
use crate::api::status::ApiError;

/// Seconds between two lines of a container.
const EVERY: i64 = 5;

/// No more lines than this are shown of a container's past.
const KEPT: i64 = 2000;

/// GET.
pub fn serve(call: &Call, path: &ResourcePath) -> Result<Response, ApiError> {
    let pod = owner(call, path)?;
    let container = container(call, &pod)?;
    let previous = call.params.flag("previous") && call.params.get("previous").is_some();
    let log = Log::of(&pod, &container, previous)?;
    let since = call.params.number("sinceSeconds")?;
    let tail = call.params.number("tailLines")?;
    let timestamps = call.params.get("timestamps").is_some_and(|v| v == "true");
    let now = Timestamp::now().as_second();
    let end = log.ended.unwrap_or(now).min(now);
    let mut first = (end - log.started - EVERY * KEPT).max(0) / EVERY;
    if let Some(seconds) = since {
        first = first.max((now - seconds - log.started + EVERY - 1).max(0) / EVERY);
    }
    let after = (end - log.started).max(-1) / EVERY + 1;
    if let Some(lines) = tail {
        first = first.max(after - lines.max(0));
    }
    let text: String = (first..after).map(|i| log.line(i, timestamps)).collect();
    let past = stream::iter([Ok::<_, Infallible>(Bytes::from(text))]);
    let follow = call.params.get("follow").is_some_and(|v| v == "true") && log.ended.is_none();
    let body = if follow {
        // A stop of the pod is not announced: the stream ends when the object no longer runs.
        let cluster = std::sync::Arc::clone(&call.cluster);
        let path = path.clone();
        let more = stream::unfold((after, log), move |(next, log)| {
            let (cluster, path) = (std::sync::Arc::clone(&cluster), path.clone());
            async move {
                let due = log.started + next * EVERY;
                let wait = (due - Timestamp::now().as_second()).max(0);
                tokio::time::sleep(Duration::from_secs(wait.unsigned_abs())).await;
                let pod = cluster.store().get(path.kind, path.namespace(), path.name.as_deref().unwrap_or(""))?;
                if pod["status"]["phase"] != "Running" {
                    return None;
                }
                Some((Ok(Bytes::from(log.line(next, timestamps))), (next + 1, log)))
            }
        });
        Body::from_stream(past.chain(more))
    } else {
        Body::from_stream(past)
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

fn container(call: &Call, pod: &Value) -> Result<String, ApiError> {
    let names = |list: &str| -> Vec<String> {
        let all = pod["spec"][list].as_array().into_iter().flatten();
        all.filter_map(|c| c["name"].as_str().map(str::to_owned)).collect()
    };
    let (main, init) = (names("containers"), names("initContainers"));
    let pod_name = pod["metadata"]["name"].as_str().unwrap_or("");
    match call.params.get("container") {
        Some(name) if main.iter().chain(&init).any(|n| n == name) => Ok(name.to_owned()),
        Some(name) => Err(ApiError::bad_request(format!("container {name} is not valid for pod {pod_name}"))),
        None => match main.as_slice() {
            [only] if init.is_empty() => Ok(only.clone()),
            _ => Err(ApiError::bad_request(format!(
                "a container name must be specified for pod {pod_name}, choose one of: [{}]",
                init.iter().chain(&main).cloned().collect::<Vec<_>>().join(" ")
            ))),
        },
    }
}

struct Log {
    container: String,
    seed: u64,
    /// Seconds since the epoch.
    started: i64,
    ended: Option<i64>,
}

const MESSAGES: &[&str] = &[
    "level=info msg=\"request served\" method=GET path=/healthz status=200",
    "level=info msg=\"request served\" method=GET path=/api/items status=200",
    "level=info msg=\"request served\" method=POST path=/api/items status=201",
    "level=info msg=\"cache refreshed\" entries=128",
    "level=warn msg=\"slow query\" table=items",
    "level=info msg=\"connection pool\" idle=4 busy=1",
    "level=error msg=\"upstream timed out, will retry\" attempt=1",
];

fn second(value: &Value) -> Option<i64> {
    value.as_str()?.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

impl Log {
    fn of(pod: &Value, container: &str, previous: bool) -> Result<Self, ApiError> {
        let pod_name = pod["metadata"]["name"].as_str().unwrap_or("");
        let statuses = ["containerStatuses", "initContainerStatuses"];
        let status = statuses
            .iter()
            .flat_map(|list| pod["status"][*list].as_array().into_iter().flatten())
            .find(|s| s["name"] == container);
        let state = |which: &str| status.map_or(&Value::Null, |s| &s[which]);
        if previous {
            let last = &state("lastState")["terminated"];
            if !last.is_object() {
                return Err(ApiError::bad_request(format!(
                    "previous terminated container {container:?} in pod {pod_name:?} not found"
                )));
            }
            return Ok(Self::between(pod, container, last));
        }
        let state = state("state");
        if state["terminated"].is_object() {
            return Ok(Self::between(pod, container, &state["terminated"]));
        }
        if let Some(started) = second(&state["running"]["startedAt"]) {
            return Ok(Self { container: container.to_owned(), seed: seed(pod), started, ended: None });
        }
        let waiting = state["waiting"]["reason"].as_str();
        let last = status.map_or(&Value::Null, |s| &s["lastState"]["terminated"]);
        match waiting {
            // A container that crashed shows its last run.
            Some("CrashLoopBackOff") if last.is_object() => Ok(Self::between(pod, container, last)),
            reason => {
                let reason = match reason {
                    Some("ErrImagePull" | "ImagePullBackOff") => "trying and failing to pull image".to_owned(),
                    other => other.unwrap_or("ContainerCreating").to_owned(),
                };
                let message = format!("container {container:?} in pod {pod_name:?} is waiting to start: {reason}");
                Err(ApiError::bad_request(message))
            }
        }
    }

    fn between(pod: &Value, container: &str, terminated: &Value) -> Self {
        let ended = second(&terminated["finishedAt"]);
        let created = second(&pod["metadata"]["creationTimestamp"]).unwrap_or(0);
        let started = second(&terminated["startedAt"]).or(ended).unwrap_or(created);
        Self { container: container.to_owned(), seed: seed(pod), started, ended: Some(ended.unwrap_or(started)) }
    }

    fn line(&self, index: i64, timestamps: bool) -> String {
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.started + index * EVERY);
        let stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000000000Z").to_string();
        let message = if index == 0 {
            "level=info msg=\"starting\"".to_owned()
        } else {
            let mix = self.seed.wrapping_add(index.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let choice = (mix ^ (mix >> 29)) as usize % MESSAGES.len();
            format!("{} seq={index}", MESSAGES[choice])
        };
        let prefix = if timestamps { format!("{stamp} ") } else { String::new() };
        format!("{prefix}time={} container={} {message}\n", at.strftime("%Y-%m-%dT%H:%M:%SZ"), self.container)
    }
}

/// FNV-1a of the uid.
fn seed(pod: &Value) -> u64 {
    let uid = pod["metadata"]["uid"].as_str().unwrap_or("");
    uid.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
