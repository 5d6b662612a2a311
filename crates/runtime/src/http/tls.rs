//! TLS set-up shared by every client: one crypto provider, named explicitly.

use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Whose certificates are believed.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// The public web's certificate authorities.
    WebRoots,
    /// The certificates in this PEM text and no others.
    Pem(&'a [u8]),
}

/// TLS could not be set up. Never quotes the text at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsSetupError {
    /// The CA text holds no certificate, or one that cannot be read.
    #[error("the CA data holds no readable PEM certificate")]
    BadCa,
    /// The crypto provider lacks a protocol version.
    #[error("TLS 1.2 and 1.3 are not available")]
    NoProtocol,
}

/// The certificates of a PEM text as trust anchors.
///
/// # Errors
/// [`TlsSetupError::BadCa`] where there is none, or one cannot be read.
pub fn roots_from_pem(pem: &[u8]) -> Result<RootCertStore, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| TlsSetupError::BadCa)?;
        roots.add(certificate).map_err(|_| TlsSetupError::BadCa)?;
    }
    match roots.is_empty() {
        true => Err(TlsSetupError::BadCa),
        false => Ok(roots),
    }
}

/// The start of a client's TLS configuration, up to the choice of a client certificate.
///
/// # Errors
/// [`TlsSetupError`].
pub fn tls_config(trust: Trust<'_>) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsSetupError> {
    let roots = match trust {
        Trust::WebRoots => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        Trust::Pem(pem) => roots_from_pem(pem)?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| TlsSetupError::NoProtocol)?;
    Ok(builder.with_root_certificates(roots))
}
