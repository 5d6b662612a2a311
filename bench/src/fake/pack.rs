//! gzip, as an API server packs: level 1.

use anyhow::Result;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// One gzip member.
///
/// # Errors
/// Never for what lies in memory.
pub fn pack(text: &[u8]) -> Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 6 + 64), Compression::new(1));
    encoder.write_all(text)?;
    let mut packed = encoder.finish()?;
    packed.shrink_to_fit();
    Ok(packed.into())
}

/// What was packed.
///
/// # Errors
/// When it was not.
pub fn unpack(packed: &[u8]) -> Result<Bytes> {
    let mut text = Vec::with_capacity(packed.len() * 8);
    MultiGzDecoder::new(packed).read_to_end(&mut text)?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_after_each_other_unpack_as_one() {
        let two = [pack(b"[1,").unwrap(), pack(b"2]").unwrap()].concat();
        assert_eq!(unpack(&two).unwrap(), b"[1,2]"[..]);
    }
}
