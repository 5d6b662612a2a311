//! Durations as Prometheus writes them: `90s`, `1h30m`, `500ms`.

use std::fmt::Write as _;
use std::time::Duration;

const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 24 * 3_600_000),
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// The text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a duration such as 30s, 2m or 1h30m")]
pub struct BadDuration;

/// Reads a duration: numbers with units, greater units first, each once; `0` needs no unit. As `ParseDuration` of
/// Prometheus, common/model/time.go.
///
/// # Errors
/// [`BadDuration`].
pub fn parse(text: &str) -> Result<Duration, BadDuration> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let (mut rest, mut units, mut total) = (text, &UNITS[..], 0_u64);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().map_err(|_| BadDuration)?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_lowercase).count();
        let at = units.iter().position(|(unit, _)| *unit == &rest[..letters]).ok_or(BadDuration)?;
        total = number.checked_mul(units[at].1).and_then(|part| total.checked_add(part)).ok_or(BadDuration)?;
        rest = &rest[letters..];
        units = &units[at + 1..];
    }
    if text.is_empty() { Err(BadDuration) } else { Ok(Duration::from_millis(total)) }
}

/// Writes a duration so that [`parse`] reads it back, cut to the millisecond.
pub fn format(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    // Years and weeks read worse than days.
    for (unit, length) in UNITS.into_iter().skip(2) {
        if left >= length {
            // Writing into a String cannot fail.
            let _ = write!(text, "{}{unit}", left / length);
            left %= length;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_as_prometheus_reads_them() {
        let table = [
            ("0", Some(0)),
            ("0s", Some(0)),
            ("324ms", Some(324)),
            ("3s", Some(3000)),
            ("1h30m", Some(5_400_000)),
            ("1d", Some(86_400_000)),
            ("4d1h", Some(349_200_000)),
            ("1y2w3d4h5m6s7ms", Some(31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_706_007)),
            ("", None),
            ("1", None),
            ("s", None),
            ("-1s", None),
            ("1.5h", None),
            ("1m1h", None),
            ("1m1m", None),
            ("1 m", None),
            ("99999999999999999999s", None),
            ("584942418y", None),
            ("1µs", None),
        ];
        for (text, millis) in table {
            assert_eq!(parse(text).ok(), millis.map(Duration::from_millis), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(millis in 0_u64..1 << 50) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(parse(&format(duration)), Ok(duration));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,12}") {
            let _ = parse(&text);
        }
    }
}
