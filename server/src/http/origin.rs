//! Which names this server goes by: the accepted `Host` and `Origin`.

use axum::http::Uri;
use model::wire::problem::Problem;
use std::net::{IpAddr, SocketAddr};

/// The public URL, taken apart once.
#[derive(Clone, Debug)]
pub struct PublicUrl {
    pub url: String,
    pub secure: bool,
    host: String,
    port: u16,
    listen: SocketAddr,
    /// Nobody said a URL: by whatever address the listener is reached.
    derived: bool,
}

impl PublicUrl {
    /// `text`, or the listen address where there is none.
    ///
    /// # Errors
    /// One line, for what is not an http or https origin.
    pub fn new(text: Option<&str>, listen: SocketAddr, tls: bool) -> anyhow::Result<PublicUrl> {
        let scheme = if tls { "https" } else { "http" };
        let derived = text.is_none();
        let text = text.map_or_else(|| format!("{scheme}://{listen}"), str::to_string);
        let uri: Uri = text.parse().map_err(|_| anyhow::anyhow!("--public-url {text} is not a URL"))?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            anyhow::bail!("--public-url {text} needs a scheme and a host, as in https://pilothouse.example.com");
        };
        anyhow::ensure!(matches!(scheme, "http" | "https"), "--public-url {text} must be http or https");
        anyhow::ensure!(matches!(uri.path(), "" | "/"), "--public-url {text} must not have a path");
        let secure = scheme == "https";
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let host = host.to_ascii_lowercase();
        Ok(PublicUrl { url: text.trim_end_matches('/').to_string(), secure, host, port, listen, derived })
    }

    /// Whether a `Host` header names this server. Without a public URL any address literal will do:
    /// only a name can be pointed at us by a stranger's DNS.
    pub fn accepts_host(&self, header: &str) -> bool {
        let Some((host, port)) = split(header, self.secure) else { return false };
        if host == self.host && port == self.port {
            return true;
        }
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let local = host == "localhost" || literal.as_ref().is_ok_and(|ip| ip.is_loopback());
        (local && port == self.listen.port()) || (self.derived && literal.is_ok() && port == self.listen.port())
    }

    /// Whether an `Origin` header is this server's own.
    pub fn accepts_origin(&self, header: &str) -> bool {
        match header.split_once("://") {
            Some(("https", rest)) => self.secure && self.accepts_host(rest),
            // A request to a loopback listener behind a TLS proxy keeps its own scheme.
            Some(("http", rest)) => !self.secure && self.accepts_host(rest),
            _ => false,
        }
    }

    pub fn misdirected() -> Problem {
        Problem::new(421, "misdirected", "This server does not go by that name; see --public-url.")
    }
}

fn split(header: &str, secure: bool) -> Option<(String, u16)> {
    let uri: Uri = format!("http://{header}/").parse().ok()?;
    let authority = uri.authority()?;
    if authority.as_str() != header || header.contains('@') {
        return None;
    }
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    Some((authority.host().to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(url: Option<&str>, listen: &str) -> PublicUrl {
        PublicUrl::new(url, listen.parse().unwrap(), false).unwrap()
    }

    #[test]
    fn a_public_url_decides_hosts_and_origins() {
        let public = public(Some("https://ph.example.com"), "10.1.2.3:8080");
        for host in ["ph.example.com", "PH.example.com:443", "localhost:8080", "127.0.0.1:8080"] {
            assert!(public.accepts_host(host), "{host}");
        }
        for host in ["evil.example.com", "ph.example.com:8080", "10.1.2.3:8080", "ph.example.com@evil", "", "a b"] {
            assert!(!public.accepts_host(host), "{host}");
        }
        assert!(public.accepts_origin("https://ph.example.com"));
        for origin in ["http://ph.example.com", "https://evil.example.com", "null", "", "https://ph.example.com:8443"] {
            assert!(!public.accepts_origin(origin), "{origin}");
        }
    }

    #[test]
    fn without_one_every_address_literal_will_do_and_no_foreign_name() {
        let public = public(None, "0.0.0.0:8080");
        for host in ["192.168.7.7:8080", "[::1]:8080", "localhost:8080"] {
            assert!(public.accepts_host(host), "{host}");
        }
        for host in ["rebind.evil.example:8080", "192.168.7.7:9090"] {
            assert!(!public.accepts_host(host), "{host}");
        }
        assert!(public.accepts_origin("http://192.168.7.7:8080"));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for url in ["ph.example.com", "ftp://x", "https://x/path", "https://"] {
            assert!(PublicUrl::new(Some(url), "127.0.0.1:1".parse().unwrap(), false).is_err(), "{url}");
        }
    }
}
