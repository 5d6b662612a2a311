//! Counts, shares and sizes.

/// `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with so many decimals.
pub fn fixed(value: f64, decimals: u32) -> String {
    // Not by `{:.1}`: the code that writes any number exactly is in every page, and no figure here needs it.
    let scale = 10_u64.pow(decimals);
    let size = (value.abs() * scale as f64).round() as u64;
    let mut text = if value < 0.0 && size > 0 { format!("-{}", size / scale) } else { (size / scale).to_string() };
    if decimals > 0 {
        text.push_str(&format!(".{:0width$}", size % scale, width = decimals as usize));
    }
    text
}

/// `part` of `whole` in per cent, 0 when there is no whole.
pub fn percent(part: i64, whole: i64) -> u32 {
    if whole <= 0 { 0 } else { ((part.max(0) as f64 / whole as f64) * 100.0).round() as u32 }
}

/// A share of 1 as `98.5 %`; whole numbers go without decimals.
pub fn ratio(share: f64) -> String {
    let percent = share * 100.0;
    if (percent - percent.round()).abs() < 0.05 { fixed(percent, 0) + " %" } else { fixed(percent, 1) + " %" }
}

/// Seconds of a latency: `12 ms`, `1.25 s`.
pub fn latency(seconds: f64) -> String {
    if seconds < 0.01 {
        fixed(seconds * 1000.0, 1) + " ms"
    } else if seconds < 1.0 {
        fixed(seconds * 1000.0, 0) + " ms"
    } else {
        fixed(seconds, 2) + " s"
    }
}

/// A number with at most two decimals and none it does not need.
pub fn short(value: f64) -> String {
    let text = fixed(value, 2);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// CPU for people: `3.2`, `64` cores, or `250m` below one.
pub fn cores(milli: i64) -> String {
    match milli {
        m if m.abs() < 1000 => format!("{m}m"),
        m if m.abs() < 10_000 => short((m as f64 / 100.0).round() / 10.0),
        m if m > 0 => count((m as u64 + 500) / 1000),
        m => fixed(m as f64 / 1000.0, 0),
    }
}

/// Bytes in binary units with one decimal: `1.4 GiB`.
pub fn bytes(bytes: u64) -> String {
    let (value, unit) = in_unit(bytes);
    figure(value, unit) + " " + UNITS[unit]
}

const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

fn in_unit(bytes: u64) -> (f64, usize) {
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit < UNITS.len() - 1 {
        value /= 1024.0;
        unit += 1;
    }
    (value, unit)
}

fn figure(value: f64, unit: usize) -> String {
    fixed(value, u32::from(unit > 0 && value < 100.0))
}

/// `190 / 640 GiB`: both in the unit of the whole.
pub fn bytes_of(part: i64, whole: i64) -> String {
    let (of, unit) = in_unit(whole.max(0) as u64);
    let part = part.max(0) as f64 / 1024_f64.powi(unit as i32);
    let (figure, unit) = (figure(of, unit), UNITS[unit]);
    if part >= 10.0 {
        format!("{} / {figure} {unit}", fixed(part, 0))
    } else {
        format!("{} / {figure} {unit}", short((part * 10.0).round() / 10.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (given, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(given), expected);
        }
    }

    #[test]
    fn decimals_are_as_many_as_wished() {
        for (value, decimals, expected) in [
            (0.0, 0, "0"),
            (1.5, 0, "2"),
            (0.05, 1, "0.1"),
            (9.96, 1, "10.0"),
            (-1.25, 2, "-1.25"),
            (-0.001, 2, "0.00"),
            (1234.5678, 2, "1234.57"),
        ] {
            assert_eq!(fixed(value, decimals), expected);
        }
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(ratio(1.0), "100 %");
        assert_eq!(ratio(0.985), "98.5 %");
        assert_eq!(latency(0.0123), "12 ms");
        assert_eq!(latency(1.254), "1.25 s");
        assert_eq!(bytes(1_503_238_553), "1.4 GiB");
        assert_eq!(bytes_of(204_010_946_560, 687_194_767_360), "190 / 640 GiB");
        assert_eq!(bytes_of(0, 0), "0 / 0 B");
        assert_eq!(cores(250), "250m");
        assert_eq!(cores(3240), "3.2");
        assert_eq!(cores(64_000), "64");
        assert_eq!(cores(16_680_400), "16,680");
        assert_eq!(percent(1, 3), 33);
        assert_eq!(percent(1, 0), 0);
    }
}
