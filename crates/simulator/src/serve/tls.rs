//! One certificate authority for each cluster, and the server certificate it signs.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::fleet::Seeded;

/// Why a certificate or a TLS configuration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Key or certificate generation failed.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// rustls refused the key or the protocol versions.
    #[error("cannot set up TLS: {0}")]
    Config(#[from] rustls::Error),
}

/// The TLS side of one cluster: what its kubeconfig trusts, and an impostor to swap in.
pub struct ClusterTls {
    ca_pem: String,
    trusted: Arc<ServerConfig>,
    impostor: Arc<ServerConfig>,
}

impl ClusterTls {
    /// Makes the CA `<name>-ca` and a server certificate for `ip`, `127.0.0.1`, `localhost` and the names
    /// a Kubernetes API server has; and a second chain with the same names that the CA did not sign. The CA follows `rng` alone.
    ///
    /// # Errors
    /// When a key or certificate cannot be generated.
    pub fn generate(name: &str, ip: IpAddr, rng: &mut Seeded) -> Result<Self, TlsError> {
        let (ca_pem, trusted) = chain(name, ip, seeded_key(rng)?)?;
        let (_, impostor) = chain(name, ip, seeded_key(rng)?)?;
        Ok(Self { ca_pem, trusted, impostor })
    }

    /// The CA certificate as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The configuration to greet the next connection with.
    pub(crate) fn config(&self, swapped: bool) -> Arc<ServerConfig> {
        Arc::clone(if swapped { &self.impostor } else { &self.trusted })
    }
}

/// A key that follows the seed, so that a kubeconfig of the last run still trusts this one.
fn seeded_key(rng: &mut Seeded) -> Result<KeyPair, TlsError> {
    // PKCS#8 version 1 around an Ed25519 private key, RFC 8410.
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend((0..4).flat_map(|_| rng.next_u64().to_be_bytes()));
    let key = PrivatePkcs8KeyDer::from(der);
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(&key, &rcgen::PKCS_ED25519)?)
}

fn chain(name: &str, ip: IpAddr, ca_key: KeyPair) -> Result<(String, Arc<ServerConfig>), TlsError> {
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, format!("{name}-ca"));
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let issuer = CertifiedIssuer::self_signed(ca, ca_key)?;

    let mut names = vec![ip.to_string(), "127.0.0.1".into(), "localhost".into()];
    names.extend(["kubernetes", "kubernetes.default", "kubernetes.default.svc"].map(String::from));
    names.dedup();
    let mut leaf = CertificateParams::new(names)?;
    leaf.distinguished_name.push(DnType::CommonName, "kube-apiserver");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&key, &issuer)?;

    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((issuer.pem(), Arc::new(config)))
}
