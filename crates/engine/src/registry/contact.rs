//! First contact with a cluster: who it is, and who we are there.

use jiff::Timestamp;
use kubeapi::client::{CallError, ClusterClient};
use kubeapi::credential::Credential;
use kubeapi::probe::{NoAnswer, ProbeOutcome};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::timeout;

/// How long somebody who adds a cluster waits for it.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What a cluster said of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contact {
    pub uid: Option<String>,
    pub version: Option<String>,
    /// Whom it takes us for.
    pub identity: Option<String>,
    /// When the credential ends, where it says so.
    pub expires_at: Option<Timestamp>,
}

/// Why there is no contact, as a stable word and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoContact {
    pub code: &'static str,
    pub message: String,
}

/// Asks a cluster who it is, within [`PATIENCE`].
pub(crate) async fn meet(client: &ClusterClient, credential: &Credential) -> Result<Contact, NoContact> {
    let unreachable = |code, message: &str| NoContact { code, message: message.to_string() };
    let report = client.probe(PATIENCE).await;
    match report.outcome {
        ProbeOutcome::AuthFailed => return Err(unreachable("unauthorized", "the cluster refuses the credential")),
        ProbeOutcome::Untrusted(reason) => return Err(NoContact { code: "untrusted", message: reason }),
        ProbeOutcome::Forbidden(error) => {
            return Err(NoContact { code: "target_forbidden", message: error.to_string() });
        }
        ProbeOutcome::Unreachable(why) => return Err(unreachable(why.code(), no_answer(why))),
        _ => {}
    }
    let facts = async { tokio::join!(client.version(), client.identity(), client.kube_system_uid()) };
    let Ok((version, identity, uid)) = timeout(PATIENCE, facts).await else {
        return Err(unreachable("timeout", "the cluster does not answer in time"));
    };
    let said = identity.ok().flatten().map(|user| user.username).filter(|name| !name.is_empty());
    Ok(Contact {
        uid: uid_of(uid, credential),
        version: version.ok().map(|version| version.git_version),
        identity: said.or_else(|| credential.identity().name),
        expires_at: credential.expires_at(),
    })
}

fn no_answer(why: NoAnswer) -> &'static str {
    match why {
        NoAnswer::Connect(kind) => kind.message(),
        NoAnswer::Timeout => "the cluster does not answer in time",
        NoAnswer::Broken => "the connection breaks",
    }
}

/// The UID of `kube-system`; where that may not be read, a hash of the CA and the server, which two
/// registrations of one cluster through one address share. None while nothing is certain.
fn uid_of(answer: Result<Option<String>, CallError>, credential: &Credential) -> Option<String> {
    match answer {
        Ok(Some(uid)) => Some(uid),
        Ok(None) => Some(hashed(credential)),
        Err(error) if matches!(error.status(), Some(403 | 404)) => Some(hashed(credential)),
        Err(_) => None,
    }
}

fn hashed(credential: &Credential) -> String {
    let digest = Sha256::digest(format!("{}\n{}", credential.ca_fingerprint(), credential.server()));
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
