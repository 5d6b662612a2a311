//! Gives what the main module imports from the glue short names. The generator's carry a hash each, which does not
//! compress, in the module and once more in the glue.

use std::fs;

use anyhow::{Context, Result, ensure};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{ImportSectionReader, Parser, Payload};

use super::bindgen::Generated;

/// How the module calls the glue.
const GLUE: &str = "./pilothouse_bg.js";
const SHORT_GLUE: &str = "g";

/// Renames them in both files.
///
/// # Errors
/// When the generator writes otherwise than it did.
pub fn shorten(glue: &Generated) -> Result<()> {
    let mut script = fs::read_to_string(&glue.script)?;
    let module = fs::read(&glue.wasm)?;
    let mut shorter = Module::new();
    for payload in Parser::new(0).parse_all(&module) {
        let payload = payload?;
        if let Payload::ImportSection(imports) = payload {
            shorter.section(&with_short_names(imports, &mut script)?);
        } else if let Some((id, range)) = payload.as_section() {
            let data = &module[usize::try_from(range.start)?..usize::try_from(range.end)?];
            shorter.section(&RawSection { id, data });
        }
    }
    replace_once(&mut script, &format!("{GLUE:?}: "), &format!("{SHORT_GLUE:?}: "))?;
    fs::write(&glue.wasm, shorter.finish())?;
    fs::write(&glue.script, script)?;
    Ok(())
}

fn with_short_names(imports: ImportSectionReader, script: &mut String) -> Result<ImportSection> {
    let mut renamed = ImportSection::new();
    for (number, import) in imports.into_imports().enumerate() {
        let import = import?;
        let kind = RoundtripReencoder.entity_type(import.ty).context("encode an import")?;
        if import.module == GLUE {
            let name = format!("f{number}");
            replace_once(script, &format!(" {}: function(", import.name), &format!(" {name}: function("))?;
            renamed.import(SHORT_GLUE, &name, kind);
        } else {
            renamed.import(import.module, import.name, kind);
        }
    }
    Ok(renamed)
}

fn replace_once(script: &mut String, from: &str, to: &str) -> Result<()> {
    ensure!(script.matches(from).count() == 1, "the glue does not have `{from}` once");
    *script = script.replace(from, to);
    Ok(())
}
