//! `pilothouse audit verify`.

use super::DataDir;
use super::accounts::say;
use super::serve::open_engine;
use clap::Subcommand;

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Check that no record was changed, put in, taken out or cut off.
    Verify {
        #[command(flatten)]
        data: DataDir,
    },
}

pub async fn run(command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::Verify { data } = command;
    let records = open_engine(&data).await?.verify_audit().await?;
    say(&format!("audit: {records} records, none missing, none changed"))
}
