//! The command line of `cargo xtask`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::commands;
use crate::testcluster;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of Pilothouse", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start the server with simulated clusters and a demo user
    Demo {
        /// Options passed on to `pilothouse demo`, such as --clusters 5 or --listen 127.0.0.1:9000
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Install what tests need and run every test
    Test(TestArgs),
    /// Build target/dist/pilothouse: one file, assets inside
    Dist {
        /// Leave the WebAssembly as the compiler made it (needs neither Node.js nor rust-src)
        #[arg(long)]
        no_wasm_opt: bool,
    },
    /// Formatting, lints and type checks, without running a test
    Check,
    /// Measure memory, intake, lists and decisions, beside peers in the same run
    Bench(BenchArgs),
    /// Build the browser's files (WebAssembly, script, styles) and print the folder they are in
    Site {
        /// As small as for a release; says what each page loads
        #[arg(long)]
        small: bool,
    },
    /// Take pictures of every page: light and dark, wide and narrow, English and Chinese
    Screenshots {
        /// Only pages whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// Real Kubernetes control planes on loopback
    #[command(subcommand)]
    Testcluster(testcluster::Command),
    /// Wait for a server to be ready, then print where to log in
    #[command(hide = true)]
    Announce { address: String },
}

#[derive(Args)]
pub struct TestArgs {
    /// Run only these steps
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<commands::test::Step>,
    /// Passed on to Playwright: only specs whose file or title match
    #[arg(long)]
    pub grep: Option<String>,
    /// Write the browser tests' report (HTML and traces of failures) here
    #[arg(long)]
    pub report: Option<PathBuf>,
}

#[derive(Args)]
pub struct BenchArgs {
    /// Write the figures to this file as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Run only these measures (heap, ingest, list, decide, server, clientgo), or those that make these figures (list.p99)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,
    /// A smaller fleet and fewer samples: some minutes
    #[arg(long)]
    pub quick: bool,
    /// Measure this server instead of building one
    #[arg(long, value_name = "FILE")]
    pub server: Option<PathBuf>,
}

/// Parses the command line and runs the command.
///
/// # Errors
/// Whatever made the command fail, with the step in which it failed.
pub fn run() -> Result<ExitCode> {
    let command = Cli::parse().command;
    let workspace = Workspace::locate()?;
    match command {
        Command::Demo { options } => commands::demo::run(&workspace, &options),
        Command::Test(args) => commands::test::run(&workspace, &args),
        Command::Dist { no_wasm_opt } => commands::dist::run(&workspace, no_wasm_opt),
        Command::Check => commands::check::run(&workspace),
        Command::Bench(args) => commands::bench::run(&workspace, &args),
        Command::Site { small } => commands::site::run(&workspace, small),
        Command::Screenshots { only } => commands::screenshots::run(&workspace, only.as_deref()),
        Command::Testcluster(command) => testcluster::run(&workspace, command),
        Command::Announce { address } => commands::demo::announce(&address),
    }
}
