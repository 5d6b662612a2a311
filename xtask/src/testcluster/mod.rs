//! Real Kubernetes control planes on loopback, one per cluster: etcd, API server, controller manager and scheduler,
//! with kwok playing the kubelets.

mod access;
mod build;
mod components;
mod lifecycle;
mod nodes;
mod state;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

pub use build::build;
pub use lifecycle::down_all_with_prefix;

use crate::workspace::Workspace;

#[derive(Subcommand)]
pub enum Command {
    /// Start a cluster, wait until its nodes are ready, and print the path of its kubeconfig
    Up(UpArgs),
    /// Stop a cluster and remove what it kept
    Down {
        /// Which one
        #[arg(required_unless_present = "all")]
        name: Option<String>,
        /// Every cluster that was started by this command
        #[arg(long, conflicts_with = "name")]
        all: bool,
    },
    /// The clusters there are, with their servers and kubeconfigs
    List,
    /// Compile the control plane and kwok without starting anything
    Build,
    /// Kill a cluster's API server at once; everything else goes on
    StopApiserver { name: String },
    /// Start a killed API server again, on the port it had
    StartApiserver { name: String },
}

#[derive(Args, Clone)]
pub struct UpArgs {
    /// Lower-case letters, digits and dashes
    #[arg(value_parser = state::parse_name)]
    pub name: String,
    /// Port of the API server on 127.0.0.1; any free one when not given
    #[arg(long)]
    pub port: Option<u16>,
    /// How many nodes
    #[arg(long, default_value_t = 3)]
    pub nodes: u16,
    /// CPU of each node
    #[arg(long, default_value = "4")]
    pub cpu: String,
    /// Memory of each node
    #[arg(long, default_value = "8Gi")]
    pub memory: String,
    /// How many pods each node may run
    #[arg(long, default_value_t = 110)]
    pub pods: u16,
    /// Let `kubectl exec` run commands on this machine
    #[arg(long)]
    pub exec: bool,
    /// Print a JSON object with server, kubeconfig, kubectl and etcdMetrics instead of the path alone
    #[arg(long)]
    pub json: bool,
}

/// Runs one of the commands.
///
/// # Errors
/// What went wrong, with the last lines of the log of the part that failed.
pub fn run(workspace: &Workspace, command: Command) -> Result<ExitCode> {
    let mut out = std::io::stdout();
    match command {
        Command::Up(args) => {
            let cluster = lifecycle::up(workspace, &args)?;
            if args.json {
                writeln!(out, "{}", serde_json::to_string(&cluster.summary())?)?;
            } else {
                writeln!(out, "{}", cluster.kubeconfig.display())?;
            }
        }
        Command::Down { name: Some(name), .. } => lifecycle::down(workspace, &name)?,
        Command::Down { name: None, .. } => down_all_with_prefix(workspace, "")?,
        Command::List => {
            for cluster in state::all(workspace)? {
                let condition = if cluster.is_running() { "running" } else { "stopped" };
                writeln!(out, "{}\t{condition}\t{}\t{}", cluster.name, cluster.server, cluster.kubeconfig.display())?;
            }
        }
        Command::Build => {
            build(workspace)?;
        }
        Command::StopApiserver { name } => lifecycle::stop_api_server(workspace, &name)?,
        Command::StartApiserver { name } => lifecycle::start_api_server(workspace, &name)?,
    }
    Ok(ExitCode::SUCCESS)
}
