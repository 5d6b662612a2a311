//! Makes sure that parts bring nothing that the program writes to: one may then be loaded when some of it is there
//! already, and puts back what was there.

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{Data, DataKind, KnownCustom, Linking, Operator, Parser, Payload};

/// Where what the linked program writes to begins in its memory; constants lie before it.
///
/// # Errors
/// When the program is malformed or was linked without `--emit-relocs`.
pub fn end(program: &[u8]) -> Result<u64> {
    let (mut places, mut names) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(program) {
        match payload? {
            Payload::DataSection(section) => {
                for segment in section {
                    places.push(place(&segment?)?);
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Linking(linking) = section.as_known() else { continue };
                for entry in linking {
                    let Linking::SegmentInfo(segments) = entry? else { continue };
                    for segment in segments {
                        names.push(segment?.name);
                    }
                }
            }
            _ => {}
        }
    }
    ensure!(places.len() == names.len(), "the linker did not name every segment of the program's data");
    let written = places.into_iter().zip(names).filter(|(_, name)| !name.starts_with(".rodata"));
    written.map(|((begin, _), _)| begin).min().context("the program writes to nothing")
}

/// # Errors
/// When `part` brings something that lies at or behind `end`.
pub fn only(part: &[u8], end: u64) -> Result<()> {
    for payload in Parser::new(0).parse_all(part) {
        let Payload::DataSection(section) = payload? else { continue };
        for segment in section {
            let (begin, bytes) = place(&segment?)?;
            if bytes > 0 && begin + bytes > end {
                bail!("it brings {bytes} bytes at {begin}, which the program writes to");
            }
        }
    }
    Ok(())
}

/// Where a segment goes to, and how many bytes it has.
fn place(segment: &Data) -> Result<(u64, u64)> {
    let DataKind::Active { offset_expr, .. } = &segment.kind else { bail!("a segment has no place of its own") };
    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
        bail!("a segment's place is not a number")
    };
    Ok((u64::from(value.cast_unsigned()), segment.data.len() as u64))
}
