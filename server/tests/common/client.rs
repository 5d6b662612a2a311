//! One request, one answer.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::time::Duration;

/// A request in the making.
pub struct Ask {
    request: http::request::Builder,
    body: Bytes,
}

impl Ask {
    pub fn new(address: &str, method: &str, path: &str) -> Ask {
        let request = Request::builder().method(method).uri(format!("http://{address}{path}"));
        Ask { request, body: Bytes::new() }
    }

    pub fn token(self, token: &str) -> Ask {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(self, name: &str, value: &str) -> Ask {
        Ask { request: self.request.header(name, value), ..self }
    }

    pub fn body(self, content_type: &str, text: &str) -> Ask {
        Ask { body: Bytes::from(text.to_string()), ..self.header("content-type", content_type) }
    }

    pub fn json(self, value: &Value) -> Ask {
        self.body("application/json", &value.to_string())
    }

    pub async fn send(self) -> Answer {
        let response = self.open().await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// For answers that do not end.
    pub async fn events(self) -> Events {
        let response = self.open().await;
        assert_eq!(response.status(), 200);
        Events { body: response.into_body(), text: String::new(), last_id: String::new() }
    }

    async fn open(self) -> Response<Incoming> {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let request = self.request.body(Full::new(self.body)).unwrap();
        tokio::time::timeout(Duration::from_secs(60), client.request(request)).await.expect("no answer").unwrap()
    }
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The body; null where it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect_status(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The problem that this answer must be.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect_status(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!((&problem["code"], &problem["status"]), (&Value::from(code), &Value::from(status)), "{problem}");
        for key in ["type", "title", "detail"] {
            assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "no {key} in {problem}");
        }
        problem
    }

    /// The cookie that this answer sets, with its flags.
    pub fn cookie(&self) -> Option<String> {
        self.headers.get("set-cookie").map(|value| value.to_str().unwrap().to_string())
    }
}

/// Server-sent events.
pub struct Events {
    body: Incoming,
    text: String,
    /// The id of the last event.
    pub last_id: String,
}

impl Events {
    /// The next event of this name; others are passed over.
    pub async fn next(&mut self, wanted: &str) -> Value {
        loop {
            let (name, data) = tokio::time::timeout(Duration::from_secs(60), self.any()).await.expect("no event");
            if name == wanted {
                return data;
            }
        }
    }

    /// The next event, whatever it is.
    pub async fn any(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |key: &str| event.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
                self.last_id = field("id: ").to_string();
                let found = (field("event: ").to_string(), serde_json::from_str(field("data: ")).unwrap_or_default());
                self.text = rest.to_string();
                return found;
            }
            let frame = self.body.frame().await.expect("the stream ended").unwrap();
            if let Ok(data) = frame.into_data() {
                self.text.push_str(std::str::from_utf8(&data).unwrap());
            }
        }
    }
}
