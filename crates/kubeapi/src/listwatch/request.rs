//! The paths of lists and watches.

use model::kinds::{KindSpec, MirroredKind};
use std::fmt::Write;
use std::sync::Arc;

/// What one stream covers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// The kind.
    pub kind: MirroredKind,
    /// One namespace, where the credential is limited to some; None for all of the cluster.
    pub namespace: Option<Arc<str>>,
}

impl Scope {
    fn path(&self) -> String {
        let KindSpec { group, version, plural, .. } = self.kind.spec();
        let mut path = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        if let Some(namespace) = &self.namespace {
            path.push_str("/namespaces/");
            push_encoded(&mut path, namespace);
        }
        path.push('/');
        path.push_str(plural);
        path
    }

    pub(super) fn list(&self, limit: u32, next: &str) -> String {
        let mut path = self.path();
        let _infallible = write!(path, "?limit={limit}");
        if !next.is_empty() {
            path.push_str("&continue=");
            push_encoded(&mut path, next);
        }
        path
    }

    pub(super) fn watch(&self, version: &str, timeout_seconds: u64) -> String {
        let mut path = self.path();
        let _infallible =
            write!(path, "?watch=true&allowWatchBookmarks=true&timeoutSeconds={timeout_seconds}&resourceVersion=");
        push_encoded(&mut path, version);
        path
    }
}

fn push_encoded(path: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _infallible = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let pods = Scope { kind: MirroredKind::Pod, namespace: Some("shop".into()) };
        assert_eq!(pods.list(500, "a+b="), "/api/v1/namespaces/shop/pods?limit=500&continue=a%2Bb%3D");
        let deployments = Scope { kind: MirroredKind::Deployment, namespace: None };
        assert_eq!(
            deployments.watch("42", 290),
            "/apis/apps/v1/deployments?watch=true&allowWatchBookmarks=true&timeoutSeconds=290&resourceVersion=42"
        );
    }
}
