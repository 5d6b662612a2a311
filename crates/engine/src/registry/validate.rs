//! Trying a credential without saving anything.

use super::contact::meet;
use super::credential::{forbidden, take_in};
use crate::Engine;
use crate::authorize::authorize;
use kubeapi::client::{ClientError, ClusterClient};
use kubeapi::credential::Credential;
use kubeapi::intake::CredentialRequest;
use kubeapi::probe::Access;
use model::access::{Action, Caller};
use model::kinds::MirroredKind;
use model::wire::cluster::{Permission, Validation};
use model::wire::problem::{FieldError, Problem};
use std::time::Duration;
use tokio::time::timeout;

const PERMISSIONS_PATIENCE: Duration = Duration::from_secs(5);

impl Engine {
    /// Reaches for the cluster with what was sent.
    ///
    /// # Errors
    /// 422 for a credential that is not accepted at all; one that is, and does not work, is an answer.
    pub async fn validate_cluster(
        &self,
        caller: &Caller,
        credential: CredentialRequest,
        insecure: bool,
        namespaces: Vec<String>,
    ) -> Result<Validation, Problem> {
        authorize(caller, Action::ManageClusters)?;
        let intake = take_in(self, credential, insecure)?;
        let credential = &intake.credential;
        let client = client(self, credential)?;
        let mut validation = Validation {
            reachable: false,
            reason: None,
            version: None,
            identity: credential.identity().name,
            expires_at: credential.expires_at(),
            permissions: Vec::new(),
            contexts: intake.contexts.clone(),
        };
        match meet(&client, credential).await {
            Err(why) => validation.reason = Some(format!("{}: {}", why.code, why.message)),
            Ok(contact) => {
                validation.reachable = true;
                validation.version = contact.version;
                validation.identity = contact.identity;
                validation.permissions = permissions(&client, &namespaces).await;
            }
        }
        Ok(validation)
    }
}

/// # Errors
/// 422 naming the part of the credential that no connection can be made with.
pub(super) fn client(engine: &Engine, credential: &Credential) -> Result<ClusterClient, Problem> {
    ClusterClient::connect(credential, engine.policy().clone()).map_err(|error| {
        let (path, code) = match error {
            ClientError::Forbidden(error) => return forbidden(error),
            ClientError::BadCa => ("credential.caData", "bad_ca"),
            ClientError::BadCertificate => ("credential", "bad_client_certificate"),
            ClientError::BadKey => ("credential", "bad_client_key"),
            ClientError::BadServerName => ("credential", "bad_server_name"),
            ClientError::BadToken => ("credential.token", "bad_token"),
        };
        Problem::invalid(vec![FieldError::new(path, code, error.to_string())])
    })
}

async fn permissions(client: &ClusterClient, namespaces: &[String]) -> Vec<Permission> {
    let needed = Access::needed(MirroredKind::ALL.map(MirroredKind::spec), namespaces);
    let Ok(Ok(answers)) = timeout(PERMISSIONS_PATIENCE, client.permissions(needed)).await else {
        return Vec::new();
    };
    answers
        .into_iter()
        .map(|answer| Permission {
            resource: match answer.access.group.as_str() {
                "" => answer.access.resource,
                group => format!("{}.{group}", answer.access.resource),
            },
            verb: answer.access.verb,
            allowed: answer.allowed,
            namespace: answer.access.namespace,
        })
        .collect()
}
