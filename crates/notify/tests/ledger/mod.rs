//! An outbox in memory that keeps the promises of the trait, and outlives the courier as a database does.
#![allow(dead_code)]
#![allow(clippy::unwrap_used)]

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::wire::alerting::{AlertState, ChannelKind, Language, Severity};
use notify::{Claimed, Notice, Outbox, OutboxError, Settled, Settlement, Target};
use secrets::Secret;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Claimed,
    Delivered,
    Dead(&'static str),
}

#[derive(Clone, Debug)]
pub struct Row {
    pub channel: &'static str,
    pub claimed: Claimed,
    pub state: State,
    pub words: Vec<&'static str>,
}

pub struct Ledger {
    pub rows: Mutex<Vec<Row>>,
    pub channels: Vec<(&'static str, ChannelKind, String)>,
    /// This many settlements fail, as on a full disk.
    pub failing: AtomicU32,
}

impl Ledger {
    pub fn new(channels: Vec<(&'static str, ChannelKind, String)>) -> Ledger {
        Ledger { rows: Mutex::default(), channels, failing: AtomicU32::new(0) }
    }

    /// Writes a notice of alert `alert`; the number is its place in time.
    pub fn write(&self, channel: &'static str, alert: &str, state: AlertState, created_at: Timestamp) {
        let mut rows = self.rows.lock().unwrap();
        let id = format!("{:06}", rows.len());
        let due_at = created_at;
        let claimed = Claimed { notice: notice(alert, &id, state), id, attempts: 0, due_at, created_at };
        rows.push(Row { channel, claimed, state: State::Pending, words: Vec::new() });
    }

    pub fn states(&self) -> Vec<State> {
        self.rows.lock().unwrap().iter().map(|row| row.state).collect()
    }

    pub fn all_settled(&self) -> bool {
        !self.states().iter().any(|state| matches!(state, State::Pending | State::Claimed))
    }
}

pub fn notice(alert: &str, id: &str, state: AlertState) -> Notice {
    let label = |name: &str, value: &str| (name.to_string(), value.to_string());
    Notice {
        alert: alert.into(),
        rule: "NodeReadyLow".into(),
        fingerprint: alert.into(),
        state,
        severity: Severity::Warning,
        cluster: "sh".into(),
        labels: [label("alertname", "NodeReadyLow"), label("id", id), label("alert", alert)].into(),
        annotations: [label("summary", &format!("notice {id}"))].into(),
        starts_at: Timestamp::UNIX_EPOCH,
        ends_at: (state == AlertState::Resolved).then_some(Timestamp::UNIX_EPOCH),
    }
}

pub fn ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

#[async_trait]
impl Outbox for Ledger {
    async fn recover(&self) -> Result<(), OutboxError> {
        for row in self.rows.lock().unwrap().iter_mut().filter(|row| row.state == State::Claimed) {
            row.state = State::Pending;
        }
        Ok(())
    }

    async fn waiting(&self, now: Timestamp) -> Result<Vec<String>, OutboxError> {
        let rows = self.rows.lock().unwrap();
        let due = |channel| {
            rows.iter().any(|row| row.channel == channel && row.state == State::Pending && row.claimed.due_at <= now)
        };
        Ok(self.channels.iter().map(|(name, ..)| *name).filter(|name| due(*name)).map(str::to_string).collect())
    }

    async fn target(&self, channel: &str) -> Result<Option<Target>, OutboxError> {
        let found = self.channels.iter().find(|(name, ..)| *name == channel);
        Ok(found.map(|(name, kind, url)| Target {
            name: name.to_string(),
            kind: *kind,
            url: Secret::from_string(url.clone()),
            secret: Some(Secret::from_string("SECkey".into())),
            language: Language::En,
        }))
    }

    async fn claim(&self, channel: &str, limit: u32, now: Timestamp) -> Result<Vec<Claimed>, OutboxError> {
        let mut rows = self.rows.lock().unwrap();
        let open = |row: &Row| matches!(row.state, State::Pending | State::Claimed);
        let mut due: Vec<usize> = (0..rows.len())
            .filter(|at| {
                let row = &rows[*at];
                let earlier = rows[..*at].iter().any(|other| {
                    open(other) && other.channel == channel && other.claimed.notice.alert == row.claimed.notice.alert
                });
                row.channel == channel && row.state == State::Pending && row.claimed.due_at <= now && !earlier
            })
            .collect();
        due.sort_by_key(|at| (rows[*at].claimed.due_at, *at));
        due.truncate(limit as usize);
        due.iter().for_each(|at| rows[*at].state = State::Claimed);
        Ok(due.into_iter().map(|at| rows[at].claimed.clone()).collect())
    }

    async fn settle(&self, settled: &[Settled], _: Timestamp) -> Result<(), OutboxError> {
        let failing = self.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if failing.is_ok() {
            return Err(OutboxError("no room".into()));
        }
        let mut rows = self.rows.lock().unwrap();
        for one in settled {
            let row = rows.iter_mut().find(|row| row.claimed.id == one.id).unwrap();
            assert_eq!(row.state, State::Claimed, "{} is settled once a claim", one.id);
            row.claimed.attempts += 1;
            match &one.settlement {
                Settlement::Delivered => row.state = State::Delivered,
                Settlement::Dead { word, .. } => row.state = State::Dead(word),
                Settlement::Retry { at, word, .. } => {
                    (row.state, row.claimed.due_at) = (State::Pending, *at);
                    row.words.push(word);
                }
            }
        }
        Ok(())
    }
}
