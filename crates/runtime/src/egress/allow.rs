//! What an operator permits with `--allow-target`.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

use super::address::embedded_v4;

/// `CIDR[:PORT]`: addresses, on every port or on one, that may be connected to although the policy would refuse them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AllowTarget {
    net: IpNet,
    port: Option<u16>,
}

/// The text is not `CIDR[:PORT]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllowTargetError {
    /// The part before the port is no address and no network.
    #[error("not an address or a network such as 127.0.0.0/8, or [::1]/128 where a port follows")]
    Network,
    /// The part after the last colon is no port.
    #[error("the port must be a number from 1 to 65535")]
    Port,
}

impl AllowTarget {
    /// Permits `net`, on `port` alone if one is given.
    pub fn new(net: IpNet, port: Option<u16>) -> Self {
        Self { net, port }
    }

    /// True where `address`, or the IPv4 address inside it, is in the network and the port fits.
    pub fn permits(&self, address: SocketAddr) -> bool {
        if self.port.is_some_and(|port| port != address.port()) {
            return false;
        }
        let ip = address.ip();
        let inner = match ip {
            IpAddr::V6(v6) => embedded_v4(v6).map(IpAddr::V4),
            IpAddr::V4(_) => None,
        };
        self.net.contains(&ip) || inner.is_some_and(|ip| self.net.contains(&ip))
    }
}

impl FromStr for AllowTarget {
    type Err = AllowTargetError;

    /// Reads `127.0.0.0/8`, `127.0.0.1`, `127.0.0.1/32:6443`, `fd00::/8`, `[::1]/128:6443`, `[::1/128]:6443`, `[::1]:6443`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(net) = parse_net(text) {
            return Ok(Self { net, port: None });
        }
        let (net, port) = text.rsplit_once(':').ok_or(AllowTargetError::Network)?;
        // A bare IPv6 network has colons of its own, so a port behind it is recognised by the brackets only.
        if net.contains(':') && !net.starts_with('[') {
            return Err(AllowTargetError::Network);
        }
        let net = parse_net(net).ok_or(AllowTargetError::Network)?;
        match port.parse() {
            Ok(port) if port > 0 => Ok(Self { net, port: Some(port) }),
            _ => Err(AllowTargetError::Port),
        }
    }
}

fn parse_net(text: &str) -> Option<IpNet> {
    let plain: String;
    let text = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, behind) = rest.split_once(']')?;
            if !behind.is_empty() && !behind.starts_with('/') {
                return None;
            }
            plain = format!("{inside}{behind}");
            &plain
        }
        None => text,
    };
    let net = match text.contains('/') {
        true => text.parse().ok()?,
        false => IpNet::from(text.parse::<IpAddr>().ok()?),
    };
    Some(net.trunc())
}

impl fmt::Display for AllowTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.net, self.port) {
            (net, None) => write!(f, "{net}"),
            (IpNet::V4(net), Some(port)) => write!(f, "{net}:{port}"),
            (IpNet::V6(net), Some(port)) => write!(f, "[{}]/{}:{port}", net.addr(), net.prefix_len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_printed_so_that_it_reads_back() {
        let table = [
            ("127.0.0.0/8", "127.0.0.0/8"),
            ("127.0.0.1", "127.0.0.1/32"),
            ("127.0.0.1/8", "127.0.0.0/8"),
            ("127.0.0.1/32:6443", "127.0.0.1/32:6443"),
            (" 10.0.0.1:443 ", "10.0.0.1/32:443"),
            ("fd00::/8", "fd00::/8"),
            ("::1", "::1/128"),
            ("[::1]/128:6443", "[::1]/128:6443"),
            ("[::1/128]:6443", "[::1]/128:6443"),
            ("[::1]:6443", "[::1]/128:6443"),
            ("[::1]", "::1/128"),
        ];
        for (text, shown) in table {
            let target: AllowTarget = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(target.to_string(), shown);
            assert_eq!(shown.parse(), Ok(target));
        }
    }

    #[test]
    fn what_is_no_target_is_refused_with_the_part_at_fault() {
        for text in ["", "localhost", "localhost:80", "127.0.0.1/33", "::1/128:6443:", "[::1", "300.1.1.1:80"] {
            assert_eq!(text.parse::<AllowTarget>(), Err(AllowTargetError::Network), "{text}");
        }
        for text in ["127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "10.0.0.0/8:http"] {
            assert_eq!(text.parse::<AllowTarget>(), Err(AllowTargetError::Port), "{text}");
        }
    }

    #[test]
    fn permission_is_for_the_network_and_the_port() {
        let target: AllowTarget = "127.0.0.0/8:6443".parse().unwrap();
        for (address, permitted) in [
            ("127.0.0.1:6443", true),
            ("127.9.9.9:6443", true),
            ("[::ffff:127.0.0.1]:6443", true),
            ("127.0.0.1:6444", false),
            ("128.0.0.1:6443", false),
            ("[::1]:6443", false),
        ] {
            assert_eq!(target.permits(address.parse().unwrap()), permitted, "{address}");
        }
    }
}
