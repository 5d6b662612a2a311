//! The script that loads parts of the WebAssembly when a page is first gone to.

use std::collections::BTreeMap;

/// Code of the loader. `main` is the address of the glue beside it, `parts` names the files of each part.
///
/// What the compiled code calls is `__wasm_split_load_PART(callback, data)`; the callback lies in the table of functions
/// and is told whether the part is there. Parts put their functions into that table and their data into the memory.
pub fn script(main: &str, parts: &BTreeMap<String, Vec<String>>) -> String {
    let loaders: String = parts
        .iter()
        .map(|(part, files)| format!("export const __wasm_split_load_{part} = part({});\n", serde_json::json!(files)))
        .collect();
    format!("import {{ initSync }} from {};\n{SCRIPT}{loaders}", serde_json::json!(main))
}

const SCRIPT: &str = r#"
const started = new Map();
const instantiate = (file) => {
  const url = new URL(file, import.meta.url);
  const imports = { __wasm_split: initSync() };
  return WebAssembly.instantiateStreaming(fetch(url), imports);
};
const load = (file) => {
  if (!started.has(file)) {
    const loading = instantiate(file);
    started.set(file, loading);
    loading.catch(() => started.delete(file));
  }
  return started.get(file);
};
const part = (files) => async (callback, data) => {
  const loaded = await Promise.allSettled(files.map(load));
  const failed = loaded.filter((file) => file.status === "rejected");
  failed.forEach((file) => console.error(file.reason));
  initSync().__indirect_function_table.get(callback)(data, failed.length === 0);
};
"#;
