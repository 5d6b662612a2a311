//! `cargo xtask bench`: what Pilothouse costs, beside peers measured in the same run.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use super::SITE_VARIABLE;
use crate::cli::BenchArgs;
use crate::hash;
use crate::process::{cargo, output, run as run_command};
use crate::progress::Steps;
use crate::site::{self, Effort};
use crate::stamp;
use crate::tools::{chromium, go, npm};
use crate::workspace::Workspace;

/// Compiles the measuring program for release and what the wanted measures need beside it, and runs it.
///
/// # Errors
/// When something does not compile, a tool is missing, or a measure fails.
pub fn run(workspace: &Workspace, args: &BenchArgs) -> Result<ExitCode> {
    let program = workspace.target.join("release/pilothouse-bench");
    let mut steps = Steps::new(5);
    steps.run("Compile the measures for release (the first time some minutes)", || {
        run_command(cargo(workspace).args(["build", "--release", "--package", "bench", "--bin", "pilothouse-bench"]))
    })?;
    let mut measures = Command::new(&program);
    if !args.only.is_empty() {
        measures.arg("--only").arg(args.only.join(","));
    }
    let needs = needs(&program, &args.only)?;
    let needed = |name: &str| needs.iter().any(|need| need == name);
    steps.run("Compile the server that is measured", || {
        match &args.server {
            Some(server) => _ = measures.arg("--server").arg(server),
            None if needed("server") => _ = measures.arg("--server").arg(server(workspace, needed("browser"))?),
            None => {}
        }
        Ok(())
    })?;
    steps.run("Install Playwright and a browser", || {
        if needed("browser") {
            let modules = npm::install(workspace, &workspace.path("end2end"))?;
            measures.arg("--browser").arg(chromium::ensure()?).arg("--node-modules").arg(modules);
        }
        Ok(())
    })?;
    steps.run("Compile client-go's informer", || {
        if needed("clientgo") {
            measures.arg("--clientgo").arg(clientgo(workspace)?);
        }
        Ok(())
    })?;
    steps.run("Measure", || {
        if let Some(file) = &args.json {
            measures.arg("--json").arg(file);
        }
        if args.quick {
            measures.arg("--quick");
        }
        run_command(&mut measures)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What the wanted measures need, as the measuring program says.
fn needs(program: &Path, only: &[String]) -> Result<Vec<String>> {
    let mut command = Command::new(program);
    if !only.is_empty() {
        command.arg("--only").arg(only.join(","));
    }
    Ok(output(command.arg("needs"))?.lines().map(str::to_owned).collect())
}

/// The server as it is released, or without the browser's files where no browser is to look at it.
fn server(workspace: &Workspace, with_site: bool) -> Result<PathBuf> {
    let mut command = cargo(workspace);
    command.args(["build", "--release", "--package", "server", "--bin", "pilothouse"]);
    if with_site {
        let effort = Effort::Small { wasm_opt: true };
        let wasm = site::compile_wasm(workspace, effort)?;
        command.env(SITE_VARIABLE, site::assemble(workspace, &wasm, effort)?);
    }
    run_command(&mut command)?;
    Ok(workspace.server_binary("release"))
}

/// The peer's program, compiled once for each content of its module.
fn clientgo(workspace: &Workspace) -> Result<PathBuf> {
    go::ensure().context("client-go's informer is a peer of the measures; name others by --only to do without it")?;
    let module = workspace.path("bench/peers/clientgo");
    let key = hash::of_files(&["go.mod", "go.sum", "main.go"].map(|file| module.join(file)))?;
    let folder = workspace.cache_folder("bench")?.join(format!("clientgo-{key}"));
    let program = folder.join("clientgo");
    if !stamp::is_current(&folder, &key) {
        stamp::make(&folder, &key, |_| {
            let mut command = Command::new("go");
            command.current_dir(&module).env("CGO_ENABLED", "0").env("GOFLAGS", "-buildvcs=false");
            run_command(command.args(["build", "-mod=readonly", "-trimpath", "-o"]).arg(&program).arg("."))
        })?;
    }
    Ok(program)
}
