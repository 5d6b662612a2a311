//! Server-sent events of the server.

use super::Api;
use anyhow::{Context, Result, bail};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;

/// A stream of events.
pub struct Events {
    body: Incoming,
    text: String,
}

impl Events {
    /// Opens the stream at `path`.
    ///
    /// # Errors
    /// When the server is not there, or refuses.
    pub async fn open(api: &Api, path: &str) -> Result<Self> {
        Ok(Self { body: api.open(path).await?, text: String::new() })
    }

    /// The data of the next event that has some, within `patience`.
    ///
    /// # Errors
    /// When none comes.
    pub async fn next(&mut self, patience: Duration) -> Result<String> {
        tokio::time::timeout(patience, self.read()).await.context("no event came")?
    }

    async fn read(&mut self) -> Result<String> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let data: Vec<&str> = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                let (data, rest) = (data.join("\n"), rest.to_owned());
                self.text = rest;
                if !data.is_empty() {
                    return Ok(data);
                }
                continue;
            }
            let Some(frame) = self.body.frame().await else { bail!("the stream has ended") };
            if let Ok(bytes) = frame?.into_data() {
                self.text.push_str(std::str::from_utf8(&bytes)?);
            }
        }
    }
}
