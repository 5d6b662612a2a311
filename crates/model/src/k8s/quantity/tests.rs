//! Vectors of upstream's `quantity_test.go`.

use super::*;

const N: i128 = NANO;

#[test]
fn parses_what_upstream_parses() {
    let rows: &[(&str, i128)] = &[
        ("0", 0),
        ("0n", 0),
        ("0Ki", 0),
        ("1Ki", 1024 * N),
        ("8Ki", 8192 * N),
        ("7Mi", 7_340_032 * N),
        ("6Gi", 6_442_450_944 * N),
        ("5Ti", (5 << 40) * N),
        ("4Pi", (4 << 50) * N),
        ("3Ei", (3 << 60) * N),
        ("5n", 5),
        ("4u", 4_000),
        ("3m", 3_000_000),
        ("9", 9 * N),
        ("50k", 50_000 * N),
        ("8k", 8_000 * N),
        ("7M", 7_000_000 * N),
        ("6G", 6_000_000_000 * N),
        ("300T", 300_000_000_000_000 * N),
        ("5T", 5_000_000_000_000 * N),
        ("4P", 4_000_000_000_000_000 * N),
        ("3E", 3_000_000_000_000_000_000 * N),
        ("1E", 1_000_000_000_000_000_000 * N),
        ("1E-3", 1_000_000),
        ("1e3", 1_000 * N),
        ("1E6", 1_000_000 * N),
        ("1.3E+6", 1_300_000 * N),
        ("100.035k", 100_035 * N),
        ("0.5", 500_000_000),
        ("0.0005k", 500_000_000),
        ("0.005", 5_000_000),
        ("0.05", 50_000_000),
        ("100.035Ki", 102_435_840_000_000),
        ("0.5Mi", 524_288 * N),
        ("0.05Gi", 53_687_091_200_000_000),
        ("0.025Ti", 27_487_790_694_400_000_000),
        ("3.001n", 4),
        ("1.1n", 2),
        ("0.0000000001", 1),
        ("0.9n", 1),
        ("0.00000000000000000000000000000000000000000000000000000001", 1),
        ("9Ei", MAX_BINARY * N),
        ("9223372036854775807Ki", MAX_BINARY * N),
        ("12E", 12_000_000_000_000_000_000 * N),
        (".001", 1_000_000),
        ("1.", N),
        ("1.G", 1_000_000_000 * N),
        ("+1", N),
        ("-1", -N),
        ("-1Ki", -1024 * N),
        ("-0.9n", -1),
        ("1e-4294", 1),
        ("1e4294", i128::MAX),
        ("0.123456789012345678Ei", exact()),
    ];
    for (text, nanos) in rows {
        assert_eq!(Quantity::parse(text).map(Quantity::nanos), Ok(*nanos), "{text}");
    }
}

/// 0.123456789012345678 × 2⁶⁰ in nano-units, rounded up, by plain long arithmetic.
fn exact() -> i128 {
    // 123456789012345678 × 2^60 ÷ 10^9 = 123456789012345678 × 2^51 ÷ 5^9
    let numerator = 123_456_789_012_345_678_i128 << 51;
    let divisor = 5_i128.pow(9);
    (numerator + divisor - 1) / divisor
}

#[test]
fn refuses_what_upstream_refuses() {
    for text in [
        "1.1.M",
        "1+1.0M",
        "0.1mi",
        "0.1am",
        "aoeu",
        ".5i",
        "1i",
        "-3.01i",
        "-3.01e-",
        "1e4294967297",
        " 1",
        "1 ",
        "",
        ".",
        "+",
        "-",
        "Ki",
        "1e",
        "--1",
        "+-1",
        "1ki",
        "1mi",
        "1K",
        "0x10",
        "1_000",
        "١",
        "1e1.5",
    ] {
        assert!(Quantity::parse(text).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn compares_by_amount() {
    let of = |text| Quantity::parse(text).unwrap();
    assert!(of("100m") > of("50m"));
    assert!(of("10000T") > of("100Gi"));
    assert_eq!(of("1"), of("1000m"));
    assert_eq!(of("1Gi"), of("1024Mi"));
}

#[test]
fn writes_the_canonical_form() {
    for (text, canonical) in [
        ("1024Mi", "1Gi"),
        ("1000M", "1G"),
        (".001Ki", "1024m"),
        ("0.5", "500m"),
        ("2000m", "2"),
        ("1500Mi", "1500Mi"),
        ("300Mi", "300Mi"),
        ("1e3", "1e3"),
        ("1E6", "1e6"),
        ("1000000k", "1G"),
        ("100.035Ki", "102435840m"),
        ("3.001n", "4n"),
        ("512", "512"),
        ("0Ki", "0"),
        ("-1Ki", "-1Ki"),
        ("1000E", "1000E"),
        ("0.5Mi", "512Ki"),
        ("1e0", "1"),
    ] {
        let parsed = Quantity::parse(text).unwrap();
        assert_eq!(parsed.to_string(), canonical, "{text}");
        assert_eq!(Quantity::parse(canonical), Ok(parsed), "{canonical} reads back as another amount");
    }
}

#[test]
fn rounds_away_from_zero() {
    let of = |text| Quantity::parse(text).unwrap();
    assert_eq!(of("9.01").value(), 10);
    assert_eq!(of("-9.01").value(), -10);
    assert_eq!(of("9").value(), 9);
    assert_eq!(of("1u").milli(), 1);
    assert_eq!(of("12E").value(), i64::MAX);
    assert_eq!(of("12E").milli_i128(), 12_000_000_000_000_000_000_000);
    assert_eq!(of("-12E").value(), i64::MIN);
}

#[test]
fn formats_amounts_for_people() {
    assert_eq!(format_cpu_milli(250), "250m");
    assert_eq!(format_cpu_milli(2000), "2");
    assert_eq!(format_bytes(128 << 20), "128Mi");
    assert_eq!(format_milli("requests.memory", (64 << 30) * 1000), "64Gi");
    assert_eq!(format_milli("requests.cpu", 7500), "7500m");
    assert_eq!(format_milli("pods", 12_000), "12");
    assert_eq!(format_amount("cpu", 1500), "1500m");
    assert_eq!(format_amount("nvidia.com/gpu", 2), "2");
    assert_eq!(format_amount("hugepages-2Mi", 4 << 20), "4Mi");
}

#[test]
fn reads_json_numbers_too() {
    for (json, nanos) in [("\"250m\"", N / 4), ("2", 2 * N), ("0.5", N / 2), ("-3", -3 * N), ("1e3", 1000 * N)] {
        assert_eq!(serde_json::from_str::<Quantity>(json).unwrap().nanos(), nanos, "{json}");
    }
    assert!(serde_json::from_str::<Quantity>("true").is_err());
    assert!(serde_json::from_str::<Quantity>("\"x\"").is_err());
}
