//! Numbers.

use crate::Unreadable;
use crate::reader::Reader;

pub(crate) enum Number {
    Natural(u64),
    Negative(i64),
    /// Every other: with a fraction or an exponent, or beyond what the first two hold.
    Fraction(f64),
}

/// Digits in a row.
struct Digits {
    count: u32,
    /// None where they are too many.
    value: Option<u64>,
}

impl Reader<'_> {
    pub(crate) fn number(&mut self) -> Result<Number, Unreadable> {
        let begin = self.at;
        let negative = self.skip(b'-');
        let starts_with_zero = self.byte() == Some(b'0');
        let digits = self.digits()?;
        if starts_with_zero && digits.count > 1 {
            return Err(Unreadable);
        }
        let mut whole = true;
        if self.skip(b'.') {
            whole = false;
            self.digits()?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            whole = false;
            if !self.skip(b'-') {
                self.skip(b'+');
            }
            self.digits()?;
        }
        match (whole, negative, digits.value) {
            (true, false, Some(value)) => Ok(Number::Natural(value)),
            (true, true, Some(value @ 1..=0x8000_0000_0000_0000)) => {
                Ok(Number::Negative(0_i64.wrapping_sub_unsigned(value)))
            }
            _ => {
                let text = self.text.get(begin..self.at).ok_or(Unreadable)?;
                let size = nearest(text);
                if size.is_finite() { Ok(Number::Fraction(size)) } else { Err(Unreadable) }
            }
        }
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<Digits, Unreadable> {
        let mut digits = Digits { count: 0, value: Some(0) };
        while let Some(digit) = self.byte().map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            self.at += 1;
            digits.count += 1;
            let longer = |value: u64| value.checked_mul(10)?.checked_add(u64::from(digit));
            digits.value = digits.value.and_then(longer);
        }
        if digits.count == 0 { Err(Unreadable) } else { Ok(digits) }
    }
}

/// The number that is nearest to what was written. The browser has the code for that; ours would be loaded.
#[cfg(target_family = "wasm")]
fn nearest(text: &str) -> f64 {
    js_sys::parse_float(text)
}

#[cfg(not(target_family = "wasm"))]
fn nearest(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
