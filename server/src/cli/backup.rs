//! `pilothouse backup` and `pilothouse restore`.

use super::DataDir;
use super::accounts::say;
use super::serve::open_engine;
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct BackupOptions {
    /// The file to write. It holds credentials in sealed form only; keep the master key elsewhere.
    file: PathBuf,
    #[command(flatten)]
    data: DataDir,
}

#[derive(Args)]
pub struct RestoreOptions {
    /// A file that `backup` wrote.
    file: PathBuf,
    #[command(flatten)]
    data: DataDir,
}

pub async fn backup(options: BackupOptions) -> anyhow::Result<()> {
    let engine = open_engine(&options.data).await?;
    engine.backup(&options.file).await?;
    say(&format!("backup written to {}", options.file.display()))
}

pub async fn restore(options: RestoreOptions) -> anyhow::Result<()> {
    anyhow::ensure!(options.file.is_file(), "{}: no such file", options.file.display());
    engine::restore(&options.file, &options.data.path())
        .await
        .with_context(|| format!("restoring {}", options.file.display()))?;
    say(&format!("restored into {}", options.data.path().display()))
}
