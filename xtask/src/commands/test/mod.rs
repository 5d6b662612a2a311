//! `cargo xtask test`: installs what tests need and runs every test, one step after the other.

mod tally;

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use self::tally::Tally;
use super::{SITE_VARIABLE, build_server, build_server_beside_tests, check, server_side};
use crate::cli::TestArgs;
use crate::process::{cargo, run as run_command, watch_lines};
use crate::progress::Steps;
use crate::site::{self, Effort, first_route};
use crate::testcluster;
use crate::tools::{chromium, kubectl, npm};
use crate::workspace::Workspace;

/// Names of the clusters that browser tests start begin so.
const CLUSTER_PREFIX: &str = "e2e-";

/// One step of the tests, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// rustfmt finds nothing to change
    Fmt,
    /// clippy, server's side
    Lint,
    /// clippy, browser's side
    LintBrowser,
    /// The pure crates compile for WebAssembly
    Pure,
    /// Unit and integration tests
    Cargo,
    /// Compile the real control planes
    Testcluster,
    /// Browser tests
    Browser,
}

impl Step {
    fn description(self) -> &'static str {
        match self {
            Self::Fmt => "Check the formatting",
            Self::Lint => "Lint the server's side",
            Self::LintBrowser => "Lint the browser's side",
            Self::Pure => "Check the pure crates for WebAssembly",
            Self::Cargo => "Run unit and integration tests",
            Self::Testcluster => "Build real Kubernetes control planes",
            Self::Browser => "Run browser tests",
        }
    }
}

/// Runs the steps; a step that fails does not keep the others from running, but fails the command.
///
/// # Errors
/// When set-up is impossible; failed tests are told by the exit code and the closing line.
pub fn run(workspace: &Workspace, args: &TestArgs) -> Result<ExitCode> {
    let chosen: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| args.only.is_empty() || args.only.contains(step))
        .collect();
    let mut steps = Steps::new(chosen.len());
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for step in chosen {
        let outcome = steps.run(step.description(), || run_step(workspace, args, step, &mut tally));
        if let Err(error) = outcome {
            eprintln!("error: {error:#}");
            failures.push(step.description());
        }
    }
    for failure in &failures {
        eprintln!("failed: {failure}");
    }
    eprintln!("all steps took {}", steps.elapsed());
    let mut out = std::io::stdout();
    writeln!(out, "{tally}")?;
    out.flush()?;
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_step(workspace: &Workspace, args: &TestArgs, step: Step, tally: &mut Tally) -> Result<()> {
    match step {
        Step::Fmt => tally.count(check::formatting(workspace)),
        Step::Lint => tally.count(check::lint_server(workspace)),
        Step::LintBrowser => tally.count(check::lint_browser(workspace)),
        Step::Pure => tally.count(check::pure_crates(workspace)),
        Step::Cargo => cargo_tests(workspace, tally),
        Step::Testcluster => tally.count(testcluster::build(workspace).map(|_| ())),
        Step::Browser => {
            let before = tally.failed();
            let result = browser_tests(workspace, args, tally);
            if result.is_err() && tally.failed() == before {
                tally.add(0, 1);
            }
            result
        }
    }
}

fn build_site(workspace: &Workspace) -> Result<PathBuf> {
    let wasm = site::compile_wasm(workspace, Effort::Quick)?;
    let site = site::assemble(workspace, &wasm, Effort::Quick)?;
    first_route::hold(&site, Effort::Quick)?;
    Ok(site)
}

fn cargo_tests(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let before = tally.clone();
    let site = build_site(workspace)?;
    let kubectl = kubectl::ensure(workspace)?;
    let mut command = cargo(workspace);
    server_side(command.arg("test")).arg("--no-fail-fast").env(SITE_VARIABLE, &site);
    command
        .env("KUBECTL", &kubectl)
        .env("PATH", with_first_in_path(kubectl.parent().context("kubectl lies in a folder")?)?);
    let passed = watch_lines(&mut command, |line| {
        if let Some((passed, failed)) = tally::cargo_result(line) {
            tally.add(passed, failed);
        }
    })?;
    if passed {
        return Ok(());
    }
    if tally.failed() == before.failed() {
        // It did not compile, or a test program died without a result line.
        tally.add(0, 1);
    }
    bail!("cargo test failed");
}

fn browser_tests(workspace: &Workspace, args: &TestArgs, tally: &mut Tally) -> Result<()> {
    let site = build_site(workspace)?;
    let tests_were_compiled = args.only.is_empty() || args.only.contains(&Step::Cargo);
    let server = if tests_were_compiled {
        build_server_beside_tests(workspace, &site)?
    } else {
        build_server(workspace, &site)?
    };
    let end2end = workspace.path("end2end");
    npm::install_and_link(workspace, &end2end)?;
    let browser = chromium::ensure()?;
    let kubectl = kubectl::ensure(workspace)?;
    let bin = |name: &str| end2end.join("node_modules/.bin").join(name);
    run_command(Command::new(bin("tsc")).current_dir(&end2end).arg("--noEmit"))
        .context("check the types of the browser tests")?;

    // Left over when an earlier run was killed.
    testcluster::down_all_with_prefix(workspace, CLUSTER_PREFIX)?;
    let report = workspace.target.join("end2end-report.json");
    let _ = fs::remove_file(&report);
    let mut command = Command::new(bin("playwright"));
    command.current_dir(&end2end).arg("test");
    command
        .env("PILOTHOUSE_BIN", &server)
        .env("CHROMIUM", &browser)
        .env("KUBECTL", &kubectl)
        .env("XTASK_BIN", &workspace.program)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    if let Some(folder) = &args.report {
        command.env("PLAYWRIGHT_HTML_OUTPUT_DIR", env::current_dir()?.join(folder)).env("PILOTHOUSE_HTML_REPORT", "1");
    }
    if let Some(pattern) = &args.grep {
        command.args(["--grep", pattern]);
    }
    let passed = watch_lines(&mut command, |_| {})?;
    testcluster::down_all_with_prefix(workspace, CLUSTER_PREFIX)?;
    let text = fs::read(&report).with_context(|| format!("Playwright wrote no report to {}", report.display()))?;
    let (good, bad) = tally::playwright_result(&text)?;
    tally.add(good, bad);
    if !passed || bad > 0 {
        bail!("browser tests failed");
    }
    if good == 0 {
        bail!("no browser test ran");
    }
    Ok(())
}

fn with_first_in_path(folder: &Path) -> Result<std::ffi::OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&path));
    Ok(env::join_paths(folders)?)
}
