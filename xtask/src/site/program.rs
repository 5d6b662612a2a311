//! The compiled program as files for the browser: the main module with its glue, the parts, and what loads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::bundles::PageFiles;
use super::{Effort, bindgen, bundles, loader, name_by_content, name_by_hash, names, split};
use crate::hash::ContentHash;
use crate::tools::binaryen;
use crate::workspace::Workspace;

/// The files that were laid out.
pub struct Program {
    /// The glue; the page starts it.
    pub script: PathBuf,
    /// The script that loads parts; the glue imports it.
    pub loader: PathBuf,
    /// What every page needs.
    pub module: PathBuf,
    /// What single pages need beside it.
    pub parts: BTreeMap<String, PageFiles>,
}

/// Cuts the compiled program into parts and writes them, their glue and their loader into `assets`.
///
/// # Errors
/// When a tool refuses the module.
pub fn lay_out(workspace: &Workspace, wasm: &Path, assets: &Path, effort: Effort) -> Result<Program> {
    let raw = workspace.target.join("site/parts");
    if raw.exists() {
        fs::remove_dir_all(&raw)?;
    }
    let cut = split::split(wasm, &raw)?;
    let glue = bindgen::generate(&cut.main, assets)?;
    names::shorten(&glue)?;
    let joined = bundles::join(&cut.files, assets)?;
    let mut placed = BTreeMap::new();
    for file in joined.values().flat_map(|page| page.files.iter().chain([&page.whole])) {
        if !placed.contains_key(file) {
            optimise(workspace, file, effort)?;
            placed.insert(file.clone(), name_by_content(file)?);
        }
    }
    optimise(workspace, &glue.wasm, effort)?;
    let all = |files: Vec<PathBuf>| files.iter().filter_map(|file| placed.get(file).cloned()).collect();
    let mut parts = BTreeMap::new();
    for (part, page) in joined {
        let whole = placed.get(&page.whole).cloned().context("every file was placed")?;
        parts.insert(part, PageFiles { whole, held: all(page.held), files: all(page.files) });
    }
    let (script, loader) = write_scripts(&glue.script, &parts)?;
    Ok(Program { script, loader, module: name_by_content(&glue.wasm)?, parts })
}

fn optimise(workspace: &Workspace, module: &Path, effort: Effort) -> Result<()> {
    if effort == (Effort::Small { wasm_opt: true }) {
        binaryen::optimise(workspace, module)?;
    }
    Ok(())
}

/// Glue and loader import each other, so that one hash of both names them.
fn write_scripts(glue: &Path, parts: &BTreeMap<String, PageFiles>) -> Result<(PathBuf, PathBuf)> {
    let glue_code = fs::read_to_string(glue)?;
    let mut key = ContentHash::default();
    key.add("glue", glue_code.as_bytes());
    key.add("loader", loader::script("", parts).as_bytes());
    let hash = key.short();
    let loader = glue.with_file_name(format!("parts-{hash}.js"));
    // The name stays in the module's own imports; only where the script is found changes.
    let import = |address: &str| format!("from \"{address}\"");
    fs::write(glue, glue_code.replace(&import(split::LOADER), &import(&beside(&loader))))?;
    let glue = name_by_hash(glue, &hash)?;
    fs::write(&loader, loader::script(&beside(&glue), parts))?;
    Ok((glue, loader))
}

/// The address of a file from another in the same folder.
pub fn beside(file: &Path) -> String {
    format!("./{}", file.file_name().unwrap_or_default().to_string_lossy())
}
