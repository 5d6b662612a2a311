//! Compressing files once, when they are built, instead of at every request.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Effort, files_below};

/// Smaller files gain nothing worth a second copy.
const WORTH_COMPRESSING_BYTES: usize = 1024;
const COMPRESSIBLE: [&str; 6] = ["js", "wasm", "css", "svg", "json", "txt"];
/// The format's greatest window.
const BROTLI_WINDOW_BITS: u32 = 24;

/// Writes `FILE.gz`, and for a release `FILE.br`, beside each file of the folder that gets smaller by it.
///
/// # Errors
/// When a file cannot be read or written.
pub fn folder(folder: &Path, effort: Effort) -> Result<()> {
    for (_, path) in files_below(folder)? {
        let compressible =
            path.extension().is_some_and(|extension| COMPRESSIBLE.iter().any(|known| extension == *known));
        let bytes = fs::read(&path)?;
        if !compressible || bytes.len() < WORTH_COMPRESSING_BYTES {
            continue;
        }
        let level = if effort == Effort::Quick { Compression::fast() } else { Compression::best() };
        write_smaller(&path, "gz", &bytes, &gzip(&bytes, level)?)?;
        if effort != Effort::Quick {
            write_smaller(&path, "br", &bytes, &brotli(&bytes)?)?;
        }
    }
    Ok(())
}

fn write_smaller(path: &Path, extension: &str, plain: &[u8], compressed: &[u8]) -> Result<()> {
    if compressed.len() < plain.len() {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(extension);
        fs::write(PathBuf::from(name), compressed)?;
    }
    Ok(())
}

fn gzip(bytes: &[u8], level: Compression) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 11, BROTLI_WINDOW_BITS);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::{brotli, gzip};
    use std::io::Read;

    #[test]
    fn both_formats_give_back_what_went_in() {
        let text = "Pilothouse ".repeat(1000).into_bytes();
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(gzip(&text, flate2::Compression::best()).unwrap().as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain, text);
        plain.clear();
        brotli::Decompressor::new(brotli(&text).unwrap().as_slice(), 4096).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, text);
    }
}
