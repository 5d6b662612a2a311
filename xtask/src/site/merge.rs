//! Joins several parts of the WebAssembly into one file.
//!
//! Parts find each other's functions through the main module's table and their data at fixed addresses: they import
//! that table, the memory and globals, and export nothing. So joining is appending, with every index moved up.

use std::collections::HashMap;
use std::convert::Infallible;

use anyhow::{Result, anyhow, bail};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataSection, ElementSection, FunctionSection, GlobalType, ImportSection, Module, TypeSection,
};
use wasmparser::{Import, Parser, Payload, TypeRef};

/// One module that does what all of `modules` do when they are loaded together.
///
/// # Errors
/// When one of them is not a part as described above.
pub fn merge(modules: &[&[u8]]) -> Result<Vec<u8>> {
    let mut merged = Merged::default();
    for module in modules {
        merged.append(module).map_err(|reason| anyhow!("join parts of the WebAssembly: {reason}"))?;
    }
    Ok(merged.finish())
}

#[derive(Default)]
struct Merged {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
    /// Index of each imported global by its name, and whether memory and table are imported already.
    globals: HashMap<String, u32>,
    shared: Vec<String>,
}

/// Where the indices of the module that is being appended begin.
struct Moved {
    types: u32,
    functions: u32,
    globals: Vec<u32>,
}

impl Reencode for Moved {
    type Error = Infallible;

    fn type_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.types + index)
    }

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.functions + index)
    }

    fn global_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.globals[index as usize])
    }
}

impl Merged {
    fn append(&mut self, module: &[u8]) -> Result<()> {
        let mut moved = Moved { types: self.types.len(), functions: self.functions.len(), globals: Vec::new() };
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => moved.parse_type_section(&mut self.types, section)?,
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        self.import(import?, &mut moved)?;
                    }
                }
                Payload::FunctionSection(section) => moved.parse_function_section(&mut self.functions, section)?,
                Payload::ElementSection(section) => moved.parse_element_section(&mut self.elements, section)?,
                Payload::CodeSectionEntry(body) => moved.parse_function_body(&mut self.code, body)?,
                Payload::DataSection(section) => moved.parse_data_section(&mut self.data, section)?,
                Payload::ExportSection(section) if section.count() == 0 => {}
                Payload::GlobalSection(section) if section.count() == 0 => {}
                Payload::TableSection(_) | Payload::MemorySection(_) | Payload::GlobalSection(_) => {
                    bail!("a part has tables, memories or globals of its own")
                }
                Payload::ExportSection(_) | Payload::StartSection { .. } => bail!("a part exports or starts something"),
                _ => {}
            }
        }
        Ok(())
    }

    fn import(&mut self, import: Import, moved: &mut Moved) -> Result<()> {
        let known = self.shared.iter().any(|name| name == import.name);
        match import.ty {
            TypeRef::Global(kind) => {
                let next = u32::try_from(self.globals.len())?;
                let index = *self.globals.entry(import.name.to_owned()).or_insert(next);
                moved.globals.push(index);
                if index == next {
                    self.imports.import(import.module, import.name, GlobalType::try_from(kind)?);
                }
            }
            TypeRef::Memory(_) | TypeRef::Table(_) if known => {}
            TypeRef::Memory(kind) => {
                self.imports.import(import.module, import.name, wasm_encoder::MemoryType::from(kind));
                self.shared.push(import.name.to_owned());
            }
            TypeRef::Table(kind) => {
                self.imports.import(import.module, import.name, wasm_encoder::TableType::try_from(kind)?);
                self.shared.push(import.name.to_owned());
            }
            _ => bail!("a part imports {}.{}", import.module, import.name),
        }
        Ok(())
    }

    fn finish(self) -> Vec<u8> {
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&self.elements)
            .section(&self.code)
            .section(&self.data);
        module.finish()
    }
}
