//! Times of the API, always RFC 3339.

/// Seconds since the Unix epoch, rounded down; None where the text is empty or no time.
pub(crate) fn epoch_seconds(text: &str) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    plain_utc(text.as_bytes()).or_else(|| text.parse::<jiff::Timestamp>().ok().map(|t| t.as_second()))
}

/// The form in which the API server writes nearly every time: `2026-11-24T22:10:05Z`.
fn plain_utc(text: &[u8]) -> Option<i64> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1, b'Z'] = *text else {
        return None;
    };
    let year = number(&[y0, y1, y2, y3])?;
    let (month, day) = (number(&[m0, m1])?, number(&[d0, d1])?);
    let (hour, minute, second) = (number(&[h0, h1])?, number(&[i0, i1])?, number(&[s0, s1])?);
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
    valid.then(|| days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// Howard Hinnant's `days_from_civil`.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "null", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z", "20x6-01-01T00:00:00Z"] {
            assert_eq!(epoch_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_and_offsets_are_understood() {
        assert_eq!(epoch_seconds("2026-01-01T00:00:00.900000Z"), epoch_seconds("2026-01-01T00:00:00Z"));
        assert_eq!(epoch_seconds("2026-01-01T08:00:00+08:00"), epoch_seconds("2026-01-01T00:00:00Z"));
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_jiff(second in 0i64..4_102_444_800) {
            let text = jiff::Timestamp::from_second(second).unwrap().to_string();
            prop_assert_eq!(epoch_seconds(&text), Some(second));
        }
    }
}
