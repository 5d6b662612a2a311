//! Amounts of resources, in thousandths of their unit.

use serde_json::Value;

use crate::controllers::quantity;

/// Reads a quantity, also one written as a number.
pub fn read(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => quantity::milli(text),
        Value::Number(number) => quantity::milli(&number.to_string()),
        _ => None,
    }
}

/// The shortest exact form. Upstream: `apimachinery/pkg/api/resource/quantity.go`, `CanonicalizeBytes`.
pub fn show(milli: i64, resource: &str) -> String {
    if milli % 1000 != 0 {
        return format!("{milli}m");
    }
    let whole = milli / 1000;
    let binary = resource.contains("memory") || resource.contains("storage") || resource.contains("hugepages");
    let (base, suffixes) =
        if binary { (1024, ["Ki", "Mi", "Gi", "Ti", "Pi"]) } else { (1000, ["k", "M", "G", "T", "P"]) };
    let (mut number, mut suffix) = (whole, "");
    for next in suffixes {
        if number == 0 || number % base != 0 {
            break;
        }
        number /= base;
        suffix = next;
    }
    format!("{number}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_their_shortest_exact_form() {
        for (text, resource, shown) in [
            ("500m", "cpu", "500m"),
            ("2000m", "requests.cpu", "2"),
            ("1024Mi", "memory", "1Gi"),
            ("1500Mi", "limits.memory", "1500Mi"),
            ("1000", "memory", "1000"),
            ("5000", "pods", "5k"),
            ("0", "pods", "0"),
        ] {
            assert_eq!(show(read(&text.into()).unwrap(), resource), shown, "{text}");
        }
    }
}
