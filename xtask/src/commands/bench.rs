//! `cargo xtask bench`: what Pilothouse costs, beside peers measured in the same run.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::cli::BenchArgs;
use crate::process::{cargo, run as run_command};
use crate::progress::Steps;
use crate::workspace::Workspace;

/// Compiles the measuring program for release and runs it.
///
/// # Errors
/// When it does not compile, or a measure fails.
pub fn run(workspace: &Workspace, args: &BenchArgs) -> Result<ExitCode> {
    let mut steps = Steps::new(2);
    steps.run("Compile the measures for release (the first time some minutes)", || {
        run_command(cargo(workspace).args(["build", "--release", "--package", "bench", "--bin", "pilothouse-bench"]))
    })?;
    steps.run("Measure", || {
        let mut command = Command::new(workspace.target.join("release/pilothouse-bench"));
        if let Some(file) = &args.json {
            command.arg("--json").arg(file);
        }
        if !args.only.is_empty() {
            command.arg("--only").arg(args.only.join(","));
        }
        if args.quick {
            command.arg("--quick");
        }
        run_command(&mut command)
    })?;
    Ok(ExitCode::SUCCESS)
}
