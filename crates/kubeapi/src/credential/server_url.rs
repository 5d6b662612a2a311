//! The address of an API server.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

/// An https URL with host, port, and the path that a proxy in front of the API server may want.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerUrl {
    /// Lower case, without a trailing dot; an IPv6 address in brackets.
    host: String,
    port: u16,
    /// Without a trailing slash, so empty for most servers.
    path: String,
}

/// The rule that a server URL breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ServerUrlError {
    /// No absolute URL with a host.
    #[error("must be a URL such as https://10.0.0.1:6443")]
    NotAUrl,
    /// Another scheme than https.
    #[error("must start with https://")]
    NotHttps,
    /// A user name or password.
    #[error("must not carry a user name or password")]
    UserInfo,
    /// A query or a fragment.
    #[error("must not carry a query or a fragment")]
    Query,
}

impl ServerUrl {
    /// The host: a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 443 where the URL had none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of `path_and_query`, which starts with a slash, on this server.
    ///
    /// # Errors
    /// [`ServerUrlError::NotAUrl`] where it is no valid path and query.
    pub fn join(&self, path_and_query: &str) -> Result<Uri, ServerUrlError> {
        if !path_and_query.starts_with('/') {
            return Err(ServerUrlError::NotAUrl);
        }
        let path = format!("{}{path_and_query}", self.path);
        Uri::builder()
            .scheme(Scheme::HTTPS)
            .authority(format!("{}:{}", self.host, self.port))
            .path_and_query(path)
            .build()
            .map_err(|_| ServerUrlError::NotAUrl)
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, ServerUrlError> {
        if text.contains(['#', '?']) {
            return Err(ServerUrlError::Query);
        }
        let uri: Uri = text.parse().map_err(|_| ServerUrlError::NotAUrl)?;
        match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => {}
            // `host:port` parses as an authority without a scheme, and a bare path as neither.
            _ => return Err(ServerUrlError::NotHttps),
        }
        let authority = uri.authority().ok_or(ServerUrlError::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(ServerUrlError::UserInfo);
        }
        let path = uri.path_and_query().map_or("", PathAndQuery::path);
        Ok(Self {
            host: authority.host().trim_end_matches('.').to_ascii_lowercase(),
            port: port(authority)?,
            path: path.trim_end_matches('/').to_owned(),
        })
        .and_then(|url| match url.host.is_empty() {
            true => Err(ServerUrlError::NotAUrl),
            false => Ok(url),
        })
    }
}

fn port(authority: &Authority) -> Result<u16, ServerUrlError> {
    match authority.port_u16() {
        Some(0) => Err(ServerUrlError::NotAUrl),
        Some(port) => Ok(port),
        None if authority.as_str() == authority.host() => Ok(443),
        None => Err(ServerUrlError::NotAUrl),
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}:{}{}", self.host, self.port, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_and_printed_in_one_form() {
        for (text, shown) in [
            ("https://10.0.0.1:6443", "https://10.0.0.1:6443"),
            ("https://API.Example./", "https://api.example:443"),
            ("HTTPS://api.example", "https://api.example:443"),
            ("https://[fd00::1]:6443", "https://[fd00::1]:6443"),
            ("https://rancher.example/k8s/clusters/c-1/", "https://rancher.example:443/k8s/clusters/c-1"),
        ] {
            let url: ServerUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(shown.parse(), Ok(url));
        }
    }

    #[test]
    fn paths_are_joined_behind_the_prefix() {
        let url: ServerUrl = "https://rancher.example/k8s/clusters/c-1".parse().unwrap();
        let uri = url.join("/api/v1/pods?limit=5").unwrap();
        assert_eq!(uri, "https://rancher.example:443/k8s/clusters/c-1/api/v1/pods?limit=5");
        assert!(url.join("//evil.example/x").unwrap().host() == Some("rancher.example"));
        for path in ["", "api", "@evil.example/", ".evil.example/"] {
            assert!(url.join(path).is_err(), "{path}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_with_the_rule() {
        use ServerUrlError::*;
        for (text, rule) in [
            ("", NotAUrl),
            ("https://", NotAUrl),
            ("https://host:0", NotAUrl),
            ("https://host:", NotAUrl),
            ("https://host:99999", NotAUrl),
            ("https://ho st", NotAUrl),
            ("https://./", NotAUrl),
            ("http://10.0.0.1:8080", NotHttps),
            ("10.0.0.1:6443", NotHttps),
            ("/var/run/api.sock", NotHttps),
            ("ftp://10.0.0.1", NotHttps),
            ("https://user:pw@host", UserInfo),
            ("https://host/?x=1", Query),
            ("https://host/#x", Query),
        ] {
            assert_eq!(text.parse::<ServerUrl>(), Err(rule), "{text}");
        }
    }
}
