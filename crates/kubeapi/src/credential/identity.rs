//! Who a credential says we are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::Auth;

/// What a credential says of itself. Nothing of it is verified: only the cluster can do that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The common name of the client certificate, or the subject of the token where it is a JWT.
    pub name: Option<String>,
    /// The end of the certificate's validity, or the token's `exp`.
    pub expires_at: Option<Timestamp>,
}

impl Identity {
    pub(crate) fn of(auth: &Auth) -> Self {
        match auth {
            Auth::Token(token) => token.expose_str().and_then(of_jwt).unwrap_or_default(),
            Auth::ClientCert { chain_pem, .. } => of_certificate(chain_pem).unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    exp: Option<f64>,
}

fn of_jwt(token: &str) -> Option<Identity> {
    let mut parts = token.split('.');
    let (_header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let json = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&json).ok()?;
    Some(Identity {
        name: claims.sub.map(clean),
        expires_at: claims.exp.and_then(|seconds| Timestamp::from_second(seconds as i64).ok()),
    })
}

fn of_certificate(chain_pem: &str) -> Option<Identity> {
    let leaf = CertificateDer::from_pem_slice(chain_pem.as_bytes()).ok()?;
    let (_, certificate) = X509Certificate::from_der(&leaf).ok()?;
    let name = certificate.subject().iter_common_name().next();
    Some(Identity {
        name: name.and_then(|name| name.as_str().ok()).map(|name| clean(name.to_owned())),
        expires_at: Timestamp::from_second(certificate.validity().not_after.timestamp()).ok(),
    })
}

/// Names are shown, so they are kept short and free of control characters.
fn clean(name: String) -> String {
    name.chars().filter(|c| !c.is_control()).take(253).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrets::Secret;

    fn token(claims: &str) -> Identity {
        let text = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        Identity::of(&Auth::Token(Secret::from_string(text)))
    }

    #[test]
    fn a_jwt_says_who_and_until_when() {
        let identity = token(r#"{"sub":"system:serviceaccount:ops:pilothouse","exp":1893456000,"iss":"x"}"#);
        assert_eq!(identity.name.as_deref(), Some("system:serviceaccount:ops:pilothouse"));
        assert_eq!(identity.expires_at, "2030-01-01T00:00:00Z".parse().ok());
        assert_eq!(token(r#"{"sub":"a\u0007b\n"}"#).name.as_deref(), Some("ab"));
    }

    #[test]
    fn a_token_that_is_no_jwt_says_nothing() {
        for text in ["opaque", "a.b.c", "", "..", "e30.bm90IGpzb24.x"] {
            let identity = Identity::of(&Auth::Token(Secret::from_string(text.to_owned())));
            assert_eq!(identity, Identity::default(), "{text}");
        }
        assert_eq!(token(r#"{"sub":5}"#), Identity::default());
        assert_eq!(token(r#"{"exp":1e300}"#).expires_at, None);
    }

    #[test]
    fn a_certificate_says_who_and_until_when() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "admin@sh");
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let chain_pem = params.self_signed(&key).unwrap().pem();
        let key_pem = Secret::from_string(key.serialize_pem());
        let identity = Identity::of(&Auth::ClientCert { chain_pem, key_pem });
        assert_eq!(identity.name.as_deref(), Some("admin@sh"));
        assert_eq!(identity.expires_at, "2031-02-03T00:00:00Z".parse().ok());
    }
}
