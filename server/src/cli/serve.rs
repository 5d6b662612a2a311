//! `pilothouse serve` and `pilothouse demo`.

use super::accounts::say;
use super::{DataDir, DemoOptions, ServeOptions};
use crate::boot::{Running, Settings};
use crate::demo::Demo;
use engine::{Engine, EngineConfig};
use runtime::egress::TargetPolicy;
use secrets::Secret;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

pub async fn serve(options: ServeOptions) -> anyhow::Result<()> {
    start_log();
    let settings = Settings::new(&options, options.data.path())?;
    let running = Running::start(settings).await?;
    if let Some(file) = &options.import_kubeconfig {
        import(&running.engine, file).await?;
    }
    if let Some(token) = running.engine.setup_token().await? {
        let token = token.expose_str().unwrap_or_default();
        say(&format!("Set up Pilothouse here, within 30 minutes: {}/setup?token={token}", running.public_url()))?;
    }
    say(&format!("Pilothouse listens on {}", running.public_url()))?;
    run(running).await
}

pub async fn demo(options: DemoOptions) -> anyhow::Result<()> {
    start_log();
    let demo = Demo::prepare(&options).await?;
    let running = Running::start(demo.settings(&options)?).await?;
    demo.furnish(&running.engine).await?;
    say(&demo.welcome(&running.public_url()))?;
    run(running).await?;
    demo.shutdown().await;
    Ok(())
}

/// The engine without anything running: for commands on the data directory.
pub(super) async fn open_engine(data: &DataDir) -> anyhow::Result<Engine> {
    let config = EngineConfig::new(data.path(), String::new());
    Ok(Engine::open(config, Arc::new(TargetPolicy::new(Vec::new()))).await?)
}

async fn run(running: Running) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        error = running.failed() => return Err(error),
    }
    tracing::info!("draining");
    running.shutdown().await;
    Ok(())
}

async fn import(engine: &Engine, file: &std::path::Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("--import-kubeconfig {}: {error}", file.display()))?;
    match engine.import_kubeconfig(Secret::from_string(text)).await {
        Ok(Some(name)) => say(&format!("Registered cluster {name}")),
        Ok(None) => Ok(()),
        Err(problem) => anyhow::bail!("--import-kubeconfig {}: {}", file.display(), problem.detail),
    }
}

fn start_log() {
    let filter = EnvFilter::try_from_env("PILOTHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
