//! Kubernetes quantities. Upstream: `k8s.io/apimachinery/pkg/api/resource/quantity.go`.

const NANO: i128 = 1_000_000_000;

/// The quantity in billionths of its unit, or `None` when it is none.
fn nano(text: &str) -> Option<i128> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let scaled = decimal(number)?;
    let binary = |exponent: u32| scaled.checked_mul(1_i128 << (10 * exponent));
    let thousand = |exponent: u32| scaled.checked_mul(1000_i128.pow(exponent));
    match suffix {
        "" => Some(scaled),
        "n" => Some(round_up(scaled, NANO)),
        "u" => Some(round_up(scaled, 1_000_000)),
        "m" => Some(round_up(scaled, 1000)),
        "k" => thousand(1),
        "M" => thousand(2),
        "G" => thousand(3),
        "T" => thousand(4),
        "P" => thousand(5),
        "E" => thousand(6),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let factor = 10_i128.checked_pow(exponent.unsigned_abs())?;
            if exponent < 0 { Some(round_up(scaled, factor)) } else { scaled.checked_mul(factor) }
        }
    }
}

fn decimal(number: &str) -> Option<i128> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    let fraction: i128 = kept.parse().ok()?;
    let value = whole.checked_mul(NANO)?.checked_add(fraction)?;
    Some(if negative { -value } else { value })
}

fn round_up(value: i128, divisor: i128) -> i128 {
    -(-value).div_euclid(divisor)
}

/// The quantity as thousandths, rounded up: CPU.
pub fn milli(text: &str) -> Option<i64> {
    i64::try_from(round_up(nano(text)?, 1_000_000)).ok()
}

/// The quantity as whole units, rounded up: bytes, counts.
pub fn units(text: &str) -> Option<i64> {
    i64::try_from(round_up(nano(text)?, NANO)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let cases = [
            ("250m", Some(250), Some(1)),
            ("0.1", Some(100), Some(1)),
            ("1.5", Some(1500), Some(2)),
            ("2", Some(2000), Some(2)),
            ("1n", Some(1), Some(1)),
            ("128Mi", Some(134_217_728_000), Some(134_217_728)),
            ("1.5Gi", Some(1_610_612_736_000), Some(1_610_612_736)),
            ("1e3", Some(1_000_000), Some(1000)),
            ("5E-1", Some(500), Some(1)),
            ("1k", Some(1_000_000), Some(1000)),
            ("", None, None),
            ("abc", None, None),
            ("1Xi", None, None),
        ];
        for (text, thousandths, whole) in cases {
            assert_eq!((milli(text), units(text)), (thousandths, whole), "{text:?}");
        }
    }
}
