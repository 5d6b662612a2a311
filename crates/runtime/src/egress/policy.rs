//! Which targets are allowed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{PoisonError, RwLock};

use http::Uri;
use http::uri::Scheme;

use super::address::{AddressClass, classify};
use super::allow::AllowTarget;
use super::host::Host;

/// What is connected to, and so which addresses are fair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A member cluster's API server: https only, private networks are where clusters live.
    Cluster,
    /// A metrics source inside a cluster's network: as a cluster, and plain http too, as no credential is sent.
    Metrics,
    /// A receiver of notifications: public addresses, https only; the rest must be allow-listed.
    Channel,
}

/// The rule that a target breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The text is no absolute http or https URL with a host.
    NotAUrl,
    /// The URL carries a user name or password.
    UserInfo,
    /// Plain http, where it is not allowed.
    PlainHttp,
    /// A loopback address.
    Loopback,
    /// A link-local address.
    LinkLocal,
    /// A cloud's metadata address.
    Metadata,
    /// The unspecified address or its network.
    Unspecified,
    /// A multicast or broadcast address.
    Group,
    /// A private address, for a channel.
    Private,
    /// An address this process itself listens on.
    OwnListener,
}

/// A target was refused. Its text names the rule and the option that lifts it, never the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason.message())]
pub struct TargetForbidden {
    /// The rule broken.
    pub reason: Reason,
}

impl TargetForbidden {
    /// The stable word for API answers.
    pub const CODE: &'static str = "target_forbidden";
}

impl Reason {
    /// What the rule says, in one sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::NotAUrl => "not an absolute http or https URL with a host",
            Self::UserInfo => "a URL with a user name or password is refused",
            Self::PlainHttp => "plain http is refused; use https, or list the address with --allow-target",
            Self::Loopback => "a loopback address is refused unless --allow-target lists it",
            Self::LinkLocal => "a link-local address is refused unless --allow-target lists it",
            Self::Metadata => "a cloud metadata address is refused unless --allow-target lists it",
            Self::Unspecified => "the unspecified address is refused unless --allow-target lists it",
            Self::Group => "a multicast or broadcast address is refused unless --allow-target lists it",
            Self::Private => "a private address is refused for channels unless --allow-target lists it",
            Self::OwnListener => "an address that this server itself listens on is refused",
        }
    }
}

/// Decides which targets may be connected to.
#[derive(Debug, Default)]
pub struct TargetPolicy {
    allow: Vec<AllowTarget>,
    own: RwLock<Vec<SocketAddr>>,
}

impl TargetPolicy {
    /// A policy with the operator's exceptions.
    pub fn new(allow: Vec<AllowTarget>) -> Self {
        Self { allow, own: RwLock::default() }
    }

    /// Refuses `listener` for ever, allow-listed or not. An unspecified address stands for every address of this machine.
    pub fn refuse_own_listener(&self, listener: SocketAddr) {
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        own.push(listener);
    }

    /// Checks a target before it is saved: scheme, user info, and the host where it is an address or `localhost`.
    /// Other names are checked when they are resolved, at every connect.
    ///
    /// # Errors
    /// [`TargetForbidden`] with the rule that `url` breaks.
    pub fn check_url(&self, kind: TargetKind, url: &str) -> Result<(), TargetForbidden> {
        // http::Uri drops a fragment without a word.
        if url.contains('#') {
            return Err(Reason::NotAUrl.into());
        }
        let uri: Uri = url.parse().map_err(|_| Reason::NotAUrl)?;
        self.check_uri(kind, &uri).map(drop)
    }

    /// [`check_url`](Self::check_url) for a parsed URL; gives the host and port to connect to.
    ///
    /// # Errors
    /// [`TargetForbidden`] with the rule that `uri` breaks.
    pub fn check_uri(&self, kind: TargetKind, uri: &Uri) -> Result<(Host, u16), TargetForbidden> {
        let authority = uri.authority().ok_or(Reason::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(Reason::UserInfo.into());
        }
        let plain = is_plain(uri)?;
        let host = Host::parse(authority.host()).ok_or(Reason::NotAUrl)?;
        let port = port_of(authority, plain)?;
        if plain && (kind == TargetKind::Cluster || (kind == TargetKind::Channel && self.allow.is_empty())) {
            return Err(Reason::PlainHttp.into());
        }
        let known = match &host {
            Host::Address(ip) => Some(*ip),
            name if name.is_localhost() => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Host::Name(_) => None,
        };
        if let Some(ip) = known {
            self.check_address(kind, plain, SocketAddr::new(ip, port))?;
        }
        Ok((host, port))
    }

    /// Checks an address that is about to be connected to.
    ///
    /// # Errors
    /// [`TargetForbidden`] with the rule that `address` breaks.
    pub fn check_address(&self, kind: TargetKind, plain: bool, address: SocketAddr) -> Result<(), TargetForbidden> {
        if self.is_own(address) {
            return Err(Reason::OwnListener.into());
        }
        if self.allow.iter().any(|target| target.permits(address)) {
            return Ok(());
        }
        let reason = match (classify(address.ip()), kind) {
            (AddressClass::Private, TargetKind::Channel) => Reason::Private,
            (AddressClass::Public, TargetKind::Channel) if plain => Reason::PlainHttp,
            (AddressClass::Public | AddressClass::Private, _) => return Ok(()),
            (AddressClass::Loopback, _) => Reason::Loopback,
            (AddressClass::LinkLocal, _) => Reason::LinkLocal,
            (AddressClass::Unspecified, _) => Reason::Unspecified,
            (AddressClass::Group, _) => Reason::Group,
            (AddressClass::Metadata, _) => Reason::Metadata,
        };
        Err(reason.into())
    }

    fn is_own(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.iter().filter(|listener| listener.port() == address.port()).any(|listener| {
            let listening = listener.ip().to_canonical();
            listening == ip || (listening.is_unspecified() && is_local(ip))
        })
    }
}

impl From<Reason> for TargetForbidden {
    fn from(reason: Reason) -> Self {
        Self { reason }
    }
}

fn is_plain(uri: &Uri) -> Result<bool, TargetForbidden> {
    match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => Ok(false),
        Some(scheme) if *scheme == Scheme::HTTP => Ok(true),
        _ => Err(Reason::NotAUrl.into()),
    }
}

fn port_of(authority: &http::uri::Authority, plain: bool) -> Result<u16, TargetForbidden> {
    match authority.port() {
        // `https://host:` and ports beyond 65535 are `None` from port_u16, so the text decides.
        Some(port) if port.as_u16() == 0 => Err(Reason::NotAUrl.into()),
        Some(port) => Ok(port.as_u16()),
        None if authority.as_str() != authority.host() => Err(Reason::NotAUrl.into()),
        None => Ok(if plain { 80 } else { 443 }),
    }
}

/// True where `ip` is an address of this machine: only such an address can be bound.
fn is_local(ip: IpAddr) -> bool {
    ip.is_unspecified() || ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
