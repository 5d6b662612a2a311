//! Credentials as the API takes them.

use secrets::Secret;
use serde::Deserialize;

use super::error::{IntakeError, Rule};
use super::kubeconfig::{IntakeOptions, parse_kubeconfig};
use super::{Intake, material};
use crate::credential::{Auth, Credential};

/// `credential` of a request's body: `{kind:"kubeconfig",kubeconfig,context?}` or `{kind:"token",server,caData?,token}`.
///
/// Whoever reads it must not show the deserializer's own error text, which may quote the body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CredentialRequest {
    kind: String,
    kubeconfig: Option<Secret>,
    context: Option<String>,
    server: Option<String>,
    ca_data: Option<String>,
    token: Option<Secret>,
}

impl CredentialRequest {
    /// A kubeconfig with the context to use.
    pub fn kubeconfig(file: Secret, context: Option<String>) -> Self {
        Self { kubeconfig: Some(file), context, ..Self::empty("kubeconfig") }
    }

    /// A token for a server, with the CA as PEM or base64 of PEM.
    pub fn token(server: String, ca_data: Option<String>, token: Secret) -> Self {
        Self { server: Some(server), ca_data, token: Some(token), ..Self::empty("token") }
    }

    /// Checks everything. `insecure` is an admin's word that the server's certificate need not be verified.
    ///
    /// # Errors
    /// [`IntakeError`], which holds no text of the request.
    pub fn read(self, insecure: bool) -> Result<Intake, IntakeError> {
        let needs = |path: &str| IntakeError::new(path, Rule::Missing);
        match self.kind.as_str() {
            "kubeconfig" => {
                self.nothing_of(&[("server", self.server.is_some()), ("caData", self.ca_data.is_some())])?;
                self.nothing_of(&[("token", self.token.is_some())])?;
                let file = self.kubeconfig.as_ref().ok_or_else(|| needs("kubeconfig"))?;
                let context = self.context.as_deref().filter(|name| !name.is_empty());
                parse_kubeconfig(file, IntakeOptions { context, insecure })
            }
            "token" => {
                self.nothing_of(&[("kubeconfig", self.kubeconfig.is_some()), ("context", self.context.is_some())])?;
                let server = self.server.as_deref().ok_or_else(|| needs("server"))?;
                let token = self.token.as_ref().ok_or_else(|| needs("token"))?;
                token_credential(server, self.ca_data.as_deref(), token, insecure)
            }
            _ => Err(IntakeError::new("kind", Rule::UnknownKind)),
        }
    }

    fn empty(kind: &str) -> Self {
        Self { kind: kind.to_owned(), kubeconfig: None, context: None, server: None, ca_data: None, token: None }
    }

    fn nothing_of(&self, fields: &[(&str, bool)]) -> Result<(), IntakeError> {
        match fields.iter().find(|(_, present)| *present) {
            Some((path, _)) => Err(IntakeError::new(*path, Rule::UnknownKey)),
            None => Ok(()),
        }
    }
}

/// A bearer token for `server`; the CA is PEM, or base64 of PEM as in a kubeconfig. White space around the token is dropped.
///
/// # Errors
/// [`IntakeError`] with the path `server`, `caData` or `token`.
pub fn token_credential(
    server: &str,
    ca_data: Option<&str>,
    token: &Secret,
    insecure: bool,
) -> Result<Intake, IntakeError> {
    let server = server.trim().parse().map_err(|cause| IntakeError::new("server", Rule::BadServer(cause)))?;
    let ca_pem = match ca_data.map(str::trim).filter(|data| !data.is_empty()) {
        None => None,
        Some(data) => Some(read_ca(data).map_err(|rule| IntakeError::new("caData", rule))?),
    };
    let text = token.expose_str().map(str::trim).unwrap_or_default();
    let token = material::token(text).map_err(|rule| IntakeError::new("token", rule))?;
    let mut credential = Credential::new(server, ca_pem, Auth::Token(token));
    credential.insecure = insecure;
    Ok(Intake { credential, kind: "token", context: None, contexts: Vec::new(), namespace: None })
}

fn read_ca(data: &str) -> Result<String, Rule> {
    match data.starts_with("-----BEGIN") {
        true => runtime::http::roots_from_pem(data.as_bytes()).map(|_| data.to_owned()).map_err(|_| Rule::BadCa),
        false => material::ca(data),
    }
}
