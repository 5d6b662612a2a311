//! The binary `pilothouse`.

mod assets;
mod background;
mod boot;
mod cli;
mod demo;
mod forms;
mod http;
mod metrics;
mod pages;
mod rest;
mod router;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    // The dependencies bring more than one provider; without a choice rustls panics at first use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli::run().await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pilothouse: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
