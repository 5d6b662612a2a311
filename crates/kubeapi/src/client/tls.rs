//! TLS towards a cluster.

use std::sync::Arc;

use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use runtime::egress::GuardedConnector;
use runtime::http::{Trust, tls_config};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

use super::error::ClientError;
use crate::credential::{Auth, Credential};

/// Wraps `guarded` in TLS as `credential` asks for: https alone, HTTP/2 offered before HTTP/1.1.
pub(super) fn connector(
    credential: &Credential,
    guarded: GuardedConnector,
) -> Result<HttpsConnector<GuardedConnector>, ClientError> {
    let builder = HttpsConnectorBuilder::new().with_tls_config(config(credential)?).https_only();
    let builder = match &credential.tls_server_name {
        None => builder,
        Some(name) => {
            let name = ServerName::try_from(name.clone()).map_err(|_| ClientError::BadServerName)?;
            builder.with_server_name_resolver(FixedServerNameResolver::new(name))
        }
    };
    Ok(builder.enable_all_versions().wrap_connector(guarded))
}

fn config(credential: &Credential) -> Result<ClientConfig, ClientError> {
    let trust = match &credential.ca_pem {
        Some(pem) => Trust::Pem(pem.as_bytes()),
        None => Trust::WebRoots,
    };
    let builder = tls_config(trust).map_err(|_| ClientError::BadCa)?;
    let mut config = match &credential.auth {
        Auth::Token(_) => builder.with_no_client_auth(),
        Auth::ClientCert { chain_pem, key_pem } => {
            let chain: Vec<_> = CertificateDer::pem_slice_iter(chain_pem.as_bytes())
                .collect::<Result<_, _>>()
                .map_err(|_| ClientError::BadCertificate)?;
            let key = PrivateKeyDer::from_pem_slice(key_pem.expose()).map_err(|_| ClientError::BadKey)?;
            builder.with_client_auth_cert(chain, key).map_err(|_| ClientError::BadKey)?
        }
    };
    if credential.insecure {
        config.dangerous().set_certificate_verifier(Arc::new(Unverified(ring::default_provider())));
    }
    Ok(config)
}

/// Believes any certificate: only for clusters that an admin marked `insecure`, which is shown and audited.
#[derive(Debug)]
struct Unverified(CryptoProvider);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
