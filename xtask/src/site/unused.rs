//! Takes out of the linked program what the linker cannot know to be unused.
//!
//! A type-erased view carries a table with one function for every way to bring it to the screen. One way is to take a
//! page over piece by piece while its code arrives; here that code is there before anything is taken over
//! (`app::load_page`), so that those functions are never called. They would be a tenth of the program. A route's table
//! has one that lists the routes, for the server. An attribute's has one to take over copies of a template; no view here is
//! written as one.
//!
//! And a library exports to JavaScript what serves its streams, which keeps all of that alive.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use wasm_encoder::{CustomSection, Encode, Section};
use wasmparser::{KnownCustom, Name, Parser, Payload, RelocSectionReader, TypeRef};

/// How the names of such functions end but for a hash, by the compiler's older mangling. The newer one names types too,
/// so that functions would be found that only deal with one of these.
const NEVER_CALLED: [&str; 3] = [
    "8into_any13hydrate_async17h",
    "13into_any_attr21hydrate_from_template17h",
    "21into_any_nested_route15generate_routes17h",
];
/// What the names have in common of functions that would call those: the body of taking something over piece by piece,
/// a view written as a template, a list of routes. None is left once those are emptied.
const CALLERS: [&str; 3] = [
    "13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h",
    "tachys..view..template..ViewTemplate",
    "15generate_routes17h",
];
/// How exported functions begin that JavaScript would call for a stream made in Rust. None is made.
const STREAMS: [&str; 2] = ["intounderlying", "__wbg_intounderlying"];

const UNREACHABLE: u8 = 0x00;
const NOP: u8 = 0x01;
const END: u8 = 0x0b;

/// The program with the bodies of those functions emptied. Its sections keep their sizes, but for the list of places
/// that the linker filled in, from which those in the emptied bodies are gone: what only they used has no user then.
///
/// # Errors
/// When the program is malformed, or one of the names is not in it: names are not a promise of the compiler.
pub fn empty(program: &[u8]) -> Result<Vec<u8>> {
    let linked = Linked::read(program)?;
    for name in NEVER_CALLED.iter().chain(&STREAMS) {
        let is_there = linked.never_called.values().any(|found| found == name);
        ensure!(is_there, "no function is named like {name}: see {}", file!());
    }
    let emptied: Vec<Range<usize>> = linked
        .bodies
        .iter()
        .zip(linked.imported..)
        .filter(|(_, index)| linked.never_called.contains_key(index))
        .map(|(body, _)| body.clone())
        .collect();
    let mut result = program.to_vec();
    for body in &emptied {
        let code = &mut result[body.clone()];
        code.fill(NOP);
        // No local variables, then a trap.
        code[0] = 0;
        code[1] = UNREACHABLE;
        code[body.len() - 1] = END;
    }
    let (relocations, kept) = linked.relocations_outside(program, &emptied)?;
    result.splice(relocations, kept);
    Ok(result)
}

/// Makes sure that nothing in `module`, cut from the emptied program, would call what was emptied.
///
/// # Errors
/// When something would, or the module is malformed.
pub fn miss_nothing(module: &[u8]) -> Result<()> {
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(names) = section.as_known() else { continue };
        for name in names {
            let Name::Function(functions) = name? else { continue };
            for function in functions {
                let name = function?.name;
                let calls = never_called(name).is_none() && CALLERS.iter().any(|caller| name.contains(caller));
                ensure!(!calls, "{name} may call a function that was emptied: see {}", file!());
            }
        }
    }
    Ok(())
}

/// Which of the names above makes a function one that is never called.
fn never_called(function: &str) -> Option<&'static str> {
    let ours = NEVER_CALLED.into_iter().find(|part| function.contains(part));
    ours.or_else(|| STREAMS.into_iter().find(|begin| function.starts_with(begin)))
}

/// What matters here of a program with relocations.
struct Linked<'a> {
    imported: u32,
    /// Where the code section's content begins; relocations count from there.
    code: usize,
    bodies: Vec<Range<usize>>,
    /// By its index.
    never_called: HashMap<u32, &'static str>,
    /// The whole section of the code's relocations, with its head, and its reader.
    relocations: Option<(Range<usize>, RelocSectionReader<'a>)>,
}

impl<'a> Linked<'a> {
    fn read(program: &'a [u8]) -> Result<Linked<'a>> {
        let mut linked =
            Linked { imported: 0, code: 0, bodies: Vec::new(), never_called: HashMap::new(), relocations: None };
        let mut end_of_last = 8;
        for payload in Parser::new(0).parse_all(program) {
            let payload = payload?;
            match &payload {
                Payload::ImportSection(section) => {
                    for import in section.clone().into_imports() {
                        linked.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => linked.code = usize::try_from(range.start)?,
                Payload::CodeSectionEntry(body) => {
                    linked.bodies.push(usize::try_from(body.range().start)?..usize::try_from(body.range().end)?);
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Reloc(reader) if section.name() == "reloc.CODE" => {
                        linked.relocations = Some((end_of_last..usize::try_from(section.range().end)?, reader));
                    }
                    KnownCustom::Name(names) => {
                        for name in names {
                            let Name::Function(functions) = name? else { continue };
                            for function in functions {
                                let function = function?;
                                if let Some(name) = never_called(function.name) {
                                    linked.never_called.insert(function.index, name);
                                }
                            }
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
            if let Some((_, range)) = payload.as_section() {
                end_of_last = usize::try_from(range.end)?;
            }
        }
        Ok(linked)
    }

    /// Where the section of relocations lies, and the section without those in `emptied`.
    fn relocations_outside(&self, program: &[u8], emptied: &[Range<usize>]) -> Result<(Range<usize>, Vec<u8>)> {
        let (place, reader) = self.relocations.as_ref().context("the program was linked without --emit-relocs")?;
        let mut kept = 0_u32;
        let mut entries = Vec::new();
        let mut items = reader.entries().into_iter_with_offsets().peekable();
        while let Some(item) = items.next() {
            let (begin, entry) = item?;
            let end = match items.peek() {
                Some(Ok((next, _))) => *next,
                _ => reader.range().end,
            };
            let at = self.code + entry.offset as usize;
            // Bodies lie in order.
            let body = emptied.partition_point(|body| body.end <= at);
            if emptied.get(body).is_none_or(|body| at < body.start) {
                kept += 1;
                entries.extend_from_slice(&program[usize::try_from(begin)?..usize::try_from(end)?]);
            }
        }
        let mut content = Vec::new();
        reader.section_index().encode(&mut content);
        kept.encode(&mut content);
        content.extend_from_slice(&entries);
        let mut section = Vec::new();
        CustomSection { name: "reloc.CODE".into(), data: content.into() }.append_to(&mut section);
        Ok((place.clone(), section))
    }
}
