//! JavaScript glue for the compiled WebAssembly.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// The version of the generator, which is that of `wasm-bindgen` in Cargo.lock.
pub const VERSION: &str = "0.2.130";

/// What the generator wrote.
pub struct Generated {
    /// The JavaScript module.
    pub script: PathBuf,
    /// The WebAssembly module it loads.
    pub wasm: PathBuf,
}

/// Writes `pilothouse.js` and `pilothouse.wasm` into `folder`. The script's `init` must be told where the module
/// lies, since its name carries a hash.
///
/// # Errors
/// When the WebAssembly was made by another version of wasm-bindgen, or is malformed.
pub fn generate(wasm: &Path, folder: &Path) -> Result<Generated> {
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        // Parts import the table of functions, which the linker exports and nothing else here uses.
        .keep_lld_exports(true)
        .remove_producers_section(true)
        .out_name("pilothouse")
        .generate(folder)
        .context("generate the JavaScript glue")?;
    let module = folder.join("pilothouse.wasm");
    std::fs::rename(folder.join("pilothouse_bg.wasm"), &module)?;
    Ok(Generated { script: folder.join("pilothouse.js"), wasm: module })
}

#[cfg(test)]
mod tests {
    use super::VERSION;

    #[test]
    fn the_generator_fits_the_compiled_code() {
        let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
        for package in ["wasm-bindgen", "wasm-bindgen-cli-support"] {
            let entry = format!("name = \"{package}\"\nversion = \"{VERSION}\"\n");
            assert!(lock.contains(&entry), "{package} in Cargo.lock is not {VERSION}");
        }
    }
}
