//! Names in two parts, since pods share all but the last five letters of theirs with their siblings.

/// The most bytes of a name's last part that a row holds itself.
const NAME_SUFFIX: usize = 7;

/// A name as its stem and the part behind its last dash, packed: the length plus one in the lowest byte, then the
/// bytes. 0 where the name stands whole in its stem.
pub(super) fn split(name: &str) -> (&str, u64) {
    match name.rsplit_once('-') {
        Some((stem, suffix)) if suffix.len() <= NAME_SUFFIX => (stem, pack(suffix.as_bytes())),
        _ => (name, 0),
    }
}

fn pack(suffix: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[0] = suffix.len() as u8 + 1;
    bytes[1..=suffix.len()].copy_from_slice(suffix);
    u64::from_le_bytes(bytes)
}

/// The part behind the last dash; None where there is none.
pub(super) fn suffix(packed: &[u8; 8]) -> Option<&[u8]> {
    let length = packed[0].checked_sub(1)?;
    packed.get(1..=usize::from(length))
}

/// A uid as a number; None for one that is not written as Kubernetes writes them.
pub(super) fn parse_uid(uid: &str) -> Option<u128> {
    let bytes = uid.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut value: u128 = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let digit = match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        value = value << 4 | u128::from(digit);
    }
    // The highest numbers stand for texts.
    (value >> 32 != u128::MAX >> 32).then_some(value)
}

/// The number that stands for a uid that is a text.
pub(super) fn text_uid(id: u32) -> u128 {
    u128::MAX << 32 | u128::from(id)
}

/// A uid as it is written, or the number of its text.
pub(super) fn format_uid(uid: u128) -> Result<String, u32> {
    if uid >> 32 == u128::MAX >> 32 {
        return Err(uid as u32);
    }
    let hex = format!("{uid:032x}");
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}
