//! What a browser must load before the first page that it opens is alive.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::program::Program;
use super::{Effort, address, bundles};

/// The most that any page may load, compressed as it is sent: what a release holds.
const LIMIT_BYTES: u64 = 250_000;
/// The same for what tests use, which the compiler and `gzip` leave larger. A page that grows much is noticed before a
/// release.
const QUICK_LIMIT_BYTES: u64 = 490_000;
/// Lies beside the manifest.
const FILE: &str = "first-route.json";

/// Writes down what the heaviest page loads, and what each of them does.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write(program: &Program, site: &Path) -> Result<()> {
    let mut pages = Vec::new();
    for (part, own) in program.parts.iter().filter(|(part, _)| !bundles::is_on_demand(part)) {
        let files = [&program.script, &program.loader, &program.module, &own.whole];
        let bytes = files.iter().map(|file| compressed_bytes(file)).sum::<Result<u64>>()?;
        pages.push((bytes, part, files));
    }
    pages.sort_by_key(|(bytes, _, _)| Reverse(*bytes));
    let (bytes, part, files) = pages.first().context("there is a page")?;
    let files: Vec<String> = files.iter().map(|file| address(file)).collect();
    let pages: Value = pages.iter().map(|(bytes, part, _)| json!({ "part": part, "bytes": bytes })).collect();
    let report = json!({ "bytes": bytes, "part": part, "files": files, "pages": pages });
    fs::write(site.join(FILE), format!("{report:#}\n"))?;
    Ok(())
}

/// Says what each page loads.
///
/// # Errors
/// When that is more than it may be.
pub fn hold(site: &Path, effort: Effort) -> Result<()> {
    let limit = if effort == Effort::Quick { QUICK_LIMIT_BYTES } else { LIMIT_BYTES };
    let path = site.join(FILE);
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let report: Value = serde_json::from_str(&text)?;
    let mut too_much = Vec::new();
    for page in report["pages"].as_array().context("pages is a list")? {
        let part = page["part"].as_str().context("part is a name")?;
        let bytes = page["bytes"].as_u64().context("bytes is a number")?;
        eprintln!("      {part}: {} kB of {} kB", bytes.div_ceil(1000), limit / 1000);
        if bytes > limit {
            too_much.push(format!("{part} loads {bytes} bytes before it is alive, and {limit} are allowed"));
        }
    }
    if !too_much.is_empty() {
        bail!("{} (see {})", too_much.join("; "), path.display());
    }
    Ok(())
}

/// Small files have no compressed copy; they are sent as they are.
fn compressed_bytes(file: &Path) -> Result<u64> {
    let compressed = ["br", "gz"].map(|format| PathBuf::from(format!("{}.{format}", file.display())));
    let sent = compressed.iter().find(|path| path.exists()).map_or(file, PathBuf::as_path);
    Ok(fs::metadata(sent).with_context(|| format!("read {}", sent.display()))?.len())
}
