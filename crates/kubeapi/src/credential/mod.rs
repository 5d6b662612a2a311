//! What is kept of a cluster's credential, whichever way it came in.

mod identity;
mod payload;
mod server_url;

pub use identity::Identity;
pub use payload::PayloadError;
pub use server_url::{ServerUrl, ServerUrlError};

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrets::{Aad, Secret};
use sha2::{Digest, Sha256};

/// How a cluster is reached and who we are there.
pub struct Credential {
    pub(crate) server: ServerUrl,
    pub(crate) ca_pem: Option<String>,
    pub(crate) auth: Auth,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) insecure: bool,
}

/// What proves our identity to the cluster.
pub enum Auth {
    /// A bearer token.
    Token(Secret),
    /// A client certificate: the chain as PEM, leaf first, and the private key as PEM.
    ClientCert {
        /// The certificate chain.
        chain_pem: String,
        /// The private key.
        key_pem: Secret,
    },
}

impl Credential {
    /// A credential of its parts; the intake is what makes them from user input.
    pub fn new(server: ServerUrl, ca_pem: Option<String>, auth: Auth) -> Self {
        Self { server, ca_pem, auth, tls_server_name: None, insecure: false }
    }

    /// The API server.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// The name that the server's certificate must carry instead of the URL's host.
    pub fn tls_server_name(&self) -> Option<&str> {
        self.tls_server_name.as_deref()
    }

    /// True where an admin switched the verification of the server's certificate off.
    pub fn insecure(&self) -> bool {
        self.insecure
    }

    /// `"token"` or `"clientCertificate"`.
    pub fn auth_kind(&self) -> &'static str {
        match self.auth {
            Auth::Token(_) => "token",
            Auth::ClientCert { .. } => "clientCertificate",
        }
    }

    /// SHA-256 over the CA certificates in hexadecimal; empty where the public web's authorities are trusted.
    pub fn ca_fingerprint(&self) -> String {
        let Some(pem) = &self.ca_pem else {
            return String::new();
        };
        let mut hash = Sha256::new();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()).flatten() {
            hash.update(&certificate);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Who we are to the cluster, read from the credential itself without asking or verifying anything.
    pub fn identity(&self) -> Identity {
        Identity::of(&self.auth)
    }

    /// When the credential stops working, where it says so itself.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.identity().expires_at
    }

    /// What the sealed credential of the cluster `id` is bound to: this cluster, this server, this CA.
    pub fn aad(&self, id: &str) -> Aad {
        credential_aad(id, &self.server, &self.ca_fingerprint())
    }
}

/// What the sealed credential of the cluster `id` is bound to. Take `server` and `ca_fingerprint` from the cluster's
/// own record, so that a record that was pointed at another server has no credential any more.
pub fn credential_aad(id: &str, server: &ServerUrl, ca_fingerprint: &str) -> Aad {
    Aad::new("cluster", id, "credential").for_server("https", server.host(), server.port(), ca_fingerprint)
}

#[cfg(test)]
mod tests {
    use super::{Auth, Credential};
    use crate::intake::{CredentialRequest, Intake};

    /// Compiles only while `$type` does not implement `$trait`: otherwise `proof` is ambiguous.
    macro_rules! lacks {
        ($($type:ty),+: $trait:path) => {$(
            const _: fn() = || {
                trait Ambiguous<A> { fn proof() {} }
                impl<T: ?Sized> Ambiguous<()> for T {}
                struct Implemented;
                impl<T: ?Sized + $trait> Ambiguous<Implemented> for T {}
                let _ = <$type as Ambiguous<_>>::proof;
            };
        )+};
    }

    lacks!(Credential, Auth, Intake, CredentialRequest: std::fmt::Debug);
    lacks!(Credential, Auth, Intake, CredentialRequest: std::fmt::Display);
    lacks!(Credential, Auth, Intake, CredentialRequest: serde::Serialize);
    lacks!(Credential, Auth, Intake, CredentialRequest: Clone);
}
