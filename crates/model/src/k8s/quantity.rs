//! Resource quantities, exactly (upstream: `apimachinery/pkg/api/resource/quantity.go`).
//!
//! A quantity is a whole number of nano-units in an `i128`; floating point is never involved.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Add, Sub};
use std::str::FromStr;

const NANO: i128 = 1_000_000_000;
/// Binary quantities stop here, as upstream's do.
const MAX_BINARY: i128 = i64::MAX as i128;
/// Fraction digits of a binary quantity that count; what is finer rounds up.
const BINARY_FRACTION_DIGITS: usize = 18;
/// Significant digits of a decimal quantity that count; what is finer rounds up.
const DECIMAL_DIGITS: usize = 36;

/// How a quantity was written, which decides how it is written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `500m`, `2`, `3k`
    DecimalSi,
    /// `128Mi`
    BinarySi,
    /// `1e3`
    DecimalExponent,
}

/// Why a text is not a quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    #[error("a quantity must not be empty")]
    Empty,
    #[error("{0:?} is not a quantity: expected a number with an optional suffix such as m, k, M, G, Ki, Mi, Gi or e3")]
    Malformed(String),
    #[error("{0:?} has an exponent out of range")]
    Exponent(String),
}

/// An amount such as `250m` or `128Mi`. Equality, order and hash go by the amount, not by the spelling.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    nanos: i128,
    format: Format,
}

impl Quantity {
    pub const ZERO: Quantity = Quantity { nanos: 0, format: Format::DecimalSi };

    /// Reads a quantity. Finer than one nano-unit rounds away from zero; binary amounts above 2⁶³−1
    /// become 2⁶³−1; decimal amounts saturate near 1.7·10²⁹.
    ///
    /// # Errors
    /// When the text does not follow the grammar `[+-] digits[.digits] suffix`, or the exponent does not fit 32 bits.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        let malformed = || QuantityError::Malformed(text.chars().take(64).collect());
        let (negative, rest) = match text.as_bytes()[0] {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let number_len = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let (number, suffix) = rest.split_at(number_len);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return Err(malformed());
        }
        let (magnitude, format) = match Suffix::parse(suffix) {
            Some(Ok(Suffix::Binary(shift))) => (binary_nanos(whole, fraction, shift), Format::BinarySi),
            Some(Ok(Suffix::Decimal(exponent))) => (decimal_nanos(whole, fraction, exponent), Format::DecimalSi),
            Some(Ok(Suffix::Exponent(exponent))) => (decimal_nanos(whole, fraction, exponent), Format::DecimalExponent),
            Some(Err(())) => return Err(QuantityError::Exponent(text.chars().take(64).collect())),
            None => return Err(malformed()),
        };
        Ok(Quantity { nanos: if negative { -magnitude } else { magnitude }, format })
    }

    pub fn from_nanos(nanos: i128, format: Format) -> Quantity {
        Quantity { nanos, format }
    }

    /// From thousandths; saturates.
    pub fn from_milli(milli: i128, format: Format) -> Quantity {
        Quantity { nanos: milli.saturating_mul(NANO / 1000), format }
    }

    pub fn from_value(value: i64, format: Format) -> Quantity {
        Quantity { nanos: i128::from(value) * NANO, format }
    }

    pub fn nanos(self) -> i128 {
        self.nanos
    }

    pub fn format(self) -> Format {
        self.format
    }

    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// In whole units, rounded away from zero, saturating.
    pub fn value(self) -> i64 {
        saturate(div_away(self.nanos, NANO))
    }

    /// In thousandths, rounded away from zero, saturating.
    pub fn milli(self) -> i64 {
        saturate(self.milli_i128())
    }

    /// In thousandths, rounded away from zero, without loss of range.
    pub fn milli_i128(self) -> i128 {
        div_away(self.nanos, NANO / 1000)
    }
}

enum Suffix {
    /// Times 2 to this.
    Binary(u32),
    /// Times 10 to this.
    Decimal(i32),
    Exponent(i32),
}

impl Suffix {
    /// None: not a suffix. `Some(Err)`: an exponent out of range.
    fn parse(suffix: &str) -> Option<Result<Suffix, ()>> {
        Some(Ok(match suffix {
            "n" => Suffix::Decimal(-9),
            "u" => Suffix::Decimal(-6),
            "m" => Suffix::Decimal(-3),
            "" => Suffix::Decimal(0),
            "k" => Suffix::Decimal(3),
            "M" => Suffix::Decimal(6),
            "G" => Suffix::Decimal(9),
            "T" => Suffix::Decimal(12),
            "P" => Suffix::Decimal(15),
            "E" => Suffix::Decimal(18),
            "Ki" => Suffix::Binary(10),
            "Mi" => Suffix::Binary(20),
            "Gi" => Suffix::Binary(30),
            "Ti" => Suffix::Binary(40),
            "Pi" => Suffix::Binary(50),
            "Ei" => Suffix::Binary(60),
            _ => {
                let exponent = suffix.strip_prefix(['e', 'E'])?;
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                return Some(exponent.parse().map(Suffix::Exponent).map_err(|_| ()));
            }
        }))
    }
}

fn digit(byte: u8) -> i128 {
    i128::from(byte - b'0')
}

