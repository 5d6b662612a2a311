//! Points in time, absolute, in UTC. The browser puts its own zone in their place once it is alive.

use jiff::Timestamp;

/// `2026-11-24 14:02:10 UTC`.
pub fn utc(time: Timestamp) -> String {
    let text = time.to_string();
    format!("{} {} UTC", text.get(..10).unwrap_or_default(), text.get(11..19).unwrap_or_default())
}

/// `2026-11-24 14:02`, for columns; UTC.
pub fn utc_minute(time: Timestamp) -> String {
    utc(time).get(..16).unwrap_or_default().to_string()
}

/// `14:02:10 UTC`.
pub fn utc_clock(time: Timestamp) -> String {
    format!("{} UTC", time.to_string().get(11..19).unwrap_or_default())
}

/// For `<time datetime>`: RFC 3339 to the second.
pub fn machine(time: Timestamp) -> String {
    format!("{}Z", time.to_string().get(..19).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_to_the_second() {
        let time: Timestamp = "2026-11-24T14:02:10.987Z".parse().unwrap();
        assert_eq!(utc(time), "2026-11-24 14:02:10 UTC");
        assert_eq!(utc_clock(time), "14:02:10 UTC");
        assert_eq!(machine(time), "2026-11-24T14:02:10Z");
    }
}
