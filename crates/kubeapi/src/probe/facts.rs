//! Version, identity and uid.

use http::Request;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::json;

use crate::client::{CallError, CallLimits, ClusterClient};

/// What `/version` says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerVersion {
    /// Such as `v1.33.2`, with a vendor's suffix where there is one.
    pub git_version: String,
    /// Such as `linux/amd64`.
    #[serde(default)]
    pub platform: String,
}

/// Who the cluster says we are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct UserInfo {
    /// The user name.
    #[serde(default)]
    pub username: String,
    /// The groups.
    #[serde(default)]
    pub groups: Vec<String>,
}

#[derive(Deserialize)]
struct Review {
    #[serde(default)]
    status: ReviewStatus,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewStatus {
    #[serde(default)]
    user_info: UserInfo,
}

#[derive(Deserialize)]
struct Object {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    uid: String,
}

impl ClusterClient {
    /// The API server's version.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn version(&self) -> Result<ServerVersion, CallError> {
        self.get_json(CallLimits::OBJECT, "/version").await
    }

    /// Who the cluster says we are, by a SelfSubjectReview; `None` where it doesn't serve or allow one
    /// (before 1.28): then the credential's own word is all there is.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn identity(&self) -> Result<Option<UserInfo>, CallError> {
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        match self.post_json::<Review>(path, &review).await {
            Ok(review) if review.status.user_info.username.is_empty() => Ok(None),
            Ok(review) => Ok(Some(review.status.user_info)),
            Err(error) if matches!(error.status(), Some(403..=405)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The uid of the namespace `kube-system`, which tells clusters apart; `None` where we may not see it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn kube_system_uid(&self) -> Result<Option<String>, CallError> {
        let path = "/api/v1/namespaces/kube-system";
        match self.get_json::<Object>(CallLimits::OBJECT, path).await {
            Ok(namespace) => Ok(Some(namespace.metadata.uid)),
            Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn post_json<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<T, CallError> {
        let request = Request::post(path)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body.to_string())
            .map_err(|_| CallError::Invalid)?;
        self.request_json(CallLimits::OBJECT, request).await
    }
}
