//! The command line. Exit codes: 0 done, 1 failed with one clear line, 2 wrong usage.

mod accounts;
mod audit;
mod backup;
mod config;
mod options;
mod serve;

pub use options::{DataDir, DemoOptions, ServeOptions};

use clap::{Parser, Subcommand};

/// One console for many Kubernetes clusters.
#[derive(Parser)]
#[command(name = "pilothouse", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server.
    Serve(ServeOptions),
    /// Start the server with simulated clusters and a demo user.
    Demo(DemoOptions),
    /// Keep users.
    #[command(subcommand)]
    User(accounts::UserCommand),
    /// Keep API tokens.
    #[command(subcommand)]
    Token(accounts::TokenCommand),
    /// Write a consistent copy of the database, also while the server runs.
    Backup(backup::BackupOptions),
    /// Put a copy back; the server must not run.
    Restore(backup::RestoreOptions),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The settings in force.
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Runs the command that was typed.
///
/// # Errors
/// What went wrong, as one clear line.
pub async fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(options) => serve::serve(options).await,
        Command::Demo(options) => serve::demo(options).await,
        Command::User(command) => accounts::user(command).await,
        Command::Token(command) => accounts::token(command).await,
        Command::Backup(options) => backup::backup(options).await,
        Command::Restore(options) => backup::restore(options).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Config(command) => config::run(command),
    }
}
