//! `cargo xtask demo`: everything built, the server running, and where to log in.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::build_server;
use crate::http;
use crate::process::run as run_command;
use crate::progress::Steps;
use crate::site::{self, Effort};
use crate::workspace::Workspace;

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Builds, then becomes the server, so that signals reach it and its exit code is ours.
///
/// # Errors
/// When something does not compile or the server cannot be started.
pub fn run(workspace: &Workspace, options: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new(4);
    let wasm = steps.run("Compile the browser's copy to WebAssembly (the first time a few minutes)", || {
        site::compile_wasm(workspace, Effort::Quick)
    })?;
    let site = steps.run("Lay out script, styles and icons", || site::assemble(workspace, &wasm, Effort::Quick))?;
    let server = steps.run("Compile the server (the first time a few minutes)", || build_server(workspace, &site))?;
    let address = listen_address(options);
    steps.run("Start the server with simulated clusters", || {
        // In the background and no child of the server, which would have to reap it.
        let announce = ["-c", "\"$0\" announce \"$1\" &"];
        run_command(Command::new("sh").args(announce).arg(&workspace.program).arg(&address))
    })?;
    eprintln!("      built and started within {}", steps.elapsed());
    let error = Command::new(&server).arg("demo").args(options).exec();
    Err(error).with_context(|| format!("start {}", server.display()))
}

/// Waits until the server at `address` is ready and says so; the server itself prints the demo's user.
///
/// # Errors
/// When it does not become ready within a minute.
pub fn announce(address: &str) -> Result<ExitCode> {
    let started = Instant::now();
    while !http::status(address, "/readyz").is_ok_and(|code| code == 200) {
        if started.elapsed() > READY_WITHIN {
            bail!("nothing answers yet at http://{address}/readyz: see what the server says above");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    eprintln!("      ready: http://{address}/login takes the user and password that the server names");
    Ok(ExitCode::SUCCESS)
}

/// Where the server will listen, by the same rules as its own: option, then environment, then default.
fn listen_address(options: &[String]) -> String {
    let mut chosen = env::var("PILOTHOUSE_LISTEN").unwrap_or_else(|_| DEFAULT_ADDRESS.to_owned());
    let mut options = options.iter();
    while let Some(option) = options.next() {
        if let Some(value) = option.strip_prefix("--listen=") {
            value.clone_into(&mut chosen);
        } else if option == "--listen"
            && let Some(value) = options.next()
        {
            chosen.clone_from(value);
        }
    }
    chosen.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")
}

#[cfg(test)]
mod tests {
    use super::listen_address;

    #[test]
    fn the_address_is_found_among_the_options() {
        let of =
            |options: &[&str]| listen_address(&options.iter().map(|&option| option.to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["--clusters", "5", "--listen", "127.0.0.1:9000"]), "127.0.0.1:9000");
        assert_eq!(of(&["--listen=0.0.0.0:81"]), "127.0.0.1:81");
    }
}
