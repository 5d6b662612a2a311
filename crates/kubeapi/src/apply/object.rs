//! What an object is called and where it lives.

use serde_json::Value;

use crate::probe::ApiResource;

/// apiVersion and kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gvk {
    /// Such as `v1` or `apps/v1`.
    pub api_version: String,
    /// Such as `Deployment`.
    pub kind: String,
}

/// An object cannot be addressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// A field that must be a non-empty string is not.
    #[error("{0} must be a non-empty string")]
    Missing(&'static str),
    /// The cluster does not serve the kind.
    #[error("the cluster does not serve {} {}", .0.api_version, .0.kind)]
    NotServed(Gvk),
    /// The kind lives in namespaces, and the object names none.
    #[error("metadata.namespace is missing, and {0} objects live in namespaces")]
    NamespaceMissing(String),
}

impl Gvk {
    /// apiVersion and kind.
    pub fn new(api_version: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { api_version: api_version.into(), kind: kind.into() }
    }

    /// Those of `object`.
    ///
    /// # Errors
    /// [`ObjectError::Missing`].
    pub fn of(object: &Value) -> Result<Self, ObjectError> {
        let text = |field: &'static str| {
            let value = object.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
            value.ok_or(ObjectError::Missing(field))
        };
        Ok(Self::new(text("apiVersion")?, text("kind")?))
    }

    /// The path of the objects of this kind, or of one of them.
    pub(super) fn path(
        &self,
        resource: &ApiResource,
        namespace: Option<&str>,
        name: Option<&str>,
    ) -> Result<String, ObjectError> {
        let root = if self.api_version.contains('/') { "/apis" } else { "/api" };
        let mut path = format!("{root}/{}", escape(&self.api_version, true));
        if resource.namespaced {
            let namespace = namespace.filter(|namespace| !namespace.is_empty());
            let namespace = namespace.ok_or_else(|| ObjectError::NamespaceMissing(self.kind.clone()))?;
            path += &format!("/namespaces/{}", escape(namespace, false));
        }
        path += &format!("/{}", escape(&resource.plural, false));
        if let Some(name) = name {
            path += &format!("/{}", escape(name, false));
        }
        Ok(path)
    }
}

/// A string of `object.metadata`.
pub(super) fn metadata<'v>(object: &'v Value, field: &str) -> Option<&'v str> {
    object.get("metadata")?.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// Percent-encodes everything that could end a path's segment; dots too where they are all there is.
fn escape(text: &str, slashes: bool) -> String {
    let dots = text.bytes().all(|byte| byte == b'.');
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b':' => escaped.push(char::from(byte)),
            b'.' if !dots => escaped.push('.'),
            b'/' if slashes => escaped.push('/'),
            _ => escaped += &format!("%{byte:02X}"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resource(plural: &str, namespaced: bool) -> ApiResource {
        ApiResource { plural: plural.to_owned(), namespaced, verbs: Vec::new() }
    }

    #[test]
    fn paths_are_those_of_the_api() {
        let pods = resource("pods", true);
        let nodes = resource("nodes", false);
        let deployments = resource("deployments", true);
        let path = |api: &str, resource, namespace, name| Gvk::new(api, "X").path(resource, namespace, name).unwrap();
        assert_eq!(path("v1", &pods, Some("shop"), Some("a")), "/api/v1/namespaces/shop/pods/a");
        assert_eq!(path("v1", &nodes, Some("ignored"), Some("n1")), "/api/v1/nodes/n1");
        assert_eq!(path("apps/v1", &deployments, Some("shop"), None), "/apis/apps/v1/namespaces/shop/deployments");
        assert_eq!(
            path("v1", &pods, Some("a/../b"), Some("../../nodes")),
            "/api/v1/namespaces/a%2F..%2Fb/pods/..%2F..%2Fnodes"
        );
        assert_eq!(path("v1", &pods, Some(".."), Some("a?x=1#y")), "/api/v1/namespaces/%2E%2E/pods/a%3Fx%3D1%23y");
        let missing = Gvk::new("v1", "Pod").path(&pods, None, Some("a"));
        assert_eq!(missing, Err(ObjectError::NamespaceMissing("Pod".to_owned())));
    }

    #[test]
    fn an_object_without_kind_is_refused() {
        for object in [
            json!({}),
            json!({"apiVersion": "v1"}),
            json!({"apiVersion": "v1", "kind": ""}),
            json!([]),
            json!({"apiVersion": 1, "kind": "Pod"}),
        ] {
            assert!(matches!(Gvk::of(&object), Err(ObjectError::Missing(_))), "{object}");
        }
    }
}
