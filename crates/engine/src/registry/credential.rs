//! Credentials on their way from the intake into the database and back.

use crate::Engine;
use crate::problem::Answer;
use jiff::Timestamp;
use kubeapi::credential::{Credential, ServerUrl, credential_aad};
use kubeapi::intake::{CredentialRequest, Intake, IntakeError};
use model::wire::problem::{FieldError, Problem};
use runtime::egress::{TargetForbidden, TargetKind};
use store::repositories::credentials::Credential as Stored;

/// Reads what was sent and holds it against the rules and the address policy.
///
/// # Errors
/// 422 naming the key and the rule; `target_forbidden` names the option that would allow it.
pub(super) fn take_in(engine: &Engine, request: CredentialRequest, insecure: bool) -> Result<Intake, Problem> {
    let intake = request.read(insecure).map_err(refused)?;
    let server = intake.credential.server().to_string();
    engine.policy().check_url(TargetKind::Cluster, &server).map_err(forbidden)?;
    Ok(intake)
}

fn refused(error: IntakeError) -> Problem {
    let path = match error.path.as_str() {
        "" => "credential".to_string(),
        path => format!("credential.{path}"),
    };
    Problem::invalid(vec![FieldError::new(path, error.code(), error.message())])
}

pub(super) fn forbidden(error: TargetForbidden) -> Problem {
    Problem::invalid(vec![FieldError::new("credential.server", TargetForbidden::CODE, error.to_string())])
}

/// The row to store: sealed, bound to the cluster's id and to the server.
pub(super) fn seal(engine: &Engine, cluster_id: &str, intake: &Intake) -> Result<Stored, Problem> {
    let credential = &intake.credential;
    let failed = |what: &'static str| {
        move || {
            tracing::error!(what, "a credential could not be sealed");
            Problem::internal()
        }
    };
    let payload = credential.to_sealed_payload().map_err(|_| failed("payload")())?;
    let sealed = engine.keyring().seal(&credential.aad(cluster_id), &payload).map_err(|_| failed("cipher")())?;
    Ok(Stored {
        cluster_id: cluster_id.to_string(),
        kind: intake.kind.to_string(),
        sealed: store::Sealed::new(sealed.as_bytes().to_vec()),
        identity: credential.identity().name,
        expires_at: credential.expires_at(),
        server_url: credential.server().to_string(),
        ca_fingerprint: Some(credential.ca_fingerprint()),
        updated_at: Timestamp::now(),
    })
}

/// Opens a stored credential. One whose row was pointed at another server does not open.
///
/// # Errors
/// 409 `credential_invalid`: it must be given anew.
pub(super) fn open(engine: &Engine, stored: &Stored) -> Result<Credential, Problem> {
    let invalid = || Problem::conflict("credential_invalid", "The stored credential cannot be opened; give it anew.");
    let server: ServerUrl = stored.server_url.parse().map_err(|_| invalid())?;
    let fingerprint = stored.ca_fingerprint.as_deref().unwrap_or_default();
    let aad = credential_aad(&stored.cluster_id, &server, fingerprint);
    let sealed = secrets::Sealed::from_bytes(stored.sealed.as_bytes().to_vec()).map_err(|_| invalid())?;
    let payload = engine.keyring().open(&aad, &sealed).map_err(|_| invalid())?;
    Credential::from_payload(&payload).map_err(|_| invalid())
}

impl Engine {
    /// The stored credential of a cluster.
    pub(crate) async fn stored_credential(&self, cluster_id: &str) -> Result<Credential, Problem> {
        let stored = self.store().read().await.answer()?.credentials().get(cluster_id).await.answer()?;
        open(self, &stored)
    }
}
