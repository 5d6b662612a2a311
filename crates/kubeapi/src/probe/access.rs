//! What the credential may do.

use futures::{StreamExt, TryStreamExt, stream};
use model::kinds::KindSpec;
use serde::Deserialize;
use serde_json::json;

use crate::client::{CallError, ClusterClient};

/// Reviews that are under way at the same time.
const AT_ONCE: usize = 8;

/// Something that may be allowed or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Access {
    /// The API group; empty for the core group.
    pub group: String,
    /// The plural.
    pub resource: String,
    /// The verb.
    pub verb: String,
    /// The namespace; `None` for all of them, or for a cluster-scoped kind.
    pub namespace: Option<String>,
}

/// Whether it is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// What was asked.
    pub access: Access,
    /// The answer.
    pub allowed: bool,
}

#[derive(Deserialize)]
struct Review {
    status: ReviewStatus,
}

#[derive(Deserialize)]
struct ReviewStatus {
    #[serde(default)]
    allowed: bool,
}

impl Access {
    /// What Pilothouse needs: to list and watch `kinds`, and to create and patch deployments. With `namespaces`, namespaced
    /// kinds are asked about in each of them, otherwise in all at once.
    pub fn needed<'a>(kinds: impl IntoIterator<Item = &'a KindSpec>, namespaces: &[String]) -> Vec<Self> {
        let mut needed = Vec::new();
        let everywhere = [None];
        let in_each: Vec<Option<&str>> = namespaces.iter().map(|name| Some(name.as_str())).collect();
        let scoped = if namespaces.is_empty() { &everywhere[..] } else { &in_each[..] };
        let mut add = |group: &str, resource: &str, verbs: [&str; 2], scopes: &[Option<&str>]| {
            for scope in scopes {
                needed.extend(verbs.map(|verb| Self {
                    group: group.to_owned(),
                    resource: resource.to_owned(),
                    verb: verb.to_owned(),
                    namespace: scope.map(str::to_owned),
                }));
            }
        };
        for kind in kinds {
            let scopes = if kind.namespaced { scoped } else { &everywhere[..] };
            add(kind.group, kind.plural, ["list", "watch"], scopes);
        }
        add("apps", "deployments", ["create", "patch"], scoped);
        needed
    }
}

impl ClusterClient {
    /// Asks the cluster whether we may do each of `accesses`, in their order.
    ///
    /// # Errors
    /// [`CallError`] of the first review that fails.
    pub async fn permissions(&self, accesses: Vec<Access>) -> Result<Vec<Permission>, CallError> {
        let reviews = accesses.into_iter().map(|access| async {
            let allowed = self.may(&access).await?;
            Ok(Permission { access, allowed })
        });
        stream::iter(reviews).buffered(AT_ONCE).try_collect().await
    }

    /// Whether the credential may do `access`, by a SelfSubjectAccessReview.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn may(&self, access: &Access) -> Result<bool, CallError> {
        let mut attributes = json!({"group": access.group, "resource": access.resource, "verb": access.verb});
        if let Some(namespace) = &access.namespace {
            attributes["namespace"] = json!(namespace);
        }
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let review: Review = self.post_json(path, &review).await?;
        Ok(review.status.allowed)
    }
}
