//! What kind of place an IP address is, seen through every way of writing an IPv4 address inside an IPv6 one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is. `Public` and `Private` are the ones a cluster may live at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressClass {
    /// Reachable on the public internet.
    Public,
    /// RFC 1918, carrier-grade NAT, unique local and reserved ranges.
    Private,
    /// 127.0.0.0/8 and ::1.
    Loopback,
    /// 169.254.0.0/16 and fe80::/10.
    LinkLocal,
    /// 0.0.0.0/8 and ::.
    Unspecified,
    /// Multicast and broadcast.
    Group,
    /// An address at which a cloud hands out instance credentials.
    Metadata,
}

/// Metadata services outside the link-local ranges: Alibaba Cloud, Azure, Oracle Cloud.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

/// Metadata services over IPv6: AWS, Google Cloud, Scaleway.
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
];

/// Classifies `address`; where an IPv6 address carries an IPv4 one, the more dangerous of both counts.
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => classify_v6(v6).max(classify_v4(v4)),
            None => classify_v6(v6),
        },
    }
}

/// The IPv4 address that packets to `address` end at or pass through: mapped, compatible, NAT64, 6to4, Teredo, ISATAP.
pub(super) fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, a, b] | [0, 0, 0, 0, 0xffff, 0, a, b] => Some(join(a, b)),
        [0x64, 0xff9b, 0, 0, 0, 0, a, b] | [0x64, 0xff9b, 1, _, _, _, a, b] => Some(join(a, b)),
        [0x2002, a, b, ..] => Some(join(a, b)),
        [0x2001, 0, .., a, b] => Some(join(!a, !b)),
        [.., 0 | 0x200, 0x5efe, a, b] => Some(join(a, b)),
        _ => None,
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let [a, b, c, _] = address.octets();
    if METADATA_V4.contains(&address) {
        return AddressClass::Metadata;
    }
    match (a, b, c) {
        (0, ..) => AddressClass::Unspecified,
        (127, ..) => AddressClass::Loopback,
        // The usual metadata address of AWS, Azure, Google Cloud, OpenStack, and Tencent Cloud's.
        (169, 254, _) if matches!(address.octets(), [_, _, 169, 254] | [_, _, 0, 23]) => AddressClass::Metadata,
        (169, 254, _) => AddressClass::LinkLocal,
        (224..=239, ..) => AddressClass::Group,
        _ if address.is_broadcast() => AddressClass::Group,
        (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => AddressClass::Private,
        // IETF protocol assignments, benchmarking, reserved: never a public receiver.
        (192, 0, 0) | (198, 18 | 19, _) | (240..=255, ..) => AddressClass::Private,
        _ => AddressClass::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if METADATA_V6.contains(&address) {
        return AddressClass::Metadata;
    }
    match address.segments()[0] {
        _ if address.is_unspecified() => AddressClass::Unspecified,
        _ if address.is_loopback() => AddressClass::Loopback,
        0xfe80..=0xfebf => AddressClass::LinkLocal,
        0xff00..=0xffff => AddressClass::Group,
        // Unique local, and the site-local range that preceded it.
        0xfc00..=0xfdff | 0xfec0..=0xfeff => AddressClass::Private,
        _ => AddressClass::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AddressClass::*;

    #[test]
    fn addresses_are_classified() {
        let table: &[(&str, AddressClass)] = &[
            ("8.8.8.8", Public),
            ("2606:4700::1", Public),
            ("10.0.0.1", Private),
            ("172.16.0.1", Private),
            ("172.32.0.1", Public),
            ("192.168.1.1", Private),
            ("100.64.0.1", Private),
            ("100.128.0.1", Public),
            ("198.18.0.1", Private),
            ("fd12::1", Private),
            ("fec0::1", Private),
            ("127.0.0.1", Loopback),
            ("127.255.255.254", Loopback),
            ("::1", Loopback),
            ("0.0.0.0", Unspecified),
            ("0.1.2.3", Unspecified),
            ("::", Unspecified),
            ("169.254.0.1", LinkLocal),
            ("fe80::1", LinkLocal),
            ("febf::1", LinkLocal),
            ("169.254.169.254", Metadata),
            ("169.254.0.23", Metadata),
            ("100.100.100.200", Metadata),
            ("168.63.129.16", Metadata),
            ("fd00:ec2::254", Metadata),
            ("224.0.0.1", Group),
            ("255.255.255.255", Group),
            ("ff02::1", Group),
            ("::ffff:127.0.0.1", Loopback),
            ("::ffff:169.254.169.254", Metadata),
            ("::ffff:0:127.0.0.1", Loopback),
            ("::127.0.0.1", Loopback),
            ("64:ff9b::a9fe:a9fe", Metadata),
            ("64:ff9b:1::7f00:1", Loopback),
            ("2002:7f00:1::", Loopback),
            ("2002:a9fe:a9fe::1", Metadata),
            ("2001:0:1::80ff:fffe", Loopback),
            ("fe80::5efe:a9fe:a9fe", Metadata),
            ("2001:db8::5efe:7f00:1", Loopback),
            ("64:ff9b::808:808", Public),
        ];
        for (text, class) in table {
            assert_eq!(classify(text.parse().unwrap()), *class, "{text}");
        }
    }
}