fn pow10(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn div_up(amount: i128, by: i128) -> i128 {
    amount / by + i128::from(amount % by != 0)
}

fn div_away(amount: i128, by: i128) -> i128 {
    amount / by + if amount % by == 0 { 0 } else { amount.signum() }
}

fn saturate(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

/// `whole.fraction × 10^exponent` in nano-units, rounded up, saturating.
fn decimal_nanos(whole: &str, fraction: &str, exponent: i32) -> i128 {
    let (mut coefficient, mut digits, mut dropped_digits, mut dropped) = (0_i128, 0_usize, 0_i64, false);
    for byte in whole.bytes().chain(fraction.bytes()) {
        if digits == DECIMAL_DIGITS {
            dropped_digits += 1;
            dropped |= byte != b'0';
        } else {
            coefficient = coefficient * 10 + digit(byte);
            digits += usize::from(coefficient != 0);
        }
    }
    if coefficient == 0 {
        return 0;
    }
    if dropped {
        coefficient += 1;
    }
    let exponent = i64::from(exponent) - fraction.len() as i64 + dropped_digits + 9;
    match u32::try_from(exponent.unsigned_abs()).ok().and_then(pow10) {
        Some(power) if exponent >= 0 => coefficient.saturating_mul(power),
        Some(power) => div_up(coefficient, power),
        None if exponent >= 0 => i128::MAX,
        None => 1,
    }
}

/// `whole.fraction × 2^shift` in nano-units, rounded up, at most 2⁶³−1 units.
fn binary_nanos(whole: &str, fraction: &str, shift: u32) -> i128 {
    let max = MAX_BINARY * NANO;
    let units = whole.bytes().fold(0_i128, |sum, byte| (sum * 10 + digit(byte)).min(MAX_BINARY + 1));
    if units > MAX_BINARY >> shift {
        return max;
    }
    let kept = &fraction.as_bytes()[..fraction.len().min(BINARY_FRACTION_DIGITS)];
    let finer = fraction.bytes().skip(kept.len()).any(|byte| byte != b'0');
    let part = kept.iter().fold(0_i128, |sum, byte| sum * 10 + digit(*byte)) + i128::from(finer);
    // part × 2^shift × 10^9 ÷ 10^digits, with the common powers of two taken out so that nothing overflows.
    let digits = kept.len() as u32;
    let part = if digits <= 9 {
        (part * 10_i128.pow(9 - digits)) << shift
    } else {
        div_up(part << (shift + 9 - digits), 5_i128.pow(digits - 9))
    };
    (((units * NANO) << shift) + part).min(max)
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nanos.hash(state);
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Quantity::ZERO
    }
}

impl Add for Quantity {
    type Output = Quantity;
    /// Saturates; a zero takes the other's format.
    fn add(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_add(other.nanos), format }
    }
}

impl Sub for Quantity {
    type Output = Quantity;
    /// Saturates; a zero takes the other's format.
    fn sub(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_sub(other.nanos), format }
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Quantity, QuantityError> {
        Quantity::parse(text)
    }
}

impl fmt::Display for Quantity {
    /// The canonical form: the largest suffix that leaves a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
        const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        if self.nanos == 0 {
            return f.write_str("0");
        }
        // As upstream: small or fractional binary amounts are written as decimals, without loss.
        let binary = self.format == Format::BinarySi
            && self.nanos % NANO == 0
            && self.nanos.unsigned_abs() >= 1024 * NANO as u128;
        let (mut number, base, suffixes) =
            if binary { (self.nanos / NANO, 1024, &BINARY[..]) } else { (self.nanos, 1000, &DECIMAL[..]) };
        let mut at = 0;
        while at + 1 < suffixes.len() && number % base == 0 {
            number /= base;
            at += 1;
        }
        match (self.format, at as i32 * 3 - 9) {
            (Format::DecimalExponent, 0) => write!(f, "{number}"),
            (Format::DecimalExponent, exponent) => write!(f, "{number}e{exponent}"),
            _ => write!(f, "{number}{}", suffixes[at]),
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    /// From a text or, as the API server allows, a bare number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct QuantityVisitor;
        impl Visitor<'_> for QuantityVisitor {
            type Value = Quantity;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a quantity such as \"250m\" or \"128Mi\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
                Quantity::parse(text).map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Quantity, E> {
                Ok(Quantity::from_value(number, Format::DecimalSi))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Quantity, E> {
                Quantity::parse(&number.to_string()).map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Quantity, E> {
                // The shortest text that reads back as this number is the one that was written.
                Quantity::parse(&number.to_string()).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(QuantityVisitor)
    }
}

/// CPU as kubectl writes it: `250m`, `2`.
pub fn format_cpu_milli(milli: i64) -> String {
    Quantity::from_milli(milli.into(), Format::DecimalSi).to_string()
}

/// Bytes with the largest binary suffix that loses nothing: `128Mi`.
pub fn format_bytes(bytes: i64) -> String {
    Quantity::from_value(bytes, Format::BinarySi).to_string()
}

/// Whether amounts of a resource are bytes, by its name: `memory`, `requests.ephemeral-storage`, `hugepages-2Mi`…
pub fn is_bytes(resource: &str) -> bool {
    let name = resource.strip_prefix("requests.").or(resource.strip_prefix("limits.")).unwrap_or(resource);
    matches!(name, "memory" | "ephemeral-storage" | "storage")
        || name.starts_with("hugepages-")
        || name.ends_with("/requests.storage")
}

/// An amount of a resource in thousandths, in the form usual for that resource.
pub fn format_milli(resource: &str, milli: i128) -> String {
    let format = if is_bytes(resource) { Format::BinarySi } else { Format::DecimalSi };
    Quantity::from_milli(milli, format).to_string()
}

/// An amount in the unit of [`super::resources::Resources`]: milli-cores for `cpu`, else whole units.
pub fn format_amount(resource: &str, amount: i64) -> String {
    match resource {
        "cpu" => format_cpu_milli(amount),
        _ => format_milli(resource, i128::from(amount) * 1000),
    }
}

#[cfg(test)]
mod tests;
