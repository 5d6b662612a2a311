//! Points in time as the browser needs them: read from the wire, compared, shown. On the server `jiff` does that; its
//! time zones and the texts of its errors would be a sixth of what a page loads.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

const SECONDS_OF_A_DAY: i64 = 86_400;
const NANOSECONDS_OF_A_SECOND: u32 = 1_000_000_000;

/// A point in time, written as `2026-11-24T14:02:10.987Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Since the Unix epoch, rounded down.
    seconds: i64,
    nanoseconds: u32,
}

/// A text that is no point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATime;

impl Timestamp {
    pub const UNIX_EPOCH: Timestamp = Timestamp { seconds: 0, nanoseconds: 0 };

    /// Milliseconds since the Unix epoch.
    pub fn as_millisecond(self) -> i64 {
        self.seconds * 1000 + i64::from(self.nanoseconds / 1_000_000)
    }
}

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Timestamp, NotATime> {
        let number = |from: usize, to: usize| text.get(from..to).and_then(digits).ok_or(NotATime);
        let sign =
            |at: usize, one_of: &[u8]| text.as_bytes().get(at).filter(|byte| one_of.contains(byte)).ok_or(NotATime);
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        for (at, one_of) in [(4, &b"-"[..]), (7, b"-"), (10, b"Tt "), (13, b":"), (16, b":")] {
            sign(at, one_of)?;
        }
        let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
        if !fits {
            return Err(NotATime);
        }
        let rest = text.get(19..).ok_or(NotATime)?;
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).ok_or(NotATime)?),
            None => ("", rest),
        };
        let seconds =
            days_since_epoch(year, month, day) * SECONDS_OF_A_DAY + hour * 3600 + minute * 60 + second.min(59);
        Ok(Timestamp { seconds: seconds - offset(zone)?, nanoseconds: nanoseconds(fraction)? })
    }
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// `987` of a fraction is 987 milliseconds.
fn nanoseconds(fraction: &str) -> Result<u32, NotATime> {
    let mut unit = NANOSECONDS_OF_A_SECOND;
    fraction.bytes().try_fold(0, |sum, digit| {
        unit /= 10;
        if unit == 0 { Err(NotATime) } else { Ok(sum + u32::from(digit - b'0') * unit) }
    })
}

/// Seconds east of Greenwich of `Z`, `+08:00` or `-05:30`.
fn offset(zone: &str) -> Result<i64, NotATime> {
    let (sign, rest) = match zone.split_at_checked(1).ok_or(NotATime)? {
        ("Z" | "z", "") => return Ok(0),
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return Err(NotATime),
    };
    let (hours, minutes) = rest.split_once(':').ok_or(NotATime)?;
    let part = |text: &str| Some(text).filter(|text| text.len() == 2).and_then(digits).ok_or(NotATime);
    Ok(sign * (part(hours)? * 3600 + part(minutes)? * 60))
}

/// Days from 1970-01-01, by the Gregorian calendar; years begin in March so that the leap day comes last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day; the other way round.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.seconds.div_euclid(SECONDS_OF_A_DAY));
        let of_day = self.seconds.rem_euclid(SECONDS_OF_A_DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.nanoseconds > 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a point in time")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(|NotATime| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    /// A prime number of nanoseconds, so that days, months, leap years and fractions of all lengths come along.
    const STEP: i128 = 1_234_567_890_123_457;

    #[test]
    fn it_reads_and_writes_as_the_server_does() {
        let mut nanoseconds: i128 = -10_000_000_000_000_000_000;
        while nanoseconds < 10_000_000_000_000_000_000 {
            let theirs = jiff::Timestamp::from_nanosecond(nanoseconds).unwrap();
            let ours: Timestamp = theirs.to_string().parse().unwrap();
            assert_eq!(ours.to_string(), theirs.to_string());
            assert_eq!(ours.as_millisecond(), theirs.as_nanosecond().div_euclid(1_000_000) as i64);
            nanoseconds += STEP * 97;
        }
        assert_eq!(Timestamp::UNIX_EPOCH.to_string(), jiff::Timestamp::UNIX_EPOCH.to_string());
    }

    #[test]
    fn zones_are_counted_in() {
        for text in ["2026-11-24T14:02:10+08:00", "2024-02-29T23:59:59.5-05:30", "2026-11-24t14:02:10z"] {
            let theirs: jiff::Timestamp = text.parse().unwrap();
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), theirs.to_string());
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-11-24",
            "2026-11-24T14:02:10",
            "2026-13-24T14:02:10Z",
            "2026-11-24T14:02:10+8",
            "2026-11-24T14:02:10.Zé",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Timestamp>("7").is_err());
    }
}
