//! `pilothouse-bench`: what Pilothouse costs, as a table for people and as JSON for machines.
//!
//! * [`corpus`] makes the objects, [`world`] a mirror that follows clusters with them, without sockets.
//! * [`measures`] has one file a measure and one a peer.
//! * [`figure`] is what a measure gives, [`allocator`] and [`clock`] what it reads.

mod allocator;
mod clock;
mod corpus;
mod figure;
mod measures;
mod scale;
mod world;

use anyhow::{Context, Result, bail};
use clap::Parser;
use figure::Figure;
use measures::Measure;
use scale::Scale;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "pilothouse-bench", about = "Measures Pilothouse beside peers, in one run")]
struct Cli {
    /// Write the figures to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Run only these measures, or those that make these figures
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// A smaller fleet and fewer samples: about a minute
    #[arg(long)]
    quick: bool,
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
    let chosen = Measure::choose(&cli.only)?;
    let scale = if cli.quick { Scale::QUICK } else { Scale::FULL };
    let mut figures: Vec<Figure> = Vec::new();
    for (at, measure) in chosen.iter().enumerate() {
        eprintln!("[{}/{}] {} …", at + 1, chosen.len(), measure.description());
        let begun = std::time::Instant::now();
        figures.extend(measure.run(&scale).with_context(|| measure.description())?);
        eprintln!("[{}/{}] done in {:.1} s", at + 1, chosen.len(), begun.elapsed().as_secs_f64());
    }
    if !cli.only.is_empty() {
        figures.retain(|figure| Measure::is_wanted(&cli.only, figure.name));
    }
    if let Some(file) = &cli.json {
        let text = serde_json::to_string_pretty(&figures)?;
        std::fs::write(file, text + "\n").with_context(|| format!("write {}", file.display()))?;
    }
    write!(std::io::stdout().lock(), "{}", figure::table(&figures))?;
    Ok(())
}
