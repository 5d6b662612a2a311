//! The browser's files: WebAssembly, its script, styles and icons, in one folder that the server embeds.
//!
//! ```text
//! site/manifest.json                 which file is the script, the WebAssembly, the stylesheet
//! site/first-route.json              what each page loads when it is entered first
//! site/assets/pilothouse-HASH.js|wasm|css   named by content, so that browsers may keep them for ever
//! site/assets/page-NAME-HASH.wasm    all code of one page, for a browser that opens it first
//! site/assets/part-NAME-HASH.wasm    code that only some pages need, for one that comes from another page
//! site/assets/parts-HASH.js          loads them
//! site/favicon.svg …                 what lies in public/, under its own name
//! site/**/*.br|*.gz                  the same, compressed beforehand
//! ```

mod bindgen;
mod bundles;
mod compile;
mod compress;
mod constants;
pub mod first_route;
mod loader;
mod merge;
mod names;
mod program;
mod split;
pub mod stylesheet;
mod unused;

pub use compile::compile_wasm;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde_json::json;

use crate::hash::{self, ContentHash};
use crate::stamp;
use crate::workspace::Workspace;

/// How much work goes into making the files small.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// For working and testing: as the compiler leaves the WebAssembly, gzip only.
    Quick,
    /// For a release: the best of gzip and brotli.
    Small {
        /// Whether the compiler and `wasm-opt` do their utmost; without Node.js and rust-src they cannot.
        wasm_opt: bool,
    },
}

impl Effort {
    fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Small { wasm_opt: true } => "small",
            Self::Small { wasm_opt: false } => "small-unoptimised",
        }
    }
}

/// What decides how a program becomes files: another layout makes the folder anew.
const LAYOUT: [&str; 9] = [
    include_str!("bindgen.rs"),
    include_str!("bundles.rs"),
    include_str!("first_route.rs"),
    include_str!("loader.rs"),
    include_str!("merge.rs"),
    include_str!("names.rs"),
    include_str!("program.rs"),
    include_str!("split.rs"),
    include_str!("unused.rs"),
];

/// Lays out the site folder from the compiled WebAssembly, `style/` and `public/`; returns the folder.
/// Does nothing when it was made from the same content before.
///
/// # Errors
/// When a source is missing or malformed, or a tool fails.
pub fn assemble(workspace: &Workspace, wasm: &Path, effort: Effort) -> Result<PathBuf> {
    let site = workspace.target.join("site").join(effort.name());
    let css = stylesheet::bundle(&workspace.path("style/main.css")).map_err(|reason| anyhow!(reason))?;
    let public = files_below(&workspace.path("public"))?;

    let mut key = ContentHash::default();
    key.add("effort", effort.name().as_bytes());
    key.add("bindgen", bindgen::VERSION.as_bytes());
    for source in LAYOUT {
        key.add("layout", source.as_bytes());
    }
    key.add_file(wasm)?;
    key.add("css", css.as_bytes());
    for (name, path) in &public {
        key.add(name, &fs::read(path)?);
    }
    let key = key.short();
    if stamp::is_current(&site, &key) {
        return Ok(site);
    }
    stamp::make(&site, &key, |site| {
        let assets = site.join("assets");
        let program = program::lay_out(workspace, wasm, &assets, effort)?;
        let stylesheet = assets.join("pilothouse.css");
        fs::write(&stylesheet, css.as_bytes())?;
        let stylesheet = name_by_content(&stylesheet)?;
        for (name, path) in &public {
            let copy = site.join(name);
            fs::create_dir_all(copy.parent().context("a file lies in a folder")?)?;
            fs::copy(path, copy)?;
        }
        compress::folder(site, effort)?;
        let manifest = json!({
            "js": address(&program.script),
            "wasm": address(&program.module),
            "css": address(&stylesheet),
        });
        fs::write(site.join("manifest.json"), format!("{manifest:#}\n"))?;
        first_route::write(&program, site)
    })?;
    Ok(site)
}

/// Where a file of `assets/` is found by a browser.
fn address(file: &Path) -> String {
    format!("/assets/{}", file.file_name().unwrap_or_default().to_string_lossy())
}

/// Renames `NAME.EXT` to `NAME-HASH.EXT`.
fn name_by_content(file: &Path) -> Result<PathBuf> {
    let hash = hash::of_bytes(&fs::read(file).with_context(|| format!("read {}", file.display()))?);
    name_by_hash(file, &hash)
}

fn name_by_hash(file: &Path, hash: &str) -> Result<PathBuf> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    let named = file.with_file_name(format!("{stem}-{hash}.{extension}"));
    fs::rename(file, &named)?;
    Ok(named)
}

/// Every file below a folder with its path relative to it, sorted; nothing where there is no folder.
fn files_below(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.exists() {
            continue;
        }
        for entry in fs::read_dir(&next).with_context(|| format!("read {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                files.push((relative, path));
            }
        }
    }
    files.sort();
    Ok(files)
}
