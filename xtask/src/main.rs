//! Every developer command of Pilothouse. Each does its own set-up, says what it does while it works, and keeps
//! what was costly in the user's cache folder.

mod cli;
mod commands;
mod hash;
mod http;
mod process;
mod progress;
mod site;
mod stamp;
mod testcluster;
mod tools;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
