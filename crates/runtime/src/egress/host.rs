//! The host of a URL, with every spelling of an IP address recognised.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The host of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// An IP address, in whatever spelling.
    Address(IpAddr),
    /// A DNS name, lower case, without a trailing dot.
    Name(String),
}

impl Host {
    /// Reads the host part of a URL: a DNS name, a bracketed IPv6 address, or an IPv4 address in any form that
    /// the C library's resolver takes (`127.1`, `0x7f.0.0.1`, `017700000001`, `2130706433`).
    ///
    /// `None` where it is neither, non-ASCII names included: such a name is written in its `xn--` form.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(inside) = text.strip_prefix('[') {
            let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Address(IpAddr::V6(address)));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let last = name.rsplit('.').next()?;
        // As in the WHATWG URL standard: a last label that is a number makes the whole an IPv4 address or nothing.
        if is_number(last) {
            return legacy_v4(&name).map(|v4| Self::Address(IpAddr::V4(v4)));
        }
        (name.len() <= 253 && name.split('.').all(is_label)).then_some(Self::Name(name))
    }

    /// True for `localhost` and names under it.
    pub fn is_localhost(&self) -> bool {
        matches!(self, Self::Name(name) if name == "localhost" || name.ends_with(".localhost"))
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x");
    (!label.is_empty() && label.bytes().all(|b| b.is_ascii_digit()))
        || hex.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// `inet_aton`: one to four parts, each decimal, octal or hexadecimal, the last one filling what is left.
fn legacy_v4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = text.split('.').map(part).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    if first.len() > 3 || first.iter().any(|part| *part > 255) {
        return None;
    }
    let room = 32 - 8 * first.len() as u32;
    if *last >= 1u64 << room {
        return None;
    }
    let high = first.iter().fold(0u64, |sum, part| (sum << 8) | part);
    u32::try_from((high << room) | last).ok().map(Ipv4Addr::from)
}

fn part(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some("") => Some(0),
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u64::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_an_address() {
        let loopback = [
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0X7F.0.0.1",
            "017700000001",
            "0177.0.0.1",
            "0177.1",
            "127.0.0.1.",
            "00177.0.0.1",
            "0x7f.0x0.0x0.0x1",
        ];
        for text in loopback {
            let expected = Some(Host::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)));
            assert_eq!(Host::parse(text), expected, "{text}");
        }
        assert_eq!(
            Host::parse("[::ffff:169.254.169.254]"),
            Some(Host::Address("::ffff:169.254.169.254".parse().unwrap()))
        );
    }

    #[test]
    fn names_are_names() {
        for (text, name) in [
            ("Example.COM", "example.com"),
            ("example.com.", "example.com"),
            ("a_b.svc", "a_b.svc"),
            ("127.0.0.1.nip.io", "127.0.0.1.nip.io"),
            ("0xcafe.example", "0xcafe.example"),
        ] {
            assert_eq!(Host::parse(text), Some(Host::Name(name.to_owned())), "{text}");
        }
        assert!(Host::parse("LocalHost.").unwrap().is_localhost());
        assert!(Host::parse("a.localhost").unwrap().is_localhost());
        assert!(!Host::parse("notlocalhost").unwrap().is_localhost());
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in [
            "",
            ".",
            "..",
            "a..b",
            "256.1.1.1",
            "1.2.3.4.5",
            "4294967296",
            "127.0.0.08",
            "0x1ffffffff",
            "[::1",
            "[127.0.0.1]",
            "[fe80::1%25eth0]",
            "127。0。0。1",
            "exa mple",
            "a%2eb",
            "::1",
            "1.2.3.999999",
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }
}
