//! `pilothouse-bench`: what Pilothouse costs, as a table for people and as JSON for machines.
//!
//! * [`corpus`] makes the objects, [`world`] a mirror that follows clusters with them, without sockets.
//! * [`outside`] is the server as a process of its own, [`fake`] the API servers before it.
//! * [`measures`] has one file a measure and one a peer.
//! * [`figure`] is what a measure gives, [`allocator`] and [`clock`] what it reads.

mod allocator;
mod clock;
mod corpus;
mod fake;
mod figure;
mod measures;
mod outside;
mod scale;
mod world;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use figure::Figure;
use measures::{Browser, Measure, Setting, Tools, is_wanted};
use scale::Scale;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "pilothouse-bench", about = "Measures Pilothouse beside peers, in one run")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Write the figures to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Run only these measures, or those that make these figures
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// A smaller fleet and fewer samples: some minutes
    #[arg(long)]
    quick: bool,
    /// The server to measure; without it, the file `pilothouse` beside this program's own
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// client-go's informer, as `cargo xtask bench` compiles it
    #[arg(long, value_name = "FILE")]
    clientgo: Option<PathBuf>,
    /// Chromium, for what is seen in a browser
    #[arg(long, value_name = "FILE", requires = "node_modules")]
    browser: Option<PathBuf>,
    /// The folder `node_modules` with Playwright, which drives the browser
    #[arg(long, value_name = "FOLDER")]
    node_modules: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Print what must be built or installed before these measures can run
    #[command(hide = true)]
    Needs,
    /// Serve recorded clusters until standard input ends: what the measures of the server start by themselves
    #[command(hide = true)]
    Fake(fake::FakeOptions),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let cli = Cli::parse();
    if cfg!(debug_assertions) {
        bail!("figures of a build without optimisation mean nothing: run `cargo xtask bench`");
    }
    if let Some(Command::Fake(options)) = &cli.command {
        return fake::run(options);
    }
    let chosen = Measure::choose(&cli.only)?;
    if let Some(Command::Needs) = cli.command {
        let mut needs = chosen.iter().flat_map(|measure| measure.needs(&cli.only));
        let mut out = std::io::stdout().lock();
        return Ok(needs.try_for_each(|need| writeln!(out, "{need}"))?);
    }
    let scale = if cli.quick { Scale::QUICK } else { Scale::FULL };
    let browser = cli.browser.zip(cli.node_modules).map(|(program, modules)| Browser { program, modules });
    let tools = Tools { server: cli.server.map_or_else(beside_us, Ok)?, clientgo: cli.clientgo, browser };
    let setting = Setting { scale: &scale, tools: &tools, only: &cli.only };
    let mut figures: Vec<Figure> = Vec::new();
    for (at, measure) in chosen.iter().enumerate() {
        eprintln!("[{}/{}] {} …", at + 1, chosen.len(), measure.description());
        let begun = std::time::Instant::now();
        figures.extend(measure.run(&setting).with_context(|| measure.description())?);
        eprintln!("[{}/{}] done in {:.1} s", at + 1, chosen.len(), begun.elapsed().as_secs_f64());
    }
    if !cli.only.is_empty() {
        figures.retain(|figure| is_wanted(&cli.only, figure.name));
    }
    if let Some(file) = &cli.json {
        let text = serde_json::to_string_pretty(&figures)?;
        std::fs::write(file, text + "\n").with_context(|| format!("write {}", file.display()))?;
    }
    write!(std::io::stdout().lock(), "{}", figure::table(&figures))?;
    Ok(())
}

fn beside_us() -> Result<PathBuf> {
    Ok(std::env::current_exe().context("find this program")?.with_file_name("pilothouse"))
}
