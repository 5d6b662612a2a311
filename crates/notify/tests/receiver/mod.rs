//! A receiver on loopback that does as a script says, and a ledger of what reached it.
#![allow(dead_code)] // every test file uses a part of it
#![allow(clippy::unwrap_used)] // a helper that fails is a test that fails

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

#[derive(Clone, Copy, Debug)]
pub enum Act {
    Answer(u16, &'static str),
    Hang,
    Reset,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub delivery: Option<String>,
    pub body: serde_json::Value,
}

#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    seen: Arc<Mutex<Vec<(Seen, bool)>>>,
}

impl Receiver {
    /// Does the acts in turn, then takes everything.
    pub async fn start(acts: impl IntoIterator<Item = Act>, ok: &'static str) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let acts = Arc::new(Mutex::new(acts.into_iter().collect::<VecDeque<Act>>()));
        let seen = Arc::clone(&receiver.seen);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acts, seen) = (Arc::clone(&acts), Arc::clone(&seen));
                tokio::spawn(async move {
                    let service = service_fn(move |request| serve(request, Arc::clone(&acts), Arc::clone(&seen), ok));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/robot?access_token=canary", self.port)
    }

    /// Every request, also those that were not taken.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().map(|(seen, _)| seen.clone()).collect()
    }

    /// The requests that were taken.
    pub fn taken(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|(_, taken)| *taken).map(|(seen, _)| seen.clone()).collect()
    }
}

async fn serve(
    request: Request<Incoming>,
    acts: Arc<Mutex<VecDeque<Act>>>,
    seen: Arc<Mutex<Vec<(Seen, bool)>>>,
    ok: &'static str,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let delivery = request.headers().get("x-pilothouse-delivery").map(|value| value.to_str().unwrap().to_string());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&body).unwrap();
    let act = acts.lock().unwrap().pop_front();
    seen.lock().unwrap().push((Seen { delivery, body }, act.is_none()));
    let answer = |status, text: &'static str| {
        Ok(Response::builder().status(status).body(Full::new(Bytes::from_static(text.as_bytes()))).unwrap())
    };
    match act {
        None => answer(200, ok),
        Some(Act::Answer(status, text)) => answer(status, text),
        Some(Act::Hang) => {
            std::future::pending::<Infallible>().await;
            answer(500, "")
        }
        Some(Act::Reset) => Err(std::io::Error::other("reset")),
    }
}
