//! Recorded API servers: a process of its own, so that its memory and its time are not the server's.
//!
//! * [`protocol`] is how the driver speaks to it: a JSON line each way over standard input and output.
//! * [`contents`] is what a cluster holds, packed ahead; [`template`] the pods that change.
//! * [`member`] is one cluster at work: versions, history, watchers, counts.
//! * [`answer`], [`list`], [`watch`], [`discovery`] and [`exposition`] answer requests.
//! * [`listener`] and [`gate`] carry them, over [`tls`] or plainly; [`trouble`] spoils them.

mod answer;
mod churn;
mod contents;
mod control;
mod discovery;
mod exposition;
mod gate;
mod list;
mod listener;
mod member;
mod pack;
pub mod protocol;
mod template;
mod tls;
mod trouble;
mod watch;

use anyhow::{Context, Result, ensure};
use clap::Args;
use contents::Contents;
use member::Member;
use protocol::{Address, Ready};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The token that all clusters take.
pub const TOKEN: &str = "bench-token";

/// Clusters generated at the same moment, each of which takes some hundred megabytes meanwhile.
const AT_ONCE: usize = 2;

/// What to serve.
#[derive(Args, Clone, Debug)]
pub struct FakeOptions {
    #[arg(long)]
    pub clusters: usize,
    #[arg(long)]
    pub nodes: usize,
    #[arg(long)]
    pub pods: usize,
    /// Without TLS, for peers that are measured without it.
    #[arg(long)]
    pub plain: bool,
}

/// Generates the clusters, serves them, and does as standard input says until it ends.
///
/// # Errors
/// When a cluster cannot be generated or served.
pub fn run(options: &FakeOptions) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let contents = generate(options).await?;
        let authority = tls::Authority::generate()?;
        let shared = Arc::new(answer::Shared { discovery: discovery::groups(), exposition: exposition::packed()? });
        let mut members = Vec::new();
        let mut addresses = Vec::new();
        for (at, contents) in contents.into_iter().enumerate() {
            let member = Member::new(at, contents);
            let tls = if options.plain { None } else { Some(authority.acceptor()?) };
            let port = listener::start(Arc::clone(&member), Arc::clone(&shared), tls).await?;
            let scheme = if options.plain { "http" } else { "https" };
            addresses.push(Address {
                name: member.name.clone(),
                server: format!("{scheme}://127.0.0.1:{port}"),
                pods: member.count("pods"),
                nodes: member.count("nodes"),
                changing: member.changing(),
            });
            members.push(member);
        }
        let pod_bytes = members.iter().map(|member| member.pod_bytes()).sum::<usize>() / members.len();
        let ready = Ready { ca_pem: authority.pem(), clusters: addresses, pod_bytes };
        control::run(ready, members.into()).await
    })
}

async fn generate(options: &FakeOptions) -> Result<Vec<Contents>> {
    let mut made: Vec<Option<Contents>> = (0..options.clusters).map(|_| None).collect();
    let mut tasks = JoinSet::new();
    for at in 0..options.clusters {
        while tasks.len() >= AT_ONCE {
            settle(&mut tasks, &mut made).await?;
        }
        let (nodes, pods) = (options.nodes, options.pods);
        tasks.spawn(async move { anyhow::Ok((at, contents::generate(at as u64, nodes, pods).await?)) });
    }
    while !tasks.is_empty() {
        settle(&mut tasks, &mut made).await?;
    }
    let made: Vec<Contents> = made.into_iter().flatten().collect();
    ensure!(made.len() == options.clusters, "a cluster was not generated");
    Ok(made)
}

async fn settle(tasks: &mut JoinSet<Result<(usize, Contents)>>, made: &mut [Option<Contents>]) -> Result<()> {
    let (at, contents) = tasks.join_next().await.context("no cluster is being generated")???;
    made[at] = Some(contents);
    Ok(())
}
