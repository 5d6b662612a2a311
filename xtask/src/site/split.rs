//! Cuts the compiled WebAssembly into the part that every page needs and the parts that only some pages need.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{constants, unused};
use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

/// The script that loads parts, as the main module imports it.
pub const LOADER: &str = "./pilothouse-parts.js";

/// The cut module.
pub struct Parts {
    /// What every page needs; the glue is made for this module.
    pub main: PathBuf,
    /// The files that pages need beside it, by the name that `lazy_pages!` gave to their code.
    pub files: BTreeMap<String, Vec<PathBuf>>,
}

/// Cuts `wasm` where `lazy_pages!` says, into `folder`.
///
/// # Errors
/// When the module was linked without `--emit-relocs`, or is malformed.
pub fn split(wasm: &Path, folder: &Path) -> Result<Parts> {
    fs::create_dir_all(folder)?;
    let input = fs::read(wasm).with_context(|| format!("read {}", wasm.display()))?;
    let input = unused::empty(&input)?;
    let main = folder.join("main.wasm");
    let mut options = Options::new(&input);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LOADER;
    let split = transform(options).map_err(|reason| anyhow!("cut the WebAssembly into parts: {reason:#}"))?;
    unused::miss_nothing(&fs::read(&main)?)?;
    let end = constants::end(&input)?;
    for name in split.prefetch_map.values().flatten() {
        let part = fs::read(folder.join(format!("{name}.wasm")))?;
        unused::miss_nothing(&part)?;
        constants::only(&part, end).with_context(|| format!("part {name} cannot be loaded twice"))?;
    }
    let file = |name: String| folder.join(name + ".wasm");
    let files = split.prefetch_map.into_iter().map(|(part, names)| (part, names.into_iter().map(file).collect()));
    Ok(Parts { main, files: files.collect() })
}
