//! Does as standard input says.

use super::churn;
use super::member::Member;
use super::protocol::{Answer, Command, Counts, Ready};
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::watch;

/// Says where the clusters are, then obeys until the driver is gone.
///
/// # Errors
/// When a line is no command, or standard output is closed.
pub async fn run(ready: Ready, members: Arc<[Arc<Member>]>) -> Result<()> {
    say(&ready)?;
    let (rate, changes) = watch::channel(0.0);
    tokio::spawn(churn::run(Arc::clone(&members), changes));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let command = serde_json::from_str(&line).with_context(|| format!("no command: {line}"))?;
        say(&obey(command, &members, &rate)?)?;
    }
    Ok(())
}

fn obey(command: Command, members: &[Arc<Member>], rate: &watch::Sender<f64>) -> Result<Answer> {
    let member = |at: usize| members.get(at).with_context(|| format!("there is no cluster {at}"));
    match command {
        Command::Rate { events } => {
            rate.send_replace(events);
        }
        Command::Silence { cluster, on } => member(cluster)?.gate.silence(on),
        Command::Refuse { on } => members.iter().for_each(|member| member.refuses.store(on, Ordering::Relaxed)),
        Command::Trouble { cluster, trouble } => member(cluster)?.suffer(trouble),
        Command::Counts => {
            let mut counts = Counts::default();
            members.iter().for_each(|member| member.add_to(&mut counts));
            return Ok(Answer::Counts(counts));
        }
        Command::Stamp { cluster, pod, restarts } => {
            let at_us = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as u64;
            member(cluster)?.change(pod, Some(restarts));
            return Ok(Answer::Stamped { at_us });
        }
    }
    Ok(Answer::Done)
}

fn say(what: &impl Serialize) -> Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line)?;
    out.flush()?;
    Ok(())
}
