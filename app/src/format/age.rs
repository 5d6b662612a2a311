//! Ages of data and of things.

use super::number::fixed;
use jiff::Timestamp;

/// From this age on, seconds, data counts as late.
pub const LATE_SECONDS: f64 = 5.0;
/// From this age on, seconds, data is the last known and not the present.
pub const STALE_SECONDS: f64 = 10.0;

/// How fresh a piece of data is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Freshness {
    Fresh,
    Late,
    Stale,
    /// Nothing has arrived yet.
    Never,
}

impl Freshness {
    pub fn of(age: Option<f64>) -> Freshness {
        match age {
            None => Freshness::Never,
            Some(age) if age < LATE_SECONDS => Freshness::Fresh,
            Some(age) if age < STALE_SECONDS => Freshness::Late,
            Some(_) => Freshness::Stale,
        }
    }

    pub fn class(self) -> &'static str {
        match self {
            Freshness::Fresh => "age age-fresh",
            Freshness::Late => "age age-late",
            Freshness::Stale => "age age-stale",
            Freshness::Never => "age age-never",
        }
    }
}

/// Seconds as people read them: `0.8 s`, `7 s`, `3 min`, `2 h`, `4 d`.
pub fn seconds(age: f64) -> String {
    match age {
        a if a < 9.95 => fixed(a, 1) + " s",
        a if a < 120.0 => format!("{} s", a as u64),
        a if a < 7200.0 => format!("{} min", (a / 60.0) as u64),
        a if a < 172_800.0 => format!("{} h", (a / 3600.0) as u64),
        a => format!("{} d", (a / 86_400.0) as u64),
    }
}

/// An age as kubectl prints it (`apimachinery/pkg/util/duration/duration.go`, `HumanDuration`): `5d3h`, `12m`, `47s`.
pub fn kubectl(seconds: i64) -> String {
    let s = seconds.max(0);
    let (m, h, d) = (s / 60, s / 3600, s / 86_400);
    let both = |a: i64, au: char, b: i64, bu: char| {
        if b == 0 { format!("{a}{au}") } else { format!("{a}{au}{b}{bu}") }
    };
    match s {
        _ if s < 120 => format!("{s}s"),
        _ if m < 10 => both(m, 'm', s % 60, 's'),
        _ if m < 180 => format!("{m}m"),
        _ if h < 8 => both(h, 'h', m % 60, 'm'),
        _ if h < 48 => format!("{h}h"),
        _ if d < 8 => both(d, 'd', h % 24, 'h'),
        _ if d < 730 => format!("{d}d"),
        _ if d < 365 * 8 => both(d / 365, 'y', d % 365, 'd'),
        _ => format!("{}y", d / 365),
    }
}

/// Seconds from `then` to `now_ms`; negative when `then` lies ahead.
pub fn since(then: Timestamp, now_ms: f64) -> i64 {
    ((now_ms - then.as_millisecond() as f64) / 1000.0).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_freshness() {
        for (age, expected) in [
            (None, Freshness::Never),
            (Some(0.0), Freshness::Fresh),
            (Some(4.99), Freshness::Fresh),
            (Some(5.0), Freshness::Late),
            (Some(9.99), Freshness::Late),
            (Some(10.0), Freshness::Stale),
        ] {
            assert_eq!(Freshness::of(age), expected, "{age:?}");
        }
    }

    #[test]
    fn ages_read_as_kubectl_writes_them() {
        for (given, expected) in [
            (-5, "0s"),
            (47, "47s"),
            (119, "119s"),
            (125, "2m5s"),
            (180, "3m"),
            (600, "10m"),
            (10_800, "3h"),
            (11_000, "3h3m"),
            (86_400, "24h"),
            (183_600, "2d3h"),
            (864_000, "10d"),
            (86_400 * 800, "2y70d"),
        ] {
            assert_eq!(kubectl(given), expected, "{given}");
        }
    }

    #[test]
    fn short_ages_keep_a_decimal() {
        assert_eq!(seconds(0.84), "0.8 s");
        assert_eq!(seconds(12.9), "12 s");
        assert_eq!(seconds(200.0), "3 min");
    }
}
