//! The form in which a credential is sealed.

use secrets::Secret;
use serde::{Deserialize, Serialize};

use super::{Auth, Credential};

/// What was unsealed is no credential. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored credential cannot be read")]
pub struct PayloadError;

const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    v: u32,
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_server_name: Option<&'a str>,
    insecure: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    v: u32,
    server: String,
    ca: Option<String>,
    tls_server_name: Option<String>,
    insecure: bool,
    token: Option<Secret>,
    cert: Option<String>,
    key: Option<Secret>,
}

impl Credential {
    /// The whole credential as one secret, to be sealed.
    ///
    /// # Errors
    /// [`PayloadError`] where a token or key is no UTF-8, which no intake lets in.
    pub fn to_sealed_payload(&self) -> Result<Secret, PayloadError> {
        let mut written = Written {
            v: VERSION,
            server: self.server.to_string(),
            ca: self.ca_pem.as_deref(),
            tls_server_name: self.tls_server_name(),
            insecure: self.insecure,
            token: None,
            cert: None,
            key: None,
        };
        let size = match &self.auth {
            Auth::Token(token) => {
                written.token = Some(token.expose_str().ok_or(PayloadError)?);
                token.len()
            }
            Auth::ClientCert { chain_pem, key_pem } => {
                written.cert = Some(chain_pem);
                written.key = Some(key_pem.expose_str().ok_or(PayloadError)?);
                chain_pem.len() + key_pem.len()
            }
        };
        // Room for everything, escapes included: a vector that grows leaves copies behind that nobody wipes.
        let mut json = Vec::with_capacity(1024 + 2 * (size + self.ca_pem.as_deref().map_or(0, str::len)));
        serde_json::to_writer(&mut json, &written).map_err(|_| PayloadError)?;
        Ok(Secret::from_bytes(json))
    }

    /// Reads what [`to_sealed_payload`](Self::to_sealed_payload) wrote.
    ///
    /// # Errors
    /// [`PayloadError`].
    pub fn from_payload(payload: &Secret) -> Result<Self, PayloadError> {
        let read: Read = serde_json::from_slice(payload.expose()).map_err(|_| PayloadError)?;
        let auth = match (read.token, read.cert, read.key) {
            (Some(token), None, None) => Auth::Token(token),
            (None, Some(chain_pem), Some(key_pem)) => Auth::ClientCert { chain_pem, key_pem },
            _ => return Err(PayloadError),
        };
        if read.v != VERSION {
            return Err(PayloadError);
        }
        Ok(Self {
            server: read.server.parse().map_err(|_| PayloadError)?,
            ca_pem: read.ca,
            auth,
            tls_server_name: read.tls_server_name,
            insecure: read.insecure,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from_string(text.to_owned())
    }

    #[test]
    fn a_credential_comes_back_whole() {
        let auths = [
            Auth::Token(secret("tok\"en\\")),
            Auth::ClientCert { chain_pem: "chain\n".to_owned(), key_pem: secret("key\n") },
        ];
        for auth in auths {
            let mut before =
                Credential::new("https://api.example:6443/x".parse().unwrap(), Some("ca\n".to_owned()), auth);
            before.tls_server_name = Some("kubernetes".to_owned());
            before.insecure = true;
            let after = Credential::from_payload(&before.to_sealed_payload().unwrap()).ok().unwrap();
            assert_eq!(after.server, before.server);
            assert_eq!(after.ca_pem, before.ca_pem);
            assert_eq!(after.tls_server_name, before.tls_server_name);
            assert!(after.insecure);
            match (&before.auth, &after.auth) {
                (Auth::Token(a), Auth::Token(b)) => assert!(a.equals(b.expose())),
                (Auth::ClientCert { chain_pem: c, key_pem: k }, Auth::ClientCert { chain_pem, key_pem }) => {
                    assert!(c == chain_pem && k.equals(key_pem.expose()));
                }
                _ => panic!("another kind of credential came back"),
            }
        }
    }

    #[test]
    fn what_is_no_credential_is_refused() {
        for json in [
            "",
            "{}",
            r#"{"v":1,"server":"https://a","insecure":false}"#,
            r#"{"v":1,"server":"https://a","insecure":false,"token":"t","key":"k"}"#,
            r#"{"v":2,"server":"https://a","insecure":false,"token":"t"}"#,
            r#"{"v":1,"server":"http://a","insecure":false,"token":"t"}"#,
        ] {
            assert!(Credential::from_payload(&secret(json)).is_err(), "{json}");
        }
    }
}
