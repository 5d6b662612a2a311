//! How a credential comes in. Everything here treats its input as hostile: what is read is a closed list of fields, what
//! is refused is refused by name, and no error holds any text of the input.
//!
//! `kube::Kubeconfig` is never used: building a client of it runs the programs and reads the files that it names.

mod error;
mod kubeconfig;
mod material;
mod request;
mod tree;

pub use error::{IntakeError, Rule};
pub use kubeconfig::{IntakeOptions, parse_kubeconfig};
pub use request::{CredentialRequest, token_credential};

use crate::credential::Credential;

/// A credential that passed the intake.
pub struct Intake {
    /// The credential.
    pub credential: Credential,
    /// Which way it came: `"kubeconfig"` or `"token"`.
    pub kind: &'static str,
    /// The context that was chosen.
    pub context: Option<String>,
    /// Every context of the file, to choose another from; empty for a token.
    pub contexts: Vec<String>,
    /// The namespace that the context names.
    pub namespace: Option<String>,
}

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod kubeconfig_tests;
