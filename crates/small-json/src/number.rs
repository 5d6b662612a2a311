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
#[derive(Default)]
struct Digits {
    value: u64,
    /// How many at the end `value` could not hold.
    dropped: i32,
}

impl Reader<'_> {
    pub(crate) fn number(&mut self) -> Result<Number, Unreadable> {
        let negative = self.skip(b'-');
        let mut digits = Digits::default();
        let starts_with_zero = self.byte() == Some(b'0');
        let count = self.digits(&mut digits)?;
        if starts_with_zero && count > 1 {
            return Err(Unreadable);
        }
        let mut whole = digits.dropped == 0;
        let mut power = 0_i32;
        if self.skip(b'.') {
            whole = false;
            power = power.saturating_sub_unsigned(self.digits(&mut digits)?);
        }
        if self.skip(b'e') || self.skip(b'E') {
            whole = false;
            let down = self.skip(b'-');
            if !down {
                self.skip(b'+');
            }
            let mut exponent = Digits::default();
            self.digits(&mut exponent)?;
            let exponent = u32::try_from(exponent.value).unwrap_or(u32::MAX);
            power =
                if down { power.saturating_sub_unsigned(exponent) } else { power.saturating_add_unsigned(exponent) };
        }
        match (whole, negative, digits.value) {
            (true, false, value) => Ok(Number::Natural(value)),
            (true, true, value @ 1..=0x8000_0000_0000_0000) => Ok(Number::Negative(0_i64.wrapping_sub_unsigned(value))),
            (_, _, value) => {
                let size = scaled(value, power.saturating_add(digits.dropped));
                if size.is_finite() {
                    Ok(Number::Fraction(if negative { -size } else { size }))
                } else {
                    Err(Unreadable)
                }
            }
        }
    }

    /// Appends at least one digit; returns how many.
    fn digits(&mut self, digits: &mut Digits) -> Result<u32, Unreadable> {
        let mut count = 0;
        while let Some(digit) = self.byte().map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            self.at += 1;
            count += 1;
            let longer = digits.value.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit)));
            match longer.filter(|_| digits.dropped == 0) {
                Some(longer) => digits.value = longer,
                None => digits.dropped += 1,
            }
        }
        if count == 0 { Err(Unreadable) } else { Ok(count) }
    }
}

/// `digits` × 10 ^ `power`. Exact for up to fifteen digits and powers up to 22.
fn scaled(digits: u64, power: i32) -> f64 {
    let mut size = digits as f64;
    let mut left = power.unsigned_abs().min(700);
    while left > 0 && size != 0.0 {
        let step = left.min(22);
        let factor = 10_f64.powi(step.cast_signed());
        size = if power < 0 { size / factor } else { size * factor };
        left -= step;
    }
    size
}
