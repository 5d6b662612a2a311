use std::collections::HashMap;

use axum::extract::Query;
use http::{Method, Uri};

use super::status::ApiError;
use crate::object_store::{Kind, Subresource, kinds};

/// What a request is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Stored objects.
    Resource(ResourcePath),
    /// A create-only question such as `selfsubjectaccessreviews`.
    Review { resource: Review, namespace: Option<String> },
    /// Discovery, health, metrics.
    NonResource,
}

/// The create-only resources that are answered, not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    SelfSubjectAccess,
    SelfSubjectRules,
    SubjectAccess,
    LocalSubjectAccess,
    Token,
    SelfSubject,
}

impl Review {
    pub const ALL: [Self; 6] = [
        Self::SelfSubjectAccess,
        Self::SelfSubjectRules,
        Self::SubjectAccess,
        Self::LocalSubjectAccess,
        Self::Token,
        Self::SelfSubject,
    ];

    pub fn group(self) -> &'static str {
        match self {
            Self::Token | Self::SelfSubject => "authentication.k8s.io",
            _ => "authorization.k8s.io",
        }
    }

    pub fn kind(self) -> &'static str {
        match self {
            Self::SelfSubjectAccess => "SelfSubjectAccessReview",
            Self::SelfSubjectRules => "SelfSubjectRulesReview",
            Self::SubjectAccess => "SubjectAccessReview",
            Self::LocalSubjectAccess => "LocalSubjectAccessReview",
            Self::Token => "TokenReview",
            Self::SelfSubject => "SelfSubjectReview",
        }
    }

    pub fn plural(self) -> String {
        format!("{}s", self.kind().to_lowercase())
    }

    pub fn namespaced(self) -> bool {
        self == Self::LocalSubjectAccess
    }
}

/// A parsed resource path.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourcePath {
    pub kind: &'static Kind,
    pub namespace: Option<String>,
    pub name: Option<String>,
    pub subresource: Option<Subresource>,
}

impl ResourcePath {
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }
}

/// What a request does, in RBAC's words.
pub fn verb(method: &Method, target: &Target, params: &Params) -> &'static str {
    let named = match target {
        Target::Resource(path) => path.name.is_some(),
        Target::Review { .. } => false,
        Target::NonResource => true,
    };
    match *method {
        Method::GET | Method::HEAD if named => "get",
        Method::GET | Method::HEAD if params.flag("watch") => "watch",
        Method::GET | Method::HEAD => "list",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE if named => "delete",
        Method::DELETE => "deletecollection",
        _ => "",
    }
}

/// Reads a path; an error for a resource that is not served.
pub fn parse(path: &str) -> Result<Target, ApiError> {
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let (group, version, rest) = match segments.as_slice() {
        ["api", version, rest @ ..] if !rest.is_empty() => ("", *version, rest),
        ["apis", group, version, rest @ ..] if !rest.is_empty() => (*group, *version, rest),
        _ => return Ok(Target::NonResource),
    };
    let known =
        |plural: &str| kinds::by_resource(group, version, plural).is_some() || review(group, version, plural).is_some();
    let (namespace, rest) = match rest {
        ["namespaces", namespace, plural, more @ ..] if known(plural) => {
            let mut tail = vec![*plural];
            tail.extend(more);
            (Some((*namespace).to_owned()), tail)
        }
        all => (None, all.to_vec()),
    };
    if let [plural] = rest.as_slice()
        && let Some(resource) = review(group, version, plural)
    {
        return Ok(Target::Review { resource, namespace });
    }
    let (plural, name, subresource) = match rest.as_slice() {
        [plural] => (*plural, None, None),
        [plural, name] => (*plural, Some(*name), None),
        [plural, name, sub] => (*plural, Some(*name), Some(*sub)),
        _ => return Err(ApiError::no_such_path()),
    };
    let kind = kinds::by_resource(group, version, plural).ok_or_else(ApiError::no_such_path)?;
    if !kind.namespaced && namespace.is_some() || kind.namespaced && name.is_some() && namespace.is_none() {
        return Err(ApiError::no_such_path());
    }
    let subresource = match subresource {
        None => None,
        Some(text) => {
            let found = kind.subresources.iter().find(|s| s.path() == text);
            Some(*found.ok_or_else(ApiError::no_such_path)?)
        }
    };
    Ok(Target::Resource(ResourcePath { kind, namespace, name: name.map(str::to_owned), subresource }))
}

fn review(group: &str, version: &str, plural: &str) -> Option<Review> {
    Review::ALL.into_iter().find(|r| version == "v1" && r.group() == group && r.plural() == plural)
}

/// Query parameters.
#[derive(Debug, Clone, Default)]
pub struct Params(HashMap<String, String>);

impl Params {
    /// # Errors
    /// 400 when the query string cannot be decoded.
    pub fn read(uri: &Uri) -> Result<Self, ApiError> {
        Query::<HashMap<String, String>>::try_from_uri(uri)
            .map(|Query(map)| Self(map))
            .map_err(|e| ApiError::bad_request(e.to_string()))
    }

    /// A parameter that is present and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|v| matches!(v.as_str(), "true" | "1" | "" | "True" | "t"))
    }

    /// # Errors
    /// 400 when it is not a whole number.
    pub fn number(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| ApiError::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax ({name})")))
    }

    /// `dryRun=All`.
    ///
    /// # Errors
    /// 400 for another value.
    pub fn dry_run(&self) -> Result<bool, ApiError> {
        match self.get("dryRun") {
            None => Ok(false),
            Some("All") => Ok(true),
            Some(other) => {
                Err(ApiError::bad_request(format!("dryRun: Unsupported value: {other:?}: supported values: \"All\"")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(path: &str) -> ResourcePath {
        match parse(path) {
            Ok(Target::Resource(r)) => r,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn paths_name_kind_namespace_name_and_subresource() {
        let r = resource("/apis/apps/v1/namespaces/a/deployments/web/scale");
        assert_eq!(r.kind, &kinds::DEPLOYMENT);
        assert_eq!(r.namespace(), Some("a"));
        assert_eq!(r.name.as_deref(), Some("web"));
        assert_eq!(r.subresource, Some(Subresource::Scale));
        assert_eq!(resource("/api/v1/pods").namespace, None);
        assert_eq!(resource("/api/v1/namespaces/a").name.as_deref(), Some("a"));
        assert_eq!(resource("/api/v1/namespaces/a/status").kind, &kinds::NAMESPACE);
        assert_eq!(resource("/api/v1/namespaces/a/pods").kind, &kinds::POD);
    }

    #[test]
    fn unknown_paths_are_refused() {
        for path in [
            "/api/v1/pods/x",
            "/apis/apps/v1/widgets",
            "/api/v1/namespaces/a/nodes",
            "/api/v1/namespaces/a/pods/x/scale",
            "/api/v1/namespaces/a/pods/x/log/more",
        ] {
            assert!(parse(path).is_err(), "{path}");
        }
        assert_eq!(parse("/apis/apps/v1"), Ok(Target::NonResource));
    }
}
