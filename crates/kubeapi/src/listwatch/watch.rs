//! One open watch.

use super::error::SyncError;
use super::lines::Lines;
use super::machine::Limits;
use super::transport::{BodyStream, Carrier, Reply};
use crate::decode::{Event, Interner, Mirrored, decode_line};
use futures::StreamExt;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

pub(super) struct Watch {
    body: BodyStream,
    lines: Lines,
    limits: Limits,
    idle_since: Instant,
    pub carrier: Carrier,
}

/// What came in at once.
pub(super) enum Arrival<R: Mirrored> {
    Events {
        events: Vec<Event<R>>,
        skipped: u64,
        bytes: usize,
    },
    /// Closed by the server.
    Closed,
    /// Silent for too long.
    Idle,
}

impl Watch {
    pub fn new(reply: Reply, limits: Limits) -> Self {
        Self {
            body: reply.body,
            lines: Lines::new(limits.line_bytes),
            limits,
            idle_since: Instant::now(),
            carrier: reply.carrier,
        }
    }

    /// Waits for bytes and decodes every line that is complete.
    pub async fn next<R: Mirrored>(
        &mut self,
        interner: &mut Interner,
        position: &mut String,
    ) -> Result<Arrival<R>, SyncError> {
        let mut bytes = 0;
        loop {
            let chunk = match timeout_at(self.idle_since + self.limits.idle, self.body.next()).await {
                Err(_) => return Ok(Arrival::Idle),
                Ok(None) => return Ok(Arrival::Closed),
                Ok(Some(chunk)) => chunk?,
            };
            bytes += chunk.len();
            self.lines.push(&chunk);
            let (events, skipped) = self.decode(interner, position);
            if self.lines.dropping() > self.limits.page_bytes {
                return Err(SyncError::TooLarge { cap: self.limits.page_bytes });
            }
            // Lines that cannot be read prove nothing: they must not keep a stream of rubbish open.
            if !events.is_empty() {
                self.idle_since = Instant::now();
            }
            if !events.is_empty() || skipped > 0 {
                return Ok(Arrival::Events { events, skipped, bytes });
            }
        }
    }

    fn decode<R: Mirrored>(&mut self, interner: &mut Interner, position: &mut String) -> (Vec<Event<R>>, u64) {
        let (mut events, mut skipped) = (Vec::new(), 0);
        while let Some(line) = self.lines.next() {
            match decode_line(&line, interner, position) {
                Ok(event) => events.push(event),
                Err(_) => skipped += 1,
            }
        }
        (events, skipped + self.lines.take_dropped())
    }
}

/// Servers close a watch after this; drawn anew for each, so that not all are opened again at once.
pub(super) fn timeout_seconds(limits: &Limits, draw: u64) -> u64 {
    let longest = limits.watch_timeout.max(Duration::from_secs(1)).as_secs();
    let spread = longest / 4;
    longest - if spread == 0 { 0 } else { draw % spread }
}
