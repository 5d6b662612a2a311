//! The script that loads parts of the WebAssembly when a page is first gone to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::bundles::PageFiles;
use super::program::beside;
use serde_json::json;

/// Code of the loader. `main` is the address of the glue beside it, `parts` names the files of each part.
///
/// What the compiled code calls is `__wasm_split_load_PART(callback, data)`; the callback lies in the table of functions
/// and is told whether the part is there. Parts put their functions into that table and their data into the memory.
pub fn script(main: &str, parts: &BTreeMap<String, PageFiles>) -> String {
    let names = |files: &[PathBuf]| -> Vec<String> { files.iter().map(|file| beside(file)).collect() };
    let loaders: String = parts
        .iter()
        .map(|(part, page)| {
            let (whole, held, files) =
                (json!(beside(&page.whole)), json!(names(&page.held)), json!(names(&page.files)));
            format!("export const __wasm_split_load_{part} = part({whole}, {held}, {files});\n")
        })
        .collect();
    format!("import {{ initSync }} from {};\n{SCRIPT}{loaders}", json!(main))
}

const SCRIPT: &str = r#"
const started = new Map();
const instantiate = (file) => {
  const url = new URL(file, import.meta.url);
  const imports = { __wasm_split: initSync() };
  return WebAssembly.instantiateStreaming(fetch(url), imports);
};
const load = (file, held = []) => {
  if (!started.has(file)) {
    const loading = instantiate(file);
    const brought = [file, ...held];
    brought.forEach((one) => started.set(one, loading));
    loading.catch(() => brought.forEach((one) => started.delete(one)));
  }
  return started.get(file);
};
const part = (whole, held, files) => async (callback, data) => {
  const first = started.size === 0 || started.has(whole);
  const loaded = await Promise.allSettled(first ? [load(whole, held)] : files.map((file) => load(file)));
  const failed = loaded.filter((file) => file.status === "rejected");
  failed.forEach((file) => console.error(file.reason));
  initSync().__indirect_function_table.get(callback)(data, failed.length === 0);
};
"#;
